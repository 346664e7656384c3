/**
 * The contract of an adapter: what turns a recognised document into the resources that policies judge.
 *
 * To add one, write one file in this folder that exports an `Adapter` and name it in the list in `index.ts`:
 * 1. `kinds` declares each kind of resource: its name, what it is, and the type of `self` and of every relative, so that
 *    the CEL checker can say "unknown field". Leave a field out of the declared type only if no document may have it.
 * 2. `lift` is given one part of a document and returns its resources in the order of the text, some of them as units where
 *    that saves work. It answers with an empty list, quickly, for a document that is not its own, and never throws, whatever
 *    the document says.
 * 3. A resource depends on the part, and on the file's path and language, and on nothing else: callers cache by that.
 * 4. `self` and relatives are the document's own values, wherever possible the very same objects, since evaluation is
 *    cached by identity. A value that has to be made (a field is derived) is made through `memo`, which gives the same
 *    object again for the same source.
 */
import type { FunctionDeclaration } from '../cel/function.ts';
import type { Type } from '../cel/type.ts';
import {
  type Document,
  type Part,
  type PartContent,
  type Resource,
  type Unit,
  Unknown,
  type Value,
  type ValueMap,
} from '../model.ts';

export interface Adapter {
  readonly kinds: readonly ResourceKind[];
  lift(source: Source): readonly (Resource | Unit)[];
  /**
   * For files of which the parser makes no tree (Dockerfile, `.npmrc`): the adapter's own reading of the part, with the
   * same text and offsets; null where the file is not its own. `lift` is then given a part with this content, and paths are
   * located in it.
   */
  read?(source: Source): PartContent | null;
}

/** One part of a document, and the document it is of. */
export interface Source {
  readonly document: Document;
  readonly part: Part;
  readonly memo: Memo;
}

/** A kind of resource, as a policy names it in `resource:`. */
export interface ResourceKind {
  readonly kind: string;
  /** What it is, for authors: one sentence. */
  readonly description: string;
  readonly self: Type;
  /** What else its policies see by name. `file`, `params` and `context` come from the evaluation. */
  readonly relatives: Readonly<Record<string, Type>>;
  readonly functions?: readonly FunctionDeclaration[];
}

/**
 * Gives a made value again for as long as what it was made of lives: `label` tells apart what is made of one source.
 * `make` must depend on the source alone (or on what its label names).
 */
export type Memo = <T extends object>(source: object, label: string, make: () => T) => T;

/** Of one source. What is typed makes new labels, and the old ones are never asked for again. */
const maxLabels = 2_000;

/** A memo that holds its sources weakly. One per cache of documents; a fresh one is always right, only slower. */
export function createMemo(): Memo {
  const made = new WeakMap<object, Map<string, object>>();
  return <T extends object>(source: object, label: string, make: () => T): T => {
    const labels = made.get(source) ?? new Map<string, object>();
    const known = labels.get(label);
    if (known !== undefined) return known as T;
    if (labels.size >= maxLabels) labels.clear();
    const value = make();
    labels.set(label, value);
    made.set(source, labels);
    return value;
  };
}

/** Like `memo`, for what depends on more than its source: `key` names that, and only the newest is kept. */
export function latest<T extends object>(memo: Memo, source: object, label: string, key: string, make: () => T): T {
  const slot = memo(source, label, (): { key: string | null; value: T | null } => ({ key: null, value: null }));
  if (slot.value === null || slot.key !== key) {
    slot.value = make();
    slot.key = key;
  }
  return slot.value;
}

/** Whether a value is a map. */
export function isMap(value: Value | undefined): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Unknown);
}

/** Whether a value is a list. */
export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** A map with further fields; the result has no prototype, as every map. */
export function withFields(map: ValueMap, fields: ValueMap): ValueMap {
  return Object.assign(Object.create(null), map, fields);
}
