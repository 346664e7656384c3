/** The `require` form: CEL that must be true of a resource, or of each element of a list or map in it. */
import type { Program, Variables } from '../cel/index.ts';
import type { CelValue } from '../cel/value.ts';
import { type Path, Unknown, type Value } from '../model.ts';

/** What a policy's CEL sees, by name. `item` and `key` are set here, element by element. */
export type Scope = Record<string, CelValue>;

export interface RequireRule {
  readonly require: Program;
  readonly each: readonly Path[];
  readonly mark: readonly Path[];
}

/** A resource, or an element of it, that does not meet the rule; or a rule that broke on it. */
export type Miss =
  | {
      readonly kind: 'fail';
      /** What to underline, beginning with the variable: `['self', 'volumes', 2, 'hostPath']`. */
      readonly target: Path;
      /** What decided, where that is outside of what is underlined. */
      readonly because: Path | null;
      readonly element: Element | null;
    }
  | { readonly kind: 'error'; readonly message: string; readonly target: Path; readonly element: Element | null };

/** The element of `each` that is judged: where it stands in `self`. */
export interface Element {
  readonly path: Path;
  readonly key: string | number;
  readonly item: Value;
}

export interface Judgement {
  readonly misses: readonly Miss[];
  /** How often a template left the answer open. */
  readonly unknown: number;
  /** Units of work spent. */
  readonly cost: number;
}

/** Most elements of `each` in one resource, and most misses that are told of one resource. */
const maxElements = 20_000;
const maxMisses = 1_000;
const evaluationCost = 200_000;

/** Judges one resource. `scope` has the policy's variables and is left as it was. Never throws. */
export function judgeRequire(rule: RequireRule, scope: Scope, budget: number): Judgement {
  if (rule.each.length === 0) return judgeOnce(rule, scope, null, budget);
  const misses: Miss[] = [];
  let unknown = 0;
  let cost = 0;
  let elements = 0;
  for (const path of rule.each) {
    const found = elementsAt(scope.self as Value, path);
    if (found === 'unknown') unknown++;
    else {
      for (const element of found) {
        if (++elements > maxElements || misses.length >= maxMisses || cost >= budget) {
          misses.push({
            kind: 'error',
            message: 'too many elements to judge',
            target: ['self', ...path],
            element: null,
          });
          return { misses, unknown, cost };
        }
        scope.item = element.item;
        scope.key = element.key;
        const judged = judgeOnce(rule, scope, element, budget - cost);
        misses.push(...judged.misses);
        unknown += judged.unknown;
        cost += judged.cost;
      }
    }
  }
  delete scope.item;
  delete scope.key;
  return { misses, unknown, cost };
}

function judgeOnce(rule: RequireRule, scope: Variables, element: Element | null, budget: number): Judgement {
  const evaluation = rule.require.evaluate(scope, { cost: Math.min(evaluationCost, budget) });
  const { cost } = evaluation;
  if (evaluation.kind === 'unknown') return { misses: [], unknown: 1, cost };
  if (evaluation.kind === 'value' && evaluation.value === true) return { misses: [], unknown: 0, cost };
  const whole: Path = ['self', ...(element?.path ?? [])];
  if (evaluation.kind === 'error') {
    const { message, code } = evaluation;
    // The value that the rule could not take is what a person has to look at.
    const blamed = code === 'budget' ? null : blameOf(rule.require, scope, element);
    return { misses: [{ kind: 'error', message, target: blamed ?? whole, element }], unknown: 0, cost };
  }
  if (evaluation.value !== false) {
    return {
      misses: [{ kind: 'error', message: 'the rule gave no true or false', target: whole, element }],
      unknown: 0,
      cost,
    };
  }
  const mark = markOf(rule.mark, element === null ? (scope.self as Value) : element.item);
  // To find what decided costs more than the evaluation; where the mark says it all, nobody asks.
  const blame = mark !== null && !readsElsewhere(rule.require) ? null : blameOf(rule.require, scope, element);
  // An element is marked where it stands, even if what decided is elsewhere.
  const decided = blame !== null && (element === null || isWithin(blame, whole)) ? blame : whole;
  const target = mark === null ? decided : [...whole, ...mark];
  const because = mark !== null && blame !== null && isElsewhere(blame, scope) ? blame : null;
  return { misses: [{ kind: 'fail', target, because, element }], unknown: 0, cost };
}

/** Whether a value of a relative can decide. */
function readsElsewhere({ reads }: Program): boolean {
  for (const name of reads) if (!here.has(name)) return true;
  return false;
}

const here: ReadonlySet<string> = new Set(['self', 'object', 'item', 'key', 'params', 'context', 'file']);

/** Whether a relative decided, by something that is there: what is missing elsewhere explains nothing. */
function isElsewhere([variable, ...path]: Path, scope: Scope): boolean {
  if (typeof variable !== 'string' || variable === 'self' || variable === 'object') return false;
  return valueAt((scope[variable] ?? null) as Value, path) !== undefined;
}

/** The data that decided what an expression gives, as a target; null where no data of the document did. */
export function blameOf(program: Program, scope: Variables, element: Element | null): Path | null {
  return absolute(program.explain(scope, { cost: evaluationCost }).path, element);
}

/** Blame on the element is blame on a place in `self`; blame on what is not the document's is none. */
function absolute(path: Path | null, element: Element | null): Path | null {
  const variable = path?.[0];
  if (path === null || variable === undefined || variable === 'params' || variable === 'context' || variable === 'file')
    return null;
  if (variable === 'item' && element !== null) return ['self', ...element.path, ...path.slice(1)];
  if (variable === 'key' && element !== null) return ['self', ...element.path];
  return path;
}

function isWithin(path: Path, outer: Path): boolean {
  return outer.every((key, index) => path[index] === key);
}

/** The first mark that exists; the first of all where none does; null where the policy has none. */
export function markOf(marks: readonly Path[], value: Value): Path | null {
  return marks.find((mark) => valueAt(value, mark) !== undefined) ?? marks[0] ?? null;
}

/** The value at a path; undefined where there is none. */
export function valueAt(value: Value, path: Path): Value | undefined {
  let at: Value | undefined = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || at instanceof Unknown) return undefined;
    if (Array.isArray(at)) at = typeof key === 'number' ? (at as readonly Value[])[key] : undefined;
    else at = Object.hasOwn(at, key) ? (at as Readonly<Record<string, Value>>)[key] : undefined;
  }
  return at;
}

function* listElements(path: Path, list: readonly Value[]): Generator<Element> {
  for (let index = 0; index < list.length; index++)
    yield { path: [...path, index], key: index, item: list[index] ?? null };
}

function* mapElements(path: Path, map: Readonly<Record<string, Value>>): Generator<Element> {
  for (const key of Object.keys(map)) yield { path: [...path, key], key, item: map[key] ?? null };
}

/** Every element that `each` names in a resource; a template that stands for all of them has none. */
export function* elementsOf(each: readonly Path[], self: Value): Generator<Element> {
  for (const path of each) {
    const found = elementsAt(self, path);
    if (found !== 'unknown') yield* found;
  }
}

/** The elements of a list or map; none where there is neither; `unknown` where a template stands for all of it. */
function elementsAt(self: Value, path: Path): Iterable<Element> | 'unknown' {
  const value = valueAt(self, path);
  if (value instanceof Unknown) return 'unknown';
  if (Array.isArray(value)) return listElements(path, value as readonly Value[]);
  if (typeof value === 'object' && value !== null) return mapElements(path, value as Readonly<Record<string, Value>>);
  return [];
}
