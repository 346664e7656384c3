/** The syntax tree of CEL. Spans count in the source; macros are nodes of their own. */
import type { Span } from '../../model.ts';
import type { Primitive } from '../type.ts';
import type { CelValue } from '../value.ts';

export type Expression =
  | Literal
  | Name
  | Select
  | Has
  | Index
  | Call
  | Operation
  | Logical
  | Conditional
  | ListExpression
  | MapExpression
  | Message
  | Comprehension
  | Bind
  | OptionalMap
  | Invalid;

export interface Literal {
  readonly kind: 'literal';
  readonly span: Span;
  readonly value: CelValue;
  readonly type: Primitive;
}

/** An identifier. `root`: written with a leading dot, which skips the container and comprehension variables. */
export interface Name {
  readonly kind: 'name';
  readonly span: Span;
  readonly name: string;
  readonly root: boolean;
}

/** `a.b`, or `a.?b` where `optional`. */
export interface Select {
  readonly kind: 'select';
  readonly span: Span;
  readonly operand: Expression;
  readonly field: string;
  readonly fieldSpan: Span;
  readonly optional: boolean;
}

/** `has(a.b)` */
export interface Has {
  readonly kind: 'has';
  readonly span: Span;
  readonly select: Select;
}

/** `a[i]`, or `a[?i]` where `optional`. */
export interface Index {
  readonly kind: 'index';
  readonly span: Span;
  readonly operand: Expression;
  readonly index: Expression;
  readonly optional: boolean;
}

/** `f(x)` where `target` is null, else `target.f(x)`, which may yet turn out to be a function with a qualified name. */
export interface Call {
  readonly kind: 'call';
  readonly span: Span;
  readonly target: Expression | null;
  readonly name: string;
  readonly nameSpan: Span;
  readonly args: readonly Expression[];
}

export type Operator = '+' | '-' | '*' | '/' | '%' | '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | '!' | 'negate';

export interface Operation {
  readonly kind: 'operation';
  readonly span: Span;
  readonly operator: Operator;
  readonly operatorSpan: Span;
  readonly operands: readonly Expression[];
}

/** A whole chain `a && b && c`. */
export interface Logical {
  readonly kind: 'logical';
  readonly span: Span;
  readonly operator: '&&' | '||';
  readonly operands: readonly Expression[];
}

export interface Conditional {
  readonly kind: 'conditional';
  readonly span: Span;
  readonly condition: Expression;
  readonly positive: Expression;
  readonly negative: Expression;
}

export interface ListExpression {
  readonly kind: 'list';
  readonly span: Span;
  readonly items: readonly ListItem[];
}
export interface ListItem {
  readonly value: Expression;
  /** `[?x]`: present if `x`, an optional, has a value. */
  readonly optional: boolean;
}

export interface MapExpression {
  readonly kind: 'map';
  readonly span: Span;
  readonly entries: readonly MapEntry[];
}
export interface MapEntry {
  readonly key: Expression;
  readonly value: Expression;
  readonly optional: boolean;
}

/** `Type{field: value}` */
interface Message {
  readonly kind: 'message';
  readonly span: Span;
  readonly name: string;
  readonly nameSpan: Span;
  readonly fields: readonly Expression[];
}

export type Macro =
  | 'all'
  | 'exists'
  | 'existsOne'
  | 'map'
  | 'filter'
  | 'transformList'
  | 'transformMap'
  | 'transformMapEntry'
  | 'sortBy';

/** A macro that runs over the elements of a list or the keys of a map. */
export interface Comprehension {
  readonly kind: 'comprehension';
  readonly span: Span;
  readonly macro: Macro;
  readonly macroSpan: Span;
  readonly range: Expression;
  /** One: the element or key. Two: index or key, and value. */
  readonly variables: readonly Variable[];
  /** What an element must fulfil to be transformed. */
  readonly filter: Expression | null;
  readonly body: Expression;
}
export interface Variable {
  readonly name: string;
  readonly span: Span;
}

/** `cel.bind(variable, value, body)` */
export interface Bind {
  readonly kind: 'bind';
  readonly span: Span;
  readonly variable: Variable;
  readonly value: Expression;
  readonly body: Expression;
}

/** `operand.optMap(variable, body)` or `.optFlatMap(…)` */
export interface OptionalMap {
  readonly kind: 'optionalMap';
  readonly span: Span;
  readonly macro: 'optMap' | 'optFlatMap';
  readonly operand: Expression;
  readonly variable: Variable;
  readonly body: Expression;
}

/** Where the source says nothing that can be understood. A problem has been reported. */
export interface Invalid {
  readonly kind: 'invalid';
  readonly span: Span;
  /** What could still be understood inside, so that it is checked. */
  readonly parts: readonly Expression[];
}

/** The direct sub-expressions, in the order of evaluation. */
export function children(node: Expression): readonly Expression[] {
  switch (node.kind) {
    case 'literal':
    case 'name':
      return [];
    case 'select':
      return [node.operand];
    case 'has':
      return [node.select.operand];
    case 'index':
      return [node.operand, node.index];
    case 'call':
      return node.target === null ? node.args : [node.target, ...node.args];
    case 'operation':
    case 'logical':
      return node.operands;
    case 'conditional':
      return [node.condition, node.positive, node.negative];
    case 'list':
      return node.items.map((item) => item.value);
    case 'map':
      return node.entries.flatMap((entry) => [entry.key, entry.value]);
    case 'message':
      return node.fields;
    case 'comprehension':
      return node.filter === null ? [node.range, node.body] : [node.range, node.filter, node.body];
    case 'bind':
      return [node.value, node.body];
    case 'optionalMap':
      return [node.operand, node.body];
    case 'invalid':
      return node.parts;
  }
}
