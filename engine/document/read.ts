import type { Code, CodeTree, Document, Native, Part, PartContent, Problem, SourceFile } from '../model.ts';
import type { DocumentCache, Remembered } from './cache.ts';
import { codeOnce, codeToEdit } from './code.ts';
import { conflictProblem, hideConflicts } from './conflict.ts';
import { readDockerfile } from './dockerfile.ts';
import { jsonDialect, readJson } from './json.ts';
import { deepestNesting, longestChain } from './nesting.ts';
import { movedProblem } from './node.ts';
import { type Recognised, recognise } from './recognise.ts';
import { reconcile } from './reconcile.ts';
import { templateStyle } from './template.ts';
import { placeParts, readParts } from './yaml/parts.ts';
import { readYarn } from './yarn.ts';

/**
 * Recognises and parses a file. Never throws: what cannot be understood is in `problems`, and what can still be seen is
 * there. With a cache, unchanged parts keep their identity from one reading of the file to the next.
 */
export function readDocument(file: SourceFile, native: Native, cache?: DocumentCache): Document {
  const recognised = recognise(file);
  const previous = cache?.take(file.path) ?? null;
  const known = previous !== null && sameKind(previous.document, recognised) ? previous : null;
  if (known !== null && known.document.file.text === file.text) return sameFile(known.document, file);
  const read = readRecognised({ file, recognised, native, previous: known, reading: cache ? 'again' : 'once' });
  cache?.keep(file.path, read);
  return read.document;
}

/** Larger texts are no documents that a person wrote; they would only cost time. In UTF-16 units. */
const maxLength = 10_000_000;
/** Code beyond this was made by a machine. */
const maxCodeLength = 2_000_000;
/** Deeper code than this is no person's, and native parsers recurse. */
const maxCodeDepth = 500;
const maxChain = 1_000;

interface Request {
  readonly file: SourceFile;
  readonly recognised: Recognised;
  readonly native: Native;
  readonly previous: Remembered | null;
  /** Whether a later reading may take over from this one. */
  readonly reading: 'once' | 'again';
}

function sameKind(document: Document, { kind, language }: Recognised): boolean {
  return document.kind === kind && document.language === language;
}

function sameFile(document: Document, file: SourceFile): Document {
  return document.file.language === file.language ? document : { ...document, file };
}

function readRecognised(request: Request): Remembered {
  const { file, recognised, previous } = request;
  if (file.text.length > maxLength) return { document: tooLarge(request, maxLength), yaml: null };
  if (recognised.kind === 'yaml') {
    const yaml = readParts(file.text, templateStyle(file.path), previous?.yaml ?? [], request.reading);
    return { document: assemble(request, placeParts(yaml), null), yaml };
  }
  if (recognised.kind === 'code') return { document: readCode(request), yaml: null };
  return { document: assemble(request, [{ offset: 0, content: readWhole(request) }], null), yaml: null };
}

function readWhole(request: Request): PartContent {
  const {
    file: { text },
    recognised: { kind },
    previous,
  } = request;
  if (kind === 'text') return plainContent(text);
  const shown = hideConflicts(text);
  const content = kind === 'dockerfile' ? readDockerfile(shown) : keepValues(readData(shown, request), previous);
  return shown === text ? content : { ...content, text, problems: [conflictProblem(text)] };
}

function readData(text: string, { file, recognised }: Request): PartContent {
  return recognised.kind === 'yarn' ? readYarn(text) : readJson(text, jsonDialect(file.path));
}

function keepValues(content: PartContent, previous: Remembered | null): PartContent {
  const old = previous?.document.parts[0];
  return old === undefined ? content : { ...content, value: reconcile(old.content.value, content.value) };
}

function plainContent(text: string): PartContent {
  return { text, root: null, value: null, problems: [], templates: [], comments: [] };
}

function readCode(request: Request): Document {
  const { file, recognised, native } = request;
  const { language } = recognised;
  if (file.text.length > maxCodeLength) return tooLarge(request, maxCodeLength);
  const content = plainContent(file.text);
  const part = (problems: readonly Problem[]): Part => ({ offset: 0, content: { ...content, problems } });
  const bound = unboundedCode(file.text);
  if (bound !== null || language === null) return assemble(request, [part(bound === null ? [] : [bound])], null);
  const code = codeOf(request, native.parseCode(language, file.text));
  const missing = {
    span: { start: 0, end: 0 },
    message: `No parser for ${language} is available on this machine; code policies did not run.`,
  };
  const conflict = hideConflicts(file.text) === file.text ? [] : [conflictProblem(file.text)];
  return assemble(request, [part(code === null ? [missing, ...conflict] : conflict)], code);
}

function codeOf({ file, previous, reading }: Request, tree: CodeTree | null): Code | null {
  if (tree === null) return null;
  if (reading === 'once') return codeOnce(tree, file.text);
  return previous?.document.code?.edited(tree, file.text) ?? codeToEdit(tree, file.text);
}

function unboundedCode(text: string): Problem | null {
  const deep = deepestNesting(text, maxCodeDepth);
  const long = deep === null ? longestChain(text, maxChain) : null;
  const start = deep ?? long;
  if (start === null) return null;
  const message =
    deep === null
      ? `A chain of more than ${maxChain} links; the file is not judged.`
      : `Nested deeper than ${maxCodeDepth} levels; the file is not judged.`;
  return { span: { start, end: start + 1 }, message };
}

function tooLarge(request: Request, limit: number): Document {
  const message = `Larger than ${limit / 1_000_000} million characters; the file is not judged.`;
  const problem = { span: { start: 0, end: 0 }, message };
  return assemble(request, [{ offset: 0, content: { ...plainContent(request.file.text), problems: [problem] } }], null);
}

function assemble({ file, recognised }: Request, parts: readonly Part[], code: Code | null): Document {
  const problems = parts.flatMap(({ offset, content }) =>
    content.problems.map((problem) => movedProblem(problem, offset)),
  );
  const nul = file.text.indexOf('\0');
  if (nul >= 0)
    problems.push({ span: { start: nul, end: nul + 1 }, message: 'A NUL character: this is no UTF-8 text.' });
  return { file, kind: recognised.kind, language: recognised.language, parts, code, problems };
}
