/** Settings of npm, Yarn and pnpm as `{ entries: [{ key, value }] }`. */
import { type Node, type PartContent, type Span, Unknown, type Value } from '../model.ts';
import { isList, isMap } from './adapter.ts';
import { listTree, mapTree, scalar, type Tree } from './tree.ts';

/** Reads an .npmrc: lines of `key = value`. https://docs.npmjs.com/cli/configuring-npm/npmrc */
export function readNpmConfig(content: PartContent): PartContent {
  const entries: Tree[] = [];
  for (const line of content.text.matchAll(/^[^\r\n]+/gm)) {
    const entry = entryOf(line[0], line.index);
    if (entry !== null) entries.push(entry);
    if (entries.length >= maxEntries) break;
  }
  return withEntries(content, entries);
}

/**
 * Reads a .yarnrc.yml or pnpm-workspace.yaml: every scalar is an entry. The key of one further in is made of all keys on the
 * way (`npmScopes.team.npmRegistryServer`); the items of a list have the key of the list.
 */
export function readYamlConfig(content: PartContent): PartContent {
  const entries: Tree[] = [];
  if (content.root !== null) collect({ node: content.root, value: content.value, key: '', keySpan: null }, entries);
  return withEntries(content, entries);
}

function withEntries(content: PartContent, entries: readonly Tree[]): PartContent {
  const span = { start: 0, end: content.text.length };
  const root = mapTree({ entries: listTree(entries, span) }, span);
  return { ...content, root: root.node, value: root.value };
}

const maxEntries = 5_000;

interface Setting {
  readonly node: Node;
  readonly value: Value;
  readonly key: string;
  readonly keySpan: Span | null;
}

function collect({ node, value, key, keySpan }: Setting, entries: Tree[]): void {
  if (entries.length >= maxEntries) return;
  if (node.kind === 'map' && isMap(value)) {
    for (const entry of node.entries) {
      const inner = { value: value[entry.key] ?? null, key: key === '' ? entry.key : `${key}.${entry.key}` };
      if (entry.value !== null) collect({ ...inner, node: entry.value, keySpan: entry.keySpan }, entries);
    }
  } else if (node.kind === 'list' && isList(value)) {
    for (const [index, item] of node.items.entries())
      collect({ node: item, value: value[index]!, key, keySpan }, entries);
  } else if (keySpan !== null && (value instanceof Unknown || typeof value !== 'object')) {
    const set = value instanceof Unknown ? value : settingValue(String(value));
    entries.push(
      mapTree(
        { key: scalar(key, keySpan), value: scalar(set, node.span) },
        { start: keySpan.start, end: node.span.end },
      ),
    );
  }
}

function entryOf(line: string, start: number): Tree | null {
  if (/^\s*(?:[#;[]|$)/.test(line)) return null;
  const sign = line.indexOf('=');
  const key = trimmed(line.slice(0, sign < 0 ? line.length : sign), start);
  const value = sign < 0 ? null : trimmed(line.slice(sign + 1), start + sign + 1);
  const span = { start: key.start, end: value?.end ?? key.end };
  return mapTree(
    {
      key: scalar(key.text, key),
      value: value === null ? scalar('true', key) : scalar(settingValue(value.text), value),
    },
    span,
  );
}

function trimmed(text: string, start: number): { readonly text: string; readonly start: number; readonly end: number } {
  const from = start + text.length - text.trimStart().length;
  const inside = text.trim();
  return { text: inside, start: from, end: from + inside.length };
}

function settingValue(text: string): string | Unknown {
  const bare = /^(["'])(.*)\1$/.exec(text)?.[2] ?? text;
  return hasReference(bare) ? new Unknown('an environment variable') : bare;
}

/** `${NAME}` */
function hasReference(text: string): boolean {
  const start = text.search(/\$\{[^}]/);
  return start >= 0 && text.includes('}', start);
}
