import { type Node as Parsed, type ParseError, parseTree, printParseErrorCode, visit } from 'jsonc-parser';
import type { Entry, Node, PartContent, Problem, Span, Value } from '../model.ts';
import { Unknown } from '../model.ts';
import { deepestNesting } from './nesting.ts';
import { mapNode } from './node.ts';
import { findTemplates } from './template.ts';

/** Reads JSON, with comments and trailing commas tolerated where the file's name allows them. Never throws. */
export function readJson(text: string, dialect: 'json' | 'jsonc'): PartContent {
  const templates = text.includes('{{') ? findTemplates(text, 'any') : [];
  const base = { text, templates };
  const deep = deepestNesting(text, maxDepth);
  if (deep !== null) {
    const problems = [
      {
        span: { start: deep, end: deep + 1 },
        message: `Nested deeper than ${maxDepth} levels; the file is not judged.`,
      },
    ];
    return { ...base, root: null, value: new Unknown('nested too deep'), problems, comments: [] };
  }
  const errors: ParseError[] = [];
  // A byte order mark is no error of the author's, and a space is as long.
  const source = text.startsWith('\uFEFF') ? ` ${text.slice(1)}` : text;
  const parsed = parseTree(source, errors, {
    allowTrailingComma: dialect === 'jsonc',
    disallowComments: false,
    allowEmptyContent: true,
  });
  const problems = errors.slice(0, maxProblems).map(problemOf);
  const comments = source.includes('/') ? findComments(source) : [];
  if (dialect === 'json' && comments.length > 0)
    problems.push({ span: comments[0]!, message: 'JSON has no comments.' });
  const context: Context = { templates: findTemplates(text, 'any'), problems };
  const built = parsed === undefined ? { node: null, value: null } : build(parsed, context);
  return { ...base, root: built.node, value: built.value, problems, comments };
}

/**
 * Which dialect a file is in. npm's own files are strict JSON; elsewhere it depends on the tool that reads the file, and
 * so many allow comments that they are no problem.
 */
export function jsonDialect(path: string): 'json' | 'jsonc' {
  return /(?:^|\/)(?:package|package-lock|npm-shrinkwrap)\.json$/.test(path) ? 'json' : 'jsonc';
}

const maxDepth = 200;
const maxProblems = 100;

interface Context {
  readonly templates: readonly Span[];
  readonly problems: Problem[];
}

interface Built {
  readonly node: Node;
  readonly value: Value;
}

function build(parsed: Parsed, context: Context): Built {
  const span = { start: parsed.offset, end: parsed.offset + parsed.length };
  if (parsed.type === 'object') return buildMap(parsed, span, context);
  if (parsed.type === 'array') {
    const items = (parsed.children ?? []).map((child) => build(child, context));
    return {
      node: { kind: 'list', span, items: items.map(({ node }) => node) },
      value: items.map(({ value }) => value),
    };
  }
  const template = context.templates.some(({ start, end }) => start < span.end && end > span.start);
  return { node: { kind: 'scalar', span }, value: template ? new Unknown('a template') : plain(parsed.value) };
}

function buildMap(parsed: Parsed, span: Span, context: Context): Built {
  const value: Record<string, Value> = Object.create(null);
  const entries: Entry[] = [];
  for (const { children } of parsed.children ?? []) {
    const [name, inner] = children ?? [];
    if (name === undefined || typeof name.value !== 'string') continue;
    const keySpan = { start: name.offset, end: name.offset + name.length };
    const built = inner === undefined ? null : build(inner, context);
    if (name.value in value)
      context.problems.push({ span: keySpan, message: 'The key is there twice; the last one counts.' });
    value[name.value] = built?.value ?? null;
    entries.push({ key: name.value, keySpan, value: built?.node ?? null });
  }
  return { node: mapNode(span, entries), value };
}

function plain(value: unknown): Value {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function findComments(text: string): readonly Span[] {
  const comments: Span[] = [];
  visit(text, { onComment: (offset, length) => comments.push({ start: offset, end: offset + length }) });
  return comments;
}

function problemOf({ error, offset, length }: ParseError): Problem {
  return {
    span: { start: offset, end: offset + length },
    message: messages[printParseErrorCode(error)] ?? 'This is not valid JSON here.',
  };
}

const messages: Readonly<Record<string, string>> = {
  InvalidSymbol: 'Something stands here that JSON does not know.',
  InvalidNumberFormat: 'This is no number.',
  PropertyNameExpected: 'A key in double quotes is missing.',
  ValueExpected: 'A value is missing.',
  ColonExpected: 'A colon is missing.',
  CommaExpected: 'A comma is missing.',
  CloseBraceExpected: 'A closing brace is missing.',
  CloseBracketExpected: 'A closing bracket is missing.',
  EndOfFileExpected: 'The file should end here.',
  InvalidCommentToken: 'A comment cannot stand here.',
  UnexpectedEndOfComment: 'The comment is not closed.',
  UnexpectedEndOfString: 'The string is not closed.',
  UnexpectedEndOfNumber: 'The number is not complete.',
  InvalidUnicode: 'This Unicode escape is not valid.',
  InvalidEscapeCharacter: 'This escape sequence does not exist in JSON.',
  InvalidCharacter: 'A control character must be escaped in a string.',
};
