/** Files like a given one: a value changed, a part left out. Data is changed by its values, all else by its lines. */
import { isMap, isPair, isScalar, isSeq, parseAllDocuments, visit } from 'yaml';
import type { SourceFile } from '../../model.ts';

/** The file itself, then files that differ from it in one place. `words`: texts worth putting into it. */
export function* variants(file: SourceFile, words: readonly string[]): Generator<SourceFile> {
  yield file;
  yield* smaller(file);
  if (!isData(file)) return;
  const values: readonly unknown[] = [true, false, 0, 1, '', 'x', ...words];
  for (let at = 0; ; at++) {
    const scalars = documentsOf(file).flatMap(({ contents }) => scalarsOf(contents));
    if (at >= scalars.length) return;
    for (const value of values) {
      const documents = documentsOf(file);
      const scalar = documents.flatMap(({ contents }) => scalarsOf(contents))[at];
      if (scalar === undefined || scalar.value === value) continue;
      scalar.value = value;
      yield withText(file, documents.map(String).join(''));
    }
  }
}

/** Files with one part less: a key, an item or a document; a line where the file is no data. */
export function* smaller(file: SourceFile): Generator<SourceFile> {
  if (isData(file)) yield* withoutNode(file);
  else yield* withoutLine(file);
}

/** Each line of a file as a file of its own. */
export function linesOf(file: SourceFile): readonly SourceFile[] {
  return file.text.split('\n').map((line) => withText(file, `${line}\n`));
}

/**
 * A file that breaks its language's rules is changed by its lines: its values cannot be written back. So is one with aliases: without its
 * anchor none can be written.
 */
function isData(file: SourceFile): boolean {
  return (
    /\.(ya?ml|json)$/i.test(file.path) &&
    documentsOf(file).every((document) => document.errors.length === 0 && !hasAlias(document))
  );
}

function hasAlias(document: Documents[number]): boolean {
  let found = false;
  visit(document, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
  });
  return found;
}

function withText(file: SourceFile, text: string): SourceFile {
  return { ...file, text };
}

function* withoutNode(file: SourceFile): Generator<SourceFile> {
  const count = documentsOf(file).length;
  for (let at = 0; at < count && count > 1; at++)
    yield withText(file, documentsOf(file).toSpliced(at, 1).map(String).join(''));
  for (let at = 0; ; at++) {
    const documents = documentsOf(file);
    if (!removeAt(documents, at)) return;
    yield withText(file, documents.map(String).join(''));
  }
}

type Documents = ReturnType<typeof documentsOf>;

function documentsOf({ text }: SourceFile) {
  const documents = parseAllDocuments(text, { logLevel: 'silent', uniqueKeys: false });
  return Array.isArray(documents) ? documents : [];
}

/** Removes the n-th entry or item, outer ones first; false where there are not so many. */
function removeAt(documents: Documents, at: number): boolean {
  let left = at;
  let removed = false;
  for (const document of documents) {
    visit(document, (key, node, path) => {
      if (removed) return visit.BREAK;
      const isItem = isPair(node) || (typeof key === 'number' && isSeq(path.at(-1)));
      if (!isItem || left-- > 0) return undefined;
      removed = true;
      return visit.REMOVE;
    });
  }
  return removed;
}

function scalarsOf(node: unknown): { value: unknown }[] {
  if (isScalar(node)) return [node];
  if (isSeq(node)) return node.items.flatMap(scalarsOf);
  return isMap(node) ? node.items.flatMap(({ value }) => scalarsOf(value)) : [];
}

function* withoutLine(file: SourceFile): Generator<SourceFile> {
  const lines = file.text.split('\n');
  for (let at = 0; at < lines.length && lines.length > 1; at++) yield withText(file, lines.toSpliced(at, 1).join('\n'));
}
