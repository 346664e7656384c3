// From a text to what is found in it, with what a syntax error hides.
import {
  approvedAt,
  describeCrash,
  type Finding,
  framesOf,
  inFile,
  type JudgeCache,
  type JudgeOptions,
  judge,
  type Met,
  type SourceFile,
  type Verdict,
} from '../engine/index.ts';
import { type Identity, maxFileBytes } from '../repository/index.ts';
import type { Judged, OpenDocument } from './documents.ts';
import { holdOver } from './hold.ts';
import { ownProblems } from './own.ts';
import type { Rules } from './roots.ts';
import type { Session } from './session.ts';

/** Judges an open document unless that is done already. Null while its root is still loading. */
export function judgeDocument(session: Session, document: OpenDocument): Judged | null {
  const { root, path } = document.place;
  if (root.rules === null) return null;
  const stamp = { version: document.text.version, revision: root.revision, day: session.today() };
  const known = document.judged;
  if (known !== null && known.version === stamp.version && known.revision === stamp.revision && known.day === stamp.day)
    return known;
  const file = sourceOf(document, path);
  document.judged = judgedOf(stamp, findIn(session, document, root.rules, file));
  document.edits = [];
  return document.judged;
}

/** The document as a text to judge. What was read from the disk has no language but what its name says. */
export function sourceOf({ text }: OpenDocument, path: string): SourceFile {
  const file = { path, text: text.getText() };
  return text.languageId === '' ? file : { ...file, language: text.languageId };
}

function judgedOf(stamp: Pick<Judged, 'version' | 'revision' | 'day'>, found: Found): Judged {
  let findings: readonly Finding[] | null = null;
  return {
    ...stamp,
    ...found,
    get findings() {
      findings ??= inFile(found.placed);
      return findings;
    },
  };
}

type Found = Pick<Judged, 'placed' | 'syntax' | 'own' | 'unread' | 'verdict'>;

const nothing: Found = { placed: [], syntax: [], own: null, unread: null, verdict: null };

function findIn(session: Session, document: OpenDocument, rules: Rules, file: SourceFile): Found {
  if (file.text.length > maxFileBytes)
    return { ...nothing, unread: `is larger than the ${maxFileBytes / 1024 / 1024} MiB that are judged` };
  const shown = { placed: document.judged?.placed ?? [], edits: document.edits };
  try {
    const verdict = judgeFile(session, rules, file, document.cache);
    const own = ownProblems(rules, file, session.native);
    return { placed: holdOver(shown, verdict), syntax: verdict.problems, own, verdict, unread: null };
  } catch (error) {
    session.connection.console.error(`Kerb broke on ${file.path}: ${framesOf(error)}`);
    // What was found before is no longer certain, so that it goes; the crash itself is shown in its stead.
    return { ...nothing, unread: `cannot be judged: Kerb broke on it (${describeCrash(error)}). Its log says more` };
  }
}

/** Judges a text by a root's rules. */
export function judgeFile(
  session: Pick<Session, 'native' | 'today'>,
  rules: Rules,
  file: SourceFile,
  cache: JudgeCache,
): Verdict {
  return judge(file, optionsOf(session, rules, cache));
}

/** How an editor judges: a state and not a change, so that its suppressions count. */
export function optionsOf(session: Pick<Session, 'native' | 'today'>, rules: Rules, cache: JudgeCache): JudgeOptions {
  const context = { gate: 'editor', date: session.today() };
  const { set: policies, baseline, exceptions, identity, setup } = rules;
  const options: JudgeOptions = { policies, native: session.native, context, cache };
  if (baseline === null && exceptions === null) return options;
  return {
    ...options,
    ...(baseline === null ? {} : { baseline }),
    ...(exceptions === null || identity === null ? {} : { approved: approvedAt(exceptions, setup, metBy(identity)) }),
  };
}

/** An editor uses nothing up. */
function metBy({ repository, subject }: Identity): Met {
  return { atMs: Date.now(), repository, actor: subject.email, uses: new Map() };
}
