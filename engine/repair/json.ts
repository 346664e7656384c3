/** A change as edits of JSON text, in its layout: what stands on one line stays on one line. */
import { modify } from 'jsonc-parser';
import type { Edit, Node, PartContent, Value } from '../model.ts';
import type { Change } from './change.ts';

/** Edits in the part's offsets. */
export function jsonEdits(content: PartContent, change: Change): readonly Edit[] | null {
  const { text } = content;
  const reached = reach(content.root, change.path);
  const holder = reached.parents.at(-1) ?? content.root;
  const isOnOneLine = holder !== null && !text.slice(holder.span.start, holder.span.end).includes('\n');
  if (change.kind === 'set' && isOnOneLine) return onOneLine(text, reached, holder, change);
  return modified(text, change, isOnOneLine ? {} : { formattingOptions: layoutOf(text) });
}

interface Reach {
  /** The collections that lead to the place, from the root. */
  readonly parents: readonly Node[];
  /** What stands at the place already. */
  readonly node: Node | null;
}

function reach(root: Node | null, path: Change['path']): Reach {
  const parents: Node[] = [];
  let node = root;
  for (const key of path) {
    if (node === null || node.kind === 'scalar') return { parents, node: null };
    parents.push(node);
    if (node.kind === 'list') node = typeof key === 'number' ? (node.items[key] ?? null) : null;
    else node = node.entries.findLast((entry) => entry.key === String(key))?.value ?? null;
  }
  return { parents, node };
}

/** Sets a value in a collection that stands on one line. */
function onOneLine(
  text: string,
  { parents, node }: Reach,
  holder: Node,
  { path, value }: Extract<Change, { kind: 'set' }>,
): readonly Edit[] | null {
  const isSpaced = hasSpaces(text, parents);
  if (node !== null) return [{ span: node.span, text: written(value, isSpaced) }];
  const [key, ...rest] = path.slice(parents.length - 1);
  if (rest.some((inner) => typeof inner !== 'string')) return null;
  const added = rest.toReversed().reduce<Value>((inner, name) => mapOf(String(name), inner), value);
  if (holder.kind === 'list') {
    return key === holder.items.length
      ? after(text, holder, holder.items.at(-1), written(added, isSpaced), isSpaced)
      : null;
  }
  if (holder.kind !== 'map' || typeof key !== 'string') return null;
  const last = holder.entries.at(-1);
  const said = written(mapOf(key, added), isSpaced).replace(/^\{ ?| ?\}$/g, '');
  return after(text, holder, last === undefined ? undefined : (last.value ?? { span: last.keySpan }), said, isSpaced);
}

/** Whether a space follows the colon, as in the nearest map around the place that has an entry. */
function hasSpaces(text: string, parents: readonly Node[]): boolean {
  const map = parents.findLast((node) => node.kind === 'map' && node.entries.length > 0);
  const entry = map?.kind === 'map' ? map.entries[0] : undefined;
  return entry?.value == null || /\s/.test(text.slice(entry.keySpan.end, entry.value.span.start));
}

/** What is added stands after the last there is, or fills the empty collection. */
function after(
  text: string,
  { span }: Node,
  last: Pick<Node, 'span'> | undefined,
  said: string,
  isSpaced: boolean,
): readonly Edit[] {
  if (last !== undefined) {
    const { end } = last.span;
    return [{ span: { start: end, end }, text: `,${isSpaced ? ' ' : ''}${said}` }];
  }
  const [open, close] = [text[span.start] ?? '', text[span.end - 1] ?? ''];
  const pad = isSpaced && open === '{' ? ' ' : '';
  return [{ span, text: `${open}${pad}${said}${pad}${close}` }];
}

function mapOf(key: string, value: Value): Value {
  return Object.assign(Object.create(null), { [key]: value }) as Value;
}

/** A value on one line: `{"a":1}`, or `{ "a": 1 }`. */
function written(value: Value, isSpaced: boolean): string {
  if (typeof value === 'bigint') return String(value);
  if (!isSpaced || value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => written(item as Value, true)).join(', ')}]`;
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}: ${written(item as Value, true)}`);
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

function layoutOf(text: string) {
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  return {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 4 : indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
}

/** `modify` throws where the path runs through a scalar. */
function modified(text: string, change: Change, options: Parameters<typeof modify>[3]): readonly Edit[] | null {
  try {
    const edits = modify(text, [...change.path], change.kind === 'remove' ? undefined : change.value, options);
    return edits.map(({ offset, length, content }) => ({
      span: { start: offset, end: offset + length },
      text: content,
    }));
  } catch {
    return null;
  }
}
