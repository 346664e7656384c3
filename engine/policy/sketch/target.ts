/** What somebody points at: the value at an offset, and the resource that policies would judge it in. */
import { readDocument } from '../../document/index.ts';
import { nodeAt } from '../../evaluation/place.ts';
import {
  type CodeLanguage,
  type CodeTree,
  type Document,
  type Native,
  type Node,
  type PartContent,
  type Path,
  type Resource,
  type SourceFile,
  Unknown,
  type Value,
} from '../../model.ts';
import { liftResources } from '../../resource/index.ts';
import { valueAt } from '../../rule/require.ts';

/** A value in YAML or JSON. */
export interface DataTarget {
  readonly kind: 'data';
  readonly document: Document;
  /** Of the part as the parser reads it. */
  readonly value: Value;
  readonly path: Path;
  readonly resource: Resource;
  /** Of the value within `self`. */
  readonly within: Path;
  /** Where in the value's text is pointed at; null where it is at the key. */
  readonly character: number | null;
}

/** A value in what an adapter reads line by line: Dockerfile, `.npmrc`. */
export interface LineTarget {
  readonly kind: 'lines';
  readonly document: Document;
  readonly content: PartContent;
  readonly path: Path;
  readonly resource: Resource;
  readonly within: Path;
  readonly character: number | null;
}

/** A place in code. */
export interface CodeTarget {
  readonly kind: 'code';
  readonly document: Document;
  readonly language: CodeLanguage;
  readonly code: CodeTree;
  readonly offset: number;
}

type Found =
  | { readonly kind: 'target'; readonly target: DataTarget | LineTarget | CodeTarget }
  | { readonly kind: 'none'; readonly reason: string };

/** The innermost resource at an offset, and the smallest value there. */
export function targetAt(file: SourceFile, offset: number, native: Native): Found {
  const document = readDocument(file, native);
  if (document.kind === 'code') return codeTarget(document, offset);
  const found = liftResources(document).flatMap(({ part, resources }) => {
    const at = offset - part.offset;
    if (at < 0 || at > part.content.text.length) return [];
    const path = isData(document)
      ? pathAt(part.content.root, at, part.content.text)
      : (leafAt(part.content.root, at)?.path ?? null);
    const resource = path === null ? null : innermost(resources, path, at);
    return path === null || resource === null ? [] : [{ part, path, resource }];
  });
  const [best] = found.sort((a, b) => b.resource.path.length - a.resource.path.length);
  if (best === undefined) return none('nothing that policies judge stands here');
  const { part, path, resource } = best;
  const within = withinSelf(resource, path);
  if (valueAt(resource.self, within) instanceof Unknown && resource.span === undefined)
    return none('a template fills this value in: point at one that is written out');
  const common = { document, path, resource, within, character: characterIn(part.content, path, offset - part.offset) };
  if (!isData(document)) return { kind: 'target', target: { kind: 'lines', content: part.content, ...common } };
  return { kind: 'target', target: { kind: 'data', value: part.content.value, ...common } };
}

function isData({ kind }: Document): boolean {
  return kind === 'yaml' || kind === 'json';
}

function characterIn(content: PartContent, path: Path, at: number): number | null {
  const node = nodeAt(content.root, path);
  if (node?.kind !== 'scalar' || at < node.span.start || at > node.span.end) return null;
  const quote = /["']/.test(content.text.charAt(node.span.start)) ? 1 : 0;
  return Math.max(0, at - node.span.start - quote);
}

function none(reason: string): Found {
  return { kind: 'none', reason };
}

function codeTarget(document: Document, offset: number): Found {
  const { code, language } = document;
  if (code === null || language === null) return none('there is no parser for this language on this machine');
  return { kind: 'target', target: { kind: 'code', document, language, code: code.tree, offset } };
}

/** A resource with a place of its own (a command of a script) is nearer than the step that holds it. */
function innermost(resources: readonly Resource[], path: Path, at: number): Resource | null {
  const holding = resources.filter(
    ({ kind, path: own, span }) =>
      kind !== 'text' &&
      own.every((key, index) => key === path[index]) &&
      (span === undefined || (span.start <= at && at <= span.end)),
  );
  // Of two that stand at one place, the later is what is in the other.
  const placed = holding.filter(({ span }) => span !== undefined).reverse();
  const sized = placed.sort((a, b) => lengthOf(a) - lengthOf(b));
  return sized[0] ?? holding.reduce<Resource | null>((best, one) => (isNearer(one, best) ? one : best), null);
}

function lengthOf({ span }: Resource): number {
  return span === undefined ? 0 : span.end - span.start;
}

function isNearer(one: Resource, best: Resource | null): boolean {
  return best === null || one.path.length > best.path.length;
}

/** The path of the smallest node at an offset; a key stands for its value, and a line for the first key on it. */
function pathAt(root: Node | null, offset: number, text: string): Path | null {
  const path: (string | number)[] = [];
  let node = root;
  while (node !== null && node.kind !== 'scalar') {
    const next = stepAt(node, offset, text);
    if (next === null) break;
    path.push(next.key);
    node = next.node;
  }
  return path.length === 0 ? null : path;
}

/**
 * The smallest value at an offset in a tree that an adapter made: what holds it need not be around it in the text. A RUN of a
 * single command is that command.
 */
function leafAt(node: Node | null, offset: number): { readonly path: Path; readonly size: number } | null {
  if (node === null) return null;
  if (node.kind === 'scalar')
    return node.span.start <= offset && offset <= node.span.end ? { path: [], size: sizeOf(node) } : null;
  const inner =
    node.kind === 'list'
      ? node.items.map((item, key) => ({ key, found: leafAt(item, offset) }))
      : node.entries.map(({ key, value }) => ({ key, found: leafAt(value, offset) }));
  let best: { readonly path: Path; readonly size: number } | null = null;
  for (const { key, found } of inner)
    if (found !== null && (best === null || found.size < best.size || (found.size === best.size && key === 'commands')))
      best = { ...found, path: [key, ...found.path] };
  return best;
}

interface Step {
  readonly key: string | number;
  readonly node: Node | null;
  readonly size: number;
}

function stepAt(node: Exclude<Node, { kind: 'scalar' }>, offset: number, text: string): Step | null {
  const steps: readonly (Step & { readonly start: number; readonly end: number })[] =
    node.kind === 'list'
      ? node.items.map((item, key) => ({ key, node: item, ...item.span, size: sizeOf(item) }))
      : node.entries.map(({ key, keySpan, value }) => {
          const end = Math.max(keySpan.end, value?.span.end ?? 0);
          const start = Math.min(keySpan.start, value?.span.start ?? keySpan.start);
          return { key, node: value, start, end, size: end - start };
        });
  const holding = steps.filter(({ start, end }) => start <= offset && offset <= end);
  if (holding.length > 0) return holding.reduce((best, one) => (one.size < best.size ? one : best));
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  return (
    steps.find(
      ({ start, end }) =>
        start >= lineStart && start <= offset && end <= offset && !text.slice(end, offset).includes('\n'),
    ) ?? null
  );
}

function sizeOf({ span }: Node): number {
  return span.end - span.start;
}

/** Where the value stands in `self`: an adapter may have given the field another name. */
function withinSelf(resource: Resource, path: Path): Path {
  const within = path.slice(resource.path.length);
  const own = valueAt(resource.self, within);
  if (own !== undefined && within.length > 0) return within;
  const derived = Object.entries(resource.derived ?? {}).find(([, place]) => place.join('\n') === within.join('\n'));
  return derived === undefined ? within : [derived[0]];
}

/** The text that is pointed at; null where it is none. */
export function textOf(target: DataTarget | LineTarget | CodeTarget): string | null {
  const value = target.kind === 'code' ? null : valueAt(target.resource.self, target.within);
  return typeof value === 'string' ? value : null;
}

/** The node of a target's value. */
export function nodeOf({ content, path }: LineTarget): Node | null {
  return nodeAt(content.root, path);
}
