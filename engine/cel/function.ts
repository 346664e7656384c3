/** How functions are declared to the checker and the compiler: as data. */

import type { Type } from './type.ts';
import type { CelError, CelValue, Result } from './value.ts';

/**
 * A function or method with all its overloads. `name` may be qualified (`math.greatest`, `sets.contains`); a name may be
 * declared once as a function and once as a method.
 */
export interface FunctionDeclaration {
  /** `function`: called as `name(a, b)`; `method`: called as `a.name(b)`, with `a` as the first parameter. */
  readonly kind: 'function' | 'method';
  readonly name: string;
  readonly overloads: readonly Overload[];
}

/**
 * One way to call a function. Arguments are checked at run time against `parameters` as deep as a value's outermost type
 * (`list(string)`: that it is a list), so `call` may be written with the JavaScript types of `value.ts`:
 * `call: (text: string, at: Int) => …`. Errors and unknowns never reach it.
 */
export interface Overload {
  readonly parameters: readonly Type[];
  /** The type of any number of further arguments. */
  readonly rest?: Type;
  readonly result: Type;
  /**
   * Units of work beyond 1, where they grow with the arguments: about one for each ten characters or each element
   * touched. Asked before the call.
   */
  readonly cost?: (...args: never[]) => number;
  /**
   * Asked once when an expression is compiled, if at least one argument is a constant (the others are undefined): a
   * faster `call` for these constants; an error, which becomes a problem of the expression; null for neither.
   */
  readonly prepare?: (constants: readonly (CelValue | undefined)[]) => Call | CelError | null;
  /** Units of work that `prepare` does once and `call` does each time: paid for where nothing could be prepared. */
  readonly preparation?: number;
  /** Present where `call` takes lists and maps that hold unknowns (`size`); elsewhere the result is then unknown. */
  readonly unknowns?: 'accepted';
  readonly call: Call;
}

export type Call = (...args: never[]) => Result;
