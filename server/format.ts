// Formatting and folding of Kerb's own files. They are offered for policies alone: other files have formatters of their own.
import path from 'node:path';
import {
  type Disposable,
  DocumentFormattingRequest,
  DocumentRangeFormattingRequest,
  type FoldingRange,
  FoldingRangeRequest,
  type Range,
  type TextDocumentRegistrationOptions,
  type TextEdit,
} from 'vscode-languageserver';
import { foldsOf, formatDraft } from '../engine/index.ts';
import { rangeOf } from './convert.ts';
import type { OpenDocument } from './documents.ts';
import { ownFileOf } from './draft.ts';
import type { Root } from './roots.ts';
import type { Session } from './session.ts';

/** textDocument/formatting, and rangeFormatting with a range. Null where the file is no policy. */
export function formatting(document: OpenDocument, range?: Range): TextEdit[] | null {
  if (ownFileOf(document) !== 'policy') return null;
  const { text } = document;
  const within = range === undefined ? undefined : { start: text.offsetAt(range.start), end: text.offsetAt(range.end) };
  return formatDraft(text.getText(), within).map(({ span, text: newText }) => ({
    range: rangeOf(text, span),
    newText,
  }));
}

/** textDocument/foldingRange. Null leaves the file to what the editor knows of its language. */
export function foldingRanges(document: OpenDocument): FoldingRange[] | null {
  if (ownFileOf(document) === null) return null;
  const { text } = document;
  return foldsOf(text.getText()).map((span) => {
    const { start, end } = rangeOf(text, span);
    return { startLine: start.line, endLine: end.line };
  });
}

/** Tells the client for which files there is formatting. */
export interface FormattingOffer {
  /** Looks where a root's policies are now. */
  follow(root: Root): void;
  forget(root: Root): void;
}

/** Makes the offer, for clients that can be told of single files. */
export function createFormattingOffer({ client, connection }: Session): FormattingOffer {
  const offered = new Map<Root, { readonly key: string; readonly made: Promise<readonly Disposable[]> }>();
  const end = (root: Root): void =>
    void offered.get(root)?.made.then((old) => old.forEach((one) => void one.dispose()));
  return {
    forget(root) {
      end(root);
      offered.delete(root);
    },
    follow(root) {
      const patterns = patternsOf(root);
      const key = patterns.join('\n');
      if (!client.formatsByPattern || offered.get(root)?.key === key) return;
      end(root);
      const options = { documentSelector: patterns.map((pattern) => ({ scheme: 'file', pattern })) };
      const made = patterns.length === 0 ? Promise.resolve([]) : registerFor(connection, options);
      offered.set(root, { key, made });
    },
  };
}

function registerFor(
  { client, console }: Session['connection'],
  options: TextDocumentRegistrationOptions,
): Promise<readonly Disposable[]> {
  return Promise.all([
    client.register(DocumentFormattingRequest.type, options),
    client.register(DocumentRangeFormattingRequest.type, options),
    client.register(FoldingRangeRequest.type, options),
  ]).catch((error: unknown) => {
    console.warn(`The client takes no formatting of policies: ${String(error)}`);
    return [];
  });
}

/** Globs of a root's policies. What means something in a glob stands for any one character. */
function patternsOf({ folder, rules }: Root): readonly string[] {
  const folders = rules?.setup.configuration.policyFolders ?? [];
  return folders.map((name) => {
    const place = path.resolve(folder, name).split(path.sep).slice(-3).join('/');
    return `**/${place.replace(/[*?{}[\]!]/g, '?')}/**/*.{yaml,yml}`;
  });
}
