/** Every expression of a workflow or an action as a resource of its own: what it reads, where it stands, whose it is. */
import type { Node, PartContent, Path, Resource, Span, Value, ValueMap } from '../model.ts';
import { type Memo, withFields } from './adapter.ts';
import { readExpression } from './githubExpression.ts';

/** What an expression can belong to; `scope` says which: workflow, job, step or action. */
export interface ExpressionOwner {
  readonly resource: Resource;
  readonly scope: string;
}

/** The expressions in a part, in the order of the text. */
export function expressionsIn(
  content: PartContent,
  owners: readonly ExpressionOwner[],
  memo: Memo,
): readonly Resource[] {
  if (content.root === null) return [];
  const byPath = new Map(owners.map((owner) => [owner.resource.path.join('\0'), owner]));
  const fenced = content.templates.filter(({ start }) => content.text.startsWith('${{', start));
  const search: Search = { content, fenced, byPath, memo, found: [] };
  const root = byPath.get('');
  if (root !== undefined) visit(search, content.root, content.value, [], root);
  return search.found;
}

interface Search {
  readonly content: PartContent;
  readonly fenced: readonly Span[];
  readonly byPath: ReadonlyMap<string, ExpressionOwner>;
  readonly memo: Memo;
  readonly found: Resource[];
}

function visit(search: Search, node: Node, value: Value, path: Path, above: ExpressionOwner): void {
  const owner = path.length === 0 ? above : (search.byPath.get(path.join('\0')) ?? above);
  if (node.kind === 'scalar') {
    inScalar(search, node.span, value, path, owner);
    return;
  }
  if (node.kind === 'list') {
    for (const [index, item] of node.items.entries())
      visit(search, item, member(value, index), [...path, index], owner);
    return;
  }
  for (const entry of node.entries) {
    if (entry.value !== null) visit(search, entry.value, member(value, entry.key), [...path, entry.key], owner);
  }
}

function member(value: Value, key: string | number): Value {
  return typeof value === 'object' && value !== null ? ((value as ValueMap)[key] ?? null) : null;
}

function inScalar(search: Search, span: Span, value: Value, path: Path, owner: ExpressionOwner): void {
  const fenced = within(search.fenced, span);
  const place = { path, owner, where: placeIn(path, owner) };
  for (const template of fenced) {
    const around = lineAround(search.content.text, template, span);
    const text = search.content.text.slice(template.start + 3, template.end - 2).trim();
    const whole = fenced.length === 1 && isWhole(search.content.text.slice(span.start, span.end), template, span);
    search.found.push(expression(search.memo, place, { text, span: template, fenced: true, whole, ...around }));
  }
  if (fenced.length > 0 || place.where !== 'if' || typeof value !== 'string') return;
  search.found.push(
    expression(search.memo, place, { text: value.trim(), span, fenced: false, whole: true, before: '', after: '' }),
  );
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
