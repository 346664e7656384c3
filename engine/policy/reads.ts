/** What of a resource's relatives a policy depends on, so that its verdict can be kept while only other things change. */
import type { Program } from '../cel/index.ts';
import { Unknown, type Value } from '../model.ts';

/** A relative, or one field of it. */
export interface Read {
  readonly name: string;
  /** Null: all of it. Empty: only whether it is null. */
  readonly field: string | null;
}

/** Set by the evaluation for each policy, or the same for a whole judgement. `self` is what verdicts are kept by. */
const given: readonly string[] = ['self', 'params', 'context', 'file', 'item', 'key', 'match'];

/** The relatives that programs read, sorted; fields where every mention is of a field by name. */
export function readsOf(programs: readonly Program[]): readonly Read[] {
  const fields = new Map<string, Set<string> | null>();
  for (const program of programs) {
    for (const name of program.reads) {
      if (given.includes(name)) continue;
      const before = fields.get(name);
      const found = before === null ? null : fieldsIn(program.source, name);
      fields.set(name, found === null ? null : new Set([...(before ?? []), ...found]));
    }
  }
  return [...fields]
    .flatMap(([name, found]): readonly Read[] =>
      found === null ? [{ name, field: null }] : [...found].map((field) => ({ name, field })),
    )
    .sort((a, b) => (`${a.name}.${a.field}` < `${b.name}.${b.field}` ? -1 : 1));
}

/** The value that a read depends on. */
export function readValue(relatives: Readonly<Record<string, Value>>, { name, field }: Read): Value | undefined {
  const value = relatives[name];
  if (field === '') return value === null;
  if (field === null || typeof value !== 'object' || value === null) return value;
  // Whether an unknown or a list is read is told by the value itself.
  if (value instanceof Unknown || Array.isArray(value)) return value;
  return Object.hasOwn(value, field) ? (value as Readonly<Record<string, Value>>)[field] : undefined;
}

/** Whether two values are surely the same: identical, or short lists of identical elements. */
export function isSameRead(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length || a.length > 32) return false;
  return a.every((item, index) => item === b[index]);
}

/**
 * The fields of a variable that a source mentions; null where it is mentioned otherwise, or a method is called on it. Names in
 * strings and after dots are taken for mentions too: that only makes the answer more careful.
 */
function fieldsIn(source: string, name: string): readonly string[] | null {
  const fields: string[] = [];
  for (const match of source.matchAll(/[A-Za-z_]\w*/g)) {
    if (match[0] !== name) continue;
    const rest = source.slice(match.index + name.length, match.index + name.length + 200);
    if (/^\s*[!=]=\s*null(?!\w)/.test(rest)) {
      fields.push('');
      continue;
    }
    const next = /^\s*\.\s*\??\s*([A-Za-z_]\w*)(?!\w)\s*(\()?/.exec(rest);
    if (next === null || next[2] !== undefined) return null;
    fields.push(next[1] ?? '');
  }
  return fields.length === 0 ? null : fields;
}
