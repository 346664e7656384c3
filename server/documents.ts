// Open documents: opening, changing, closing. Each owns its caches, so that closing it frees them.
import type { TextDocumentContentChangeEvent } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import {
  createJudgeCache,
  type Edit,
  type Finding,
  type JudgeCache,
  type PlacedFindings,
  type Problem,
  type Verdict,
} from '../engine/index.ts';
import type { OwnProblems } from './own.ts';
import type { Place } from './roots.ts';
import type { Sent } from './shown.ts';
import { changeText, openText } from './text.ts';
import { canonical } from './uri.ts';

/** A document that the client has open, and what was last said about it. */
export interface OpenDocument {
  /** As the client spells it. */
  readonly uri: string;
  /** The same as everybody else spells it: see `canonical`. */
  readonly address: string;
  readonly text: TextDocument;
  readonly cache: JudgeCache;
  /** Whose policies judge it, and what it is called there. Moves when workspace folders change. */
  place: Place;
  /** Edits since `judged`. */
  edits: Edit[];
  judged: Judged | null;
  /** How findings were sent last, by the lists that they are in. */
  readonly sent: WeakMap<readonly Finding[], Sent>;
}

/** What was found in one version of a text. */
export interface Judged {
  readonly version: number;
  /** The root's revision that it was judged with. */
  readonly revision: number;
  /** `YYYY-MM-DD`: suppressions expire. */
  readonly day: string;
  /** Those of the text, and those held over from before a syntax error hid them; suppressed ones too. */
  readonly placed: readonly PlacedFindings[];
  /** The same in the offsets of the text. Made when first asked for. */
  readonly findings: readonly Finding[];
  readonly syntax: readonly Problem[];
  readonly own: OwnProblems | null;
  /** Null where judging broke. */
  readonly verdict: Verdict | null;
  /** Why nothing is known of the text, to follow "The file"; null mostly. */
  readonly unread: string | null;
}

/** Opens a document. */
export function openDocument(
  item: { uri: string; languageId: string; version: number; text: string },
  place: Place,
): OpenDocument {
  const text = openText(item.uri, item.languageId, item.version, item.text);
  const address = canonical(item.uri);
  return {
    uri: item.uri,
    address,
    text,
    cache: createJudgeCache(),
    place,
    edits: [],
    judged: null,
    sent: new WeakMap(),
  };
}

/** Changes a document in place. */
export function changeDocument(
  document: OpenDocument,
  changes: readonly TextDocumentContentChangeEvent[],
  version: number,
): void {
  const edits = changeText(document.text, changes, version);
  if (document.judged !== null) document.edits.push(...edits);
}
