/** .npmrc: lines of `key = value`. https://docs.npmjs.com/cli/configuring-npm/npmrc */
import { type PartContent, Unknown } from '../model.ts';
import { listTree, mapTree, scalar, type Tree } from './tree.ts';

/** Reads an .npmrc: `{ entries: [{ key, value }] }`. */
export function readNpmConfig(content: PartContent): PartContent {
  const entries: Tree[] = [];
  for (const line of content.text.matchAll(/^[^\r\n]+/gm)) {
    const entry = entryOf(line[0], line.index);
    if (entry !== null) entries.push(entry);
    if (entries.length >= maxEntries) break;
  }
  const span = { start: 0, end: content.text.length };
  const root = mapTree({ entries: listTree(entries, span) }, span);
  return { ...content, root: root.node, value: root.value };
}

const maxEntries = 5_000;

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
  return /\$\{[^}]+\}/.test(bare) ? new Unknown('an environment variable') : bare;
}
