/** What makes a finding the same finding after edits, in another worktree, on another machine. */
import type { CelValue } from '../cel/value.ts';
import { type Path, Unknown, type Value } from '../model.ts';
import { canonicalJson } from '../policy/canonical.ts';
import { valueAt } from '../rule/require.ts';

/** Keys by which people name the elements of lists, the surest first. */
const nameKeys: readonly string[] = ['name', 'id', 'key', 'uses', 'containerPort', 'path', 'host', 'mountPath'];

/**
 * A path in which elements of lists stand by their names, as far as they have one. An element without a name stands as
 * `*`: its value tells it apart, and after that the occurrence counter. Names enter as bits, for one may be a secret.
 */
export function namedPath(root: CelValue | undefined, path: Path): string {
  let text = '';
  let at: Value | undefined = root as Value | undefined;
  for (const key of path) {
    const next = at === undefined ? undefined : valueAt(at, [key]);
    text += typeof key === 'number' ? `/[${nameOf(next)}]` : `/${key}`;
    at = next;
  }
  return text;
}

/** A value in a few bits: enough to tell a changed value, too few to find out a secret one. */
export function valueBits(value: Value | undefined): string {
  if (value === undefined) return 'none';
  if (value instanceof Unknown) return 'unknown';
  return textBits(typeof value === 'string' ? value.trim() : canonicalJson(value));
}

/** 16 bits of a text's hash (FNV-1a, folded), as four hex digits. */
export function textBits(text: string): string {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return (((hash >>> 16) ^ hash) & 0xffff).toString(16).padStart(4, '0');
}

function nameOf(value: Value | undefined): string {
  if (typeof value !== 'object' || value === null) return '*';
  for (const key of nameKeys) {
    const name = valueAt(value, [key]);
    if (typeof name === 'string' || typeof name === 'number') return `${key}=${textBits(String(name))}`;
  }
  return '*';
}
