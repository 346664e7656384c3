/** Every expression of a workflow or an action as a resource of its own: what it reads, where it stands, whose it is. */
import { locate } from '../document/locate.ts';
import type { MapNode, Node, PartContent, Path, Resource, Span, ValueMap } from '../model.ts';
import { type Memo, withFields } from './adapter.ts';
import { isBrought, writtenNode } from './aliasedNode.ts';
import { readExpression } from './githubExpression.ts';

/** What an expression can belong to; `scope` says which: workflow, job, step or action. */
export interface ExpressionOwner {
  readonly resource: Resource;
  readonly scope: string;
}

/** Where to look for expressions: below a node, but not below those that have been looked at already. */
export interface Stretch {
  readonly node: Node;
  readonly path: Path;
  readonly except: ReadonlySet<Node>;
}

/** The expressions of a stretch, whose outermost owner comes first, in the order of the text. */
export function expressionsIn(
  content: PartContent,
  { node, path, except }: Stretch,
  owners: readonly ExpressionOwner[],
  memo: Memo,
): readonly Resource[] {
  const [outermost] = owners;
  if (outermost === undefined) return [];
  const byPath = new Map(owners.map((owner) => [keyOf(owner.resource.path), owner]));
  const fenced = fencedIn(content, memo);
  const depths = new Set(owners.map(({ resource }) => resource.path.length));
  const search: Search = { content, fenced, byPath, depths, except, memo, found: [] };
  visit(search, node, path, outermost);
  for (const owner of owners) bareCondition(search, owner);
  // Most workflows have no alias, and then nothing is brought anywhere or met twice.
  if (!mayHaveAliases(content)) return inOrder(search.found);
  for (const owner of owners) aliased(search, owner);
  return inOrder(distinct(search.found));
}

function inOrder(found: readonly Resource[]): readonly Resource[] {
  return [...found].sort((a, b) => a.span!.start - b.span!.start);
}

/** Where the expressions in a node stand, counted from its start. One without its end reaches out of its own lines. */
export function placesIn(content: PartContent, { span }: Node, memo: Memo): string {
  return within(fencedIn(content, memo), span)
    .map(({ start, end }) => `${start - span.start}-${end - span.start}`)
    .join(' ');
}

function fencedIn(content: PartContent, memo: Memo): readonly Span[] {
  return memo(content, 'fenced', () => content.templates.filter(({ start }) => content.text.startsWith('${{', start)));
}

/** Whether an alias may stand in the part: then what a stretch says depends on more than its own text. */
export function mayHaveAliases({ text }: PartContent): boolean {
  return text.includes('*') && aliasSign.test(text);
}

/** Where an alias may stand; also in text that only looks so. */
const aliasSign = /(?:^|[\s,:[{-])\*[^\s*,\]}]/;

/** A step of a job that an alias brings is met twice: below the job, and by itself. */
function distinct(found: readonly Resource[]): Resource[] {
  const byPlace = new Map(found.map((resource) => [`${resource.span!.start}\0${keyOf(resource.path)}`, resource]));
  return [...byPlace.values()];
}

function keyOf(path: Path): string {
  return path.join('\0');
}

interface Search {
  readonly content: PartContent;
  readonly fenced: readonly Span[];
  readonly byPath: ReadonlyMap<string, ExpressionOwner>;
  /** How long the paths of owners are. */
  readonly depths: ReadonlySet<number>;
  readonly except: ReadonlySet<Node>;
  readonly memo: Memo;
  readonly found: Resource[];
}

/** Goes only where expressions are: most of a tree has none, and is not even looked at. */
function visit(search: Search, node: Node, path: Path, owner: ExpressionOwner): void {
  if (search.except.has(node)) return;
  const inside = within(search.fenced, node.span);
  if (inside.length === 0) return;
  if (node.kind === 'scalar') {
    inScalar(search, node.span, inside, { path, owner });
    return;
  }
  const below = node.kind === 'list' ? node.items.map((item, index) => [index, item] as const) : valuesOf(node);
  for (const [key, value] of below) {
    const at = [...path, key];
    const next = search.depths.has(at.length) ? search.byPath.get(keyOf(at)) : undefined;
    visit(search, value, at, next ?? owner);
  }
}

/** What an alias brings is an expression of each place that it is brought to, and stands at its anchor. */
function aliased(search: Search, owner: ExpressionOwner): void {
  const { content, memo } = search;
  const { path } = owner.resource;
  if (!isBrought(content, path)) return;
  const node = writtenNode(content, path, memo);
  if (node !== null) visit(search, node, path, owner);
}

function valuesOf(node: MapNode): readonly (readonly [key: string, value: Node])[] {
  return node.entries.flatMap(({ key, value }) => (value === null ? [] : [[key, value] as const]));
}

function inScalar(search: Search, span: Span, fenced: readonly Span[], { path, owner }: Omit<Place, 'where'>): void {
  const { text } = search.content;
  const place = { path, owner, where: placeIn(path, owner) };
  for (const template of fenced) {
    const whole = fenced.length === 1 && isWhole(text.slice(span.start, span.end), template, span);
    const inside = text.slice(template.start + 3, template.end - 2).trim();
    const facts = { text: inside, fenced: true, whole, ...lineAround(text, template, span) };
    search.found.push(expression(search.memo, place, { ...facts, span: template }));
  }
}

/** An `if` is an expression also where it has no braces. */
function bareCondition({ content, memo, found }: Search, owner: ExpressionOwner): void {
  const { resource } = owner;
  const condition = (resource.self as ValueMap).if;
  if (typeof condition !== 'string' || condition.includes('${{')) return;
  const path = [...resource.path, 'if'];
  const span = locate(content, path).value;
  if (span === null) return;
  const facts = { text: condition.trim(), fenced: false, whole: true, before: '', after: '' };
  found.push(expression(memo, { path, owner, where: 'if' }, { ...facts, span }));
}

/** The spans that lie in a span; all are in order. */
function within(spans: readonly Span[], { start, end }: Span): readonly Span[] {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (spans[middle]!.start < start) low = middle + 1;
    else high = middle;
  }
  let last = low;
  while (last < spans.length && spans[last]!.end <= end) last++;
  return spans.slice(low, last);
}

/** Whether the value is nothing but the expression. A block scalar keeps the end of its line unless its header says `-`. */
function isWhole(scalar: string, template: Span, span: Span): boolean {
  const before = scalar.slice(0, template.start - span.start);
  const after = scalar.slice(template.end - span.start);
  if (/^[|>]/.test(before)) return /^[|>]\d?-\d?[ \t]*\r?\n\s*$/.test(before) && /^\s*$/.test(after);
  return before.length <= 1 && after === before;
}

interface Place {
  readonly path: Path;
  readonly owner: ExpressionOwner;
  readonly where: string;
}

/** `run`, `env.TOKEN`, `with.script`: the path within the owner, without places in lists. */
function placeIn(path: Path, { resource }: ExpressionOwner): string {
  return path
    .slice(resource.path.length)
    .filter((segment) => typeof segment === 'string')
    .join('.');
}

interface Occurrence {
  readonly text: string;
  readonly span: Span;
  readonly fenced: boolean;
  readonly whole: boolean;
  readonly before: string;
  readonly after: string;
}

const maxAround = 500;

/** What stands before and behind a template on its line, within the value. */
function lineAround(text: string, template: Span, span: Span): { readonly before: string; readonly after: string } {
  const before = text.slice(Math.max(span.start, template.start - maxAround), template.start);
  const after = text.slice(template.end, Math.min(span.end, template.end + maxAround));
  return { before: before.slice(before.lastIndexOf('\n') + 1), after: after.split(/\r?\n/, 1)[0]! };
}

function expression(memo: Memo, { path, owner, where }: Place, found: Occurrence): Resource {
  const { resource, scope } = owner;
  const { span, ...facts } = found;
  const { text } = facts;
  const label = `expression ${scope} ${where} ${JSON.stringify(facts)}`;
  return {
    kind: 'github.expression',
    name: resource.name,
    identity: `${resource.identity}/${where}`,
    path,
    self: memo(ownerOf(resource), label, () => withFields({ ...readExpression(text), ...facts, in: where, scope }, {})),
    relatives: resource.relatives,
    span,
  };
}

/** The map that an expression's reading lives as long as. */
function ownerOf(resource: Resource): object {
  return resource.self as ValueMap;
}
