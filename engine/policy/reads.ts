/** What of a resource a policy depends on, so that its verdict can be kept while only other things change. */
import type { Program } from '../cel/index.ts';
import { type Path, Unknown, type Value } from '../model.ts';

/** A variable, or what a path of fields in it leads to. */
export interface Read {
  readonly name: string;
  /** Empty: all of the variable. Null: only whether it is null. */
  readonly path: readonly string[] | null;
}

/** What a policy's verdict and its message depend on, each sorted. */
export interface PolicyReads {
  /** Beside `self`; `object` is among them. */
  readonly relatives: readonly Read[];
  /** Of `self`. */
  readonly self: readonly Read[];
}

/** Set by the evaluation for each policy, or the same for a whole judgement. */
const given: readonly string[] = ['params', 'context', 'file', 'item', 'key', 'match'];

const deepest = 6;

/** What programs read of a resource, and what is read of it beside them; paths where a mention is of fields by name. */
export function readsOf(programs: readonly Program[], more: readonly Read[]): PolicyReads {
  const mentioned = programs.flatMap((program) =>
    [...program.reads].flatMap((name): readonly Read[] =>
      given.includes(name) ? [] : pathsIn(program.source, name).map((path) => ({ name, path })),
    ),
  );
  const reads = distinctReads([...mentioned, ...more]);
  return {
    relatives: reads.filter(({ name }) => name !== 'self'),
    self: reads.filter(({ name }) => name === 'self'),
  };
}

/** Each once, without what is within another; sorted. */
export function distinctReads(reads: readonly Read[]): readonly Read[] {
  const texts = new Map(reads.map((read) => [textOf(read), read]));
  const isWithin = ({ name, path }: Read): boolean =>
    path === null
      ? texts.has(name)
      : path.some((_field, depth) => texts.has([name, ...path.slice(0, depth)].join('.')));
  return [...texts]
    .filter(([, read]) => !isWithin(read))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, read]) => read);
}

function textOf({ name, path }: Read): string {
  return path === null ? `${name} is null` : [name, ...path].join('.');
}

/** Whether what a read leads to is surely the same in two values of its variable. */
export function isSameRead(a: Value | undefined, b: Value | undefined, path: Read['path']): boolean {
  return path === null ? (a === null) === (b === null) : isSameAt(a, b, path);
}

/** Whether two values are surely the same where a path leads to, and whatever a list on the way holds. */
export function isSameAt(a: Value | undefined, b: Value | undefined, path: Path): boolean {
  for (const key of path) {
    if (a === b) return true;
    if (!isMap(a) || !isMap(b)) break;
    const inA: boolean = Object.hasOwn(a, key);
    if (inA !== Object.hasOwn(b, key)) return false;
    if (!inA) return true;
    a = a[key];
    b = b[key];
  }
  return isSame(a, b);
}

/** Identical, or short lists of identical elements. */
function isSame(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length || a.length > 32) return false;
  return a.every((item, index) => item === b[index]);
}

function isMap(value: Value | undefined): value is Readonly<Record<string, Value>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
}

/**
 * What a source mentions of a variable: `[]` where it is mentioned otherwise than by fields, or a method is called on it.
 * Names in strings and after dots are taken for mentions too: that only makes the answer more careful.
 */
function pathsIn(source: string, name: string): readonly (readonly string[] | null)[] {
  const paths: (readonly string[] | null)[] = [];
  for (const match of source.matchAll(/[A-Za-z_]\w*/g)) {
    if (match[0] !== name) continue;
    const end = match.index + name.length;
    nullTest.lastIndex = end;
    paths.push(nullTest.test(source) ? null : fieldsFrom(source, end));
  }
  return paths.length === 0 ? [[]] : paths;
}

const nullTest = /\s*[!=]=\s*null(?!\w)/y;
const fieldAccess = /\s*\.\s*(?:\?\s*)?([A-Za-z_]\w*)(?!\w)\s*(\()?/y;

/** The fields by which a source goes on. */
function fieldsFrom(source: string, start: number): readonly string[] {
  const fields: string[] = [];
  fieldAccess.lastIndex = start;
  for (let next = fieldAccess.exec(source); next !== null && fields.length < deepest; next = fieldAccess.exec(source)) {
    const [, name = '', call] = next;
    if (call !== undefined) break;
    fields.push(name);
  }
  return fields;
}
