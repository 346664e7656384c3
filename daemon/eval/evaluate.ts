/** One CEL expression evaluated for `kerb eval`, and its answer as a line of JSON. */
import {
  type CelValue,
  compileExpression,
  createLines,
  formatCelJson,
  type Program,
  type Span,
} from '../../engine/index.ts';
import type { Range } from '../report/report.ts';

/** `kind` says what went wrong: the request, the expression, its evaluation, or the limit on its work. */
interface EvalError {
  readonly kind: 'input' | 'compile' | 'evaluation' | 'budget' | 'unknown';
  readonly message: string;
  /** In the expression; null where there is none. */
  readonly range: Range | null;
}

export type Answer =
  | { readonly kind: 'value'; readonly json: string }
  | { readonly kind: 'error'; readonly error: EvalError };

/** Compiles each expression once. A batch often asks one expression of many inputs. */
export interface Evaluator {
  /** Evaluates an expression with variables by name. Never throws. */
  evaluate(expression: string, variables: Readonly<Record<string, CelValue>>): Answer;
}

const maxExpressionLength = 100_000;
const maxCost = 10_000_000;
const maxPrograms = 1_000;

type Compiled =
  /** `doubt`: what the type checker says; it explains an evaluation that fails, and does not keep one from working. */
  | { readonly kind: 'program'; readonly program: Program; readonly doubt: EvalError | null }
  | { readonly kind: 'error'; readonly error: EvalError };

/** An evaluator that remembers the programs of one run. */
export function createEvaluator(): Evaluator {
  const compiled = new Map<string, Compiled>();
  return {
    evaluate(expression, variables) {
      const names = Object.keys(variables);
      const key = JSON.stringify([expression, ...names]);
      const known = compiled.get(key) ?? compile(expression, names);
      if (compiled.size < maxPrograms) compiled.set(key, known);
      return known.kind === 'error' ? known : answerOf(known, variables);
    },
  };
}

/** The line that answers a request: `{"value": …}` or `{"error": {…}}`. */
export function formatAnswer(answer: Answer): string {
  if (answer.kind === 'value') return `{"value":${answer.json}}`;
  const { message, range, kind } = answer.error;
  return JSON.stringify({ error: { message, range, kind } });
}

function compile(expression: string, names: readonly string[]): Compiled {
  if (expression.length > maxExpressionLength) {
    return failed('compile', `the expression is longer than ${maxExpressionLength} characters`, null);
  }
  const variables = Object.fromEntries(names.map((name) => [name, { kind: 'dyn' } as const]));
  const { program, problems } = compileExpression(expression, { variables, types: 'unchecked' });
  const problem = problems.find(({ severity }) => severity === 'error') ?? problems[0];
  const error = failed(
    'compile',
    problem?.message ?? 'the expression has an error',
    problem ? rangeIn(expression, problem.span) : null,
  );
  return program === null ? error : { kind: 'program', program, doubt: problem ? error.error : null };
}

function answerOf(
  { program, doubt }: Extract<Compiled, { kind: 'program' }>,
  variables: Readonly<Record<string, CelValue>>,
): Answer {
  const result = program.evaluate(variables, { cost: maxCost });
  if (result.kind === 'value') return { kind: 'value', json: formatCelJson(result.value) };
  if (result.kind === 'unknown') return failed('unknown', 'the result depends on a value that is not known yet', null);
  if (doubt !== null && result.code !== 'budget') return { kind: 'error', error: doubt };
  return failed(
    result.code === 'budget' ? 'budget' : 'evaluation',
    result.message,
    rangeIn(program.source, result.span),
  );
}

function failed(kind: EvalError['kind'], message: string, range: Range | null): { kind: 'error'; error: EvalError } {
  return { kind: 'error', error: { kind, message, range } };
}

function rangeIn(expression: string, span: Span): Range {
  const lines = createLines(expression);
  return { start: lines.position(span.start), end: lines.position(span.end) };
}
