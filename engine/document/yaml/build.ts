import {
  Alias,
  isCollection,
  isScalar,
  type Pair,
  type Node as Parsed,
  parseDocument,
  Scalar,
  YAMLMap,
  type YAMLSeq,
} from 'yaml';
import type { Entry, Node, Problem, Span, Value } from '../../model.ts';
import { Unknown } from '../../model.ts';
import { mapNode, scalarNode } from '../node.ts';
import { findTemplates, touchesTemplate } from '../template.ts';
import { readBlockStyle } from './blockStyle.ts';
import { findComments } from './comment.ts';
import { fillInsertions } from './insertion.ts';
import { mergeInto } from './merge.ts';
import type { Mode, Reading, Stretch } from './piece.ts';
import { problemsOf } from './problem.ts';
import { scalarValue } from './scalar.ts';
import { coreSchema } from './schema.ts';

/** Reads a stretch in one go: nodes with spans, and plain values. Never throws. */
export function buildReading(stretch: Stretch, mode: Mode): Reading {
  return buildSound(stretch, mode) ?? buildParsed(stretch, mode, templatesOf(stretch, mode));
}

/** The same, but null for what is broken at the first look. */
export function buildSound(stretch: Stretch, mode: Mode): Reading | null {
  const { text } = stretch;
  const templates = templatesOf(stretch, mode);
  const block = readBlockStyle(stretch, mode, templates);
  if (block === 'broken') return null;
  if (block === null) return buildParsed(stretch, mode, templates);
  const value = fillInsertions(block.node, block.value, stretch);
  const comments = findComments(text, block.scalars);
  return { node: block.node, value, problems: [], comments, dangling: false, anchored: false };
}

function templatesOf({ raw }: Stretch, { style }: Mode): readonly Span[] {
  return raw.includes('{{') ? findTemplates(raw, style) : [];
}

/** Reads what is not in block style alone: the tree of a parser of the whole language becomes ours. */
export function buildParsed(stretch: Stretch, mode: Mode, templates: readonly Span[]): Reading {
  const { text, raw } = stretch;
  const parsed = parseDocument(text, options);
  const context: Context = {
    text,
    raw,
    mode,
    templates,
    problems: problemsOf(parsed.errors, text, maxProblems),
    scalars: [],
    anchors: new Map(),
    expanded: 0,
    dangling: false,
  };
  const root = parsed.contents as Parsed | null;
  const built = root === null || isMissing(root) ? { node: null, value: null, size: 0 } : build(root, context, 0);
  const value = fillInsertions(built.node, built.value, stretch);
  const comments = findComments(text, context.scalars);
  return {
    node: built.node,
    value,
    problems: context.problems,
    comments,
    dangling: context.dangling,
    anchored: context.anchors.size > 0,
  };
}

/** Duplicate keys and merges are ours to judge. */
const options = {
  uniqueKeys: false,
  prettyErrors: false,
  logLevel: 'silent',
  schema: coreSchema,
} as const;
const maxProblems = 100;
/** Nested deeper than any real document, and far from the end of the stack. */
const maxDepth = 200;
/** How many nodes the aliases of one document may bring in all. */
const maxExpanded = 100_000;

interface Context {
  readonly text: string;
  readonly raw: string;
  readonly mode: Mode;
  readonly templates: readonly Span[];
  readonly problems: Problem[];
  /** The spans of scalars in order, where no comment can be. */
  readonly scalars: Span[];
  readonly anchors: Map<string, Built>;
  expanded: number;
  dangling: boolean;
}

interface Built {
  readonly node: Node;
  readonly value: Value;
  /** How many nodes it stands for once its aliases are followed. */
  readonly size: number;
}

function build(parsed: Parsed, context: Context, depth: number): Built {
  const built = buildPlain(parsed, context, depth);
  const tagged = hasOwnTag(parsed) ? { ...built, value: new Unknown('a tag of its own') } : built;
  if (!(parsed instanceof Alias) && parsed.anchor !== undefined) context.anchors.set(parsed.anchor, tagged);
  return tagged;
}

function buildPlain(parsed: Parsed, context: Context, depth: number): Built {
  if (parsed instanceof Alias) return buildAlias(parsed, context);
  if (isScalar(parsed)) return buildScalar(parsed, context);
  if (depth >= maxDepth) {
    const span = spanOf(parsed);
    context.problems.push({ span, message: `Nested deeper than ${maxDepth} levels; what is inside is not judged.` });
    return { node: { kind: 'scalar', span }, value: new Unknown('nested too deep'), size: 1 };
  }
  return parsed instanceof YAMLMap
    ? buildMap(parsed, context, depth)
    : buildList(parsed as YAMLSeq<Parsed>, context, depth);
}

function buildScalar(scalar: Scalar, context: Context): Built {
  const { start, end } = spanOf(scalar);
  const block = scalar.type === Scalar.BLOCK_LITERAL || scalar.type === Scalar.BLOCK_FOLDED;
  const last = block ? beforeBreaks(context.text, start, end) : end;
  if (end > start) context.scalars.push({ start: block ? lineAfter(context.text, start, end) : start, end });
  const value = touchesTemplate(context.templates, start, end)
    ? new Unknown('a template')
    : scalarValue(scalar, context.mode.kubernetes);
  return { node: scalarNode(start, last), value, size: 1 };
}

function buildAlias(alias: Alias, context: Context): Built {
  const span = spanOf(alias);
  context.scalars.push(span);
  const node: Node = { kind: 'scalar', span, alias: true };
  const target = context.anchors.get(alias.source);
  if (target === undefined) {
    context.dangling = true;
    context.problems.push({ span, message: 'No anchor of this name stands before the alias.' });
    return { node, value: new Unknown('an alias without an anchor'), size: 1 };
  }
  context.expanded += target.size;
  if (context.expanded <= maxExpanded) return { node, value: target.value, size: target.size };
  if (context.expanded - target.size <= maxExpanded) {
    context.problems.push({
      span,
      message: `The aliases bring more than ${maxExpanded} values; the rest is not judged.`,
    });
  }
  return { node, value: new Unknown('too many aliases'), size: 1 };
}

function buildList(list: YAMLSeq<Parsed>, context: Context, depth: number): Built {
  const built = list.items.map((item) => build(item, context, depth + 1));
  const items = built.map(({ node }) => node);
  const span =
    list.flow === true ? spanOf(list) : { start: spanOf(list).start, end: items.at(-1)?.span.end ?? spanOf(list).end };
  return { node: { kind: 'list', span, items }, value: built.map(({ value }) => value), size: sizeOf(built) };
}

function sizeOf(built: readonly Built[]): number {
  return built.reduce((sum, { size }) => sum + size, 1);
}

function buildMap(map: YAMLMap, context: Context, depth: number): Built {
  const entries: Entry[] = [];
  const values: Built[] = [];
  const merges: Value[] = [];
  const value: Record<string, Value> = Object.create(null);
  for (const pair of map.items as Pair<Parsed | null, Parsed | null>[]) {
    const key = buildKey(pair, context);
    if (key === null) continue;
    const built = pair.value === null || isMissing(pair.value) ? null : build(pair.value, context, depth + 1);
    if (built !== null) values.push(built);
    entries.push({ key: key.text, keySpan: key.span, value: built?.node ?? null });
    if (key.merge && built !== null) merges.push(built.value);
    else add(value, key, built?.value ?? null, context);
  }
  const merged = merges.length === 0 ? value : mergeInto(value, merges);
  const last = entries.at(-1);
  const { start, end } = spanOf(map);
  const span =
    map.flow === true || last === undefined ? { start, end } : { start, end: last.value?.span.end ?? last.keySpan.end };
  return { node: mapNode(span, entries), value: merged, size: sizeOf(values) + entries.length };
}

interface Key {
  readonly text: string;
  readonly span: Span;
  readonly merge: boolean;
}

function add(map: Record<string, Value>, key: Key, value: Value, context: Context): void {
  if (key.text in map && !context.mode.templated) context.problems.push({ span: key.span, message: duplicateKey });
  map[key.text] = value;
}

export const duplicateKey = 'The key is there twice; the last one counts.';

function buildKey({ key, value }: Pair<Parsed | null, Parsed | null>, context: Context): Key | null {
  if (key === null) return null;
  const span = spanOf(key);
  if (key instanceof Alias) {
    const target = buildAlias(key, context).value;
    return { text: typeof target === 'string' ? target : context.raw.slice(span.start, span.end), span, merge: false };
  }
  if (isCollection(key)) {
    // What could not be read before may be why it stands there.
    if (context.problems.length === 0)
      context.problems.push({ span, message: 'A key must be a word, not a collection.' });
    return null;
  }
  if (isMissing(key) && value === null) return null;
  const { node } = build(key, context, 0);
  const scalar = key as Scalar;
  const merge = scalar.type === Scalar.PLAIN && scalar.source === '<<';
  if (touchesTemplate(context.templates, span.start, span.end))
    return { text: context.raw.slice(span.start, span.end), span, merge };
  return { text: scalar.type === Scalar.PLAIN ? (scalar.source ?? '') : String(scalar.value), span: node.span, merge };
}

function isMissing(parsed: Parsed): boolean {
  if (!isScalar(parsed) || parsed.anchor !== undefined || parsed.tag !== undefined) return false;
  return parsed.value === null && (parsed.source === undefined || parsed.source === '');
}

function hasOwnTag({ tag }: Parsed): boolean {
  return tag !== undefined && tag !== '!' && !tag.startsWith('tag:yaml.org,2002:') && !tag.startsWith('!!');
}

function spanOf(parsed: Parsed): Span {
  const range = parsed.range;
  return range === null || range === undefined ? { start: 0, end: 0 } : { start: range[0], end: range[1] };
}

function beforeBreaks(text: string, start: number, end: number): number {
  let last = end;
  while (last > start && (text[last - 1] === '\n' || text[last - 1] === '\r')) last--;
  return last;
}

function lineAfter(text: string, start: number, end: number): number {
  const next = text.indexOf('\n', start);
  return next < 0 ? end : Math.min(next + 1, end);
}
