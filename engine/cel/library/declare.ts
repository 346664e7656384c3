import type { FunctionDeclaration, Overload } from '../function.ts';
import { codePointCount } from '../text.ts';
import { type CelError, type CelValue, celError, type Int, type ListValue } from '../value.ts';

/** A function called as `name(a, b)`. */
export function func(name: string, ...overloads: readonly Overload[]): FunctionDeclaration {
  return { kind: 'function', name, overloads };
}

/** A function called as `a.name(b)`. */
export function method(name: string, ...overloads: readonly Overload[]): FunctionDeclaration {
  return { kind: 'method', name, overloads };
}

/** One declaration for each name and kind, with the overloads of all in order. */
export function mergeDeclarations(declarations: readonly FunctionDeclaration[]): readonly FunctionDeclaration[] {
  const merged = new Map<string, FunctionDeclaration>();
  for (const declaration of declarations) {
    const key = `${declaration.kind} ${declaration.name}`;
    const overloads = [...(merged.get(key)?.overloads ?? []), ...declaration.overloads];
    merged.set(key, { ...declaration, overloads });
  }
  return [...merged.values()];
}

/** What a function says to arguments that the checker could not see through. */
export function noOverload(): CelError {
  return celError('no such overload');
}

export function outOfRange(index: Int): CelError {
  return celError(`index out of range: ${index}`);
}

/** The work of reading texts: one unit for ten characters. */
export function textCost(...texts: readonly CelValue[]): number {
  return texts.reduce((sum: number, text) => sum + (typeof text === 'string' ? text.length / 10 : 0), 0);
}

/** The work of reading a list: one unit for each element. */
export function listCost(list: ListValue): number {
  return list.length;
}

/** The code points from one index to another; both must be within the text. */
export function sliceText(text: string, from: number, to: number): string {
  return isNarrow(text) ? text.slice(from, to) : [...text].slice(from, to).join('');
}

/** The UTF-16 offset of a code point. */
export function unitOffset(text: string, point: number): number {
  return isNarrow(text) ? point : [...text].slice(0, point).join('').length;
}

/** The index of the code point that begins at a UTF-16 offset. */
export function pointIndex(text: string, unit: number): number {
  return isNarrow(text) ? unit : codePointCount(text.slice(0, unit));
}

function isNarrow(text: string): boolean {
  return !/[\ud800-\udfff]/.test(text);
}
