/** One policy's CEL, patterns and templates, compiled against the types of its resource kind. */
import { compile, type Program } from '../cel/index.ts';
import { dyn, formatType, type Type } from '../cel/type.ts';
import { createLines } from '../document/index.ts';
import type { Path, Span } from '../model.ts';
import { once } from '../once.ts';
import { type CompiledPattern, compilePattern } from '../rule/pattern.ts';
import { createRegoCompiler, type RegoCompiler, type RegoRule } from '../rule/rego/rule.ts';
import type { SecretProblem } from '../rule/secret.ts';
import { environmentOf, itemTypes, matchTypes } from './environment.ts';
import { type FileProblem, fileProblem } from './file.ts';
import type { Expression, FixRule, Policy } from './policy.ts';
import { type PolicyReads, type Read, readsOf } from './reads.ts';
import { scalarSpan } from './scalar.ts';
import type { EnabledPolicy } from './select.ts';
import { parseTemplate, type Template, templateDoubts } from './template.ts';

/** A policy ready to judge, or one that says why it cannot. */
export interface CompiledPolicy {
  readonly enabled: EnabledPolicy;
  /** The resource kind it is compiled for: a policy for several kinds is compiled for each. */
  readonly kind: string;
  /** Why the policy cannot judge: its findings are then errors, never silence. */
  readonly broken: string | null;
  readonly problems: readonly FileProblem[];
  readonly where: Program | null;
  /** Null for the other forms, as are those for this one. */
  readonly require: Program | null;
  readonly pattern: CompiledPattern | null;
  readonly rego: RegoRule | null;
  readonly message: Template;
  readonly fixValue: Program | null;
  readonly fixText: Template | null;
  readonly reads: PolicyReads;
}

/** The parts of a vetted policy, each compiled when it is first needed. No configuration changes them. */
export interface VettedParts {
  readonly where: () => Program | null;
  readonly condition: () => Program | null;
  readonly pattern: () => CompiledPattern | null;
  readonly rego: () => RegoRule | null;
  readonly message: () => Template;
  readonly fix: () => { readonly fixValue: Program | null; readonly fixText: Template | null };
}

export interface CompileOptions {
  readonly secretProblems: () => readonly SecretProblem[];
  /** Whoever has several sets of the same policies gives all of them the same parts. */
  readonly parts?: (policy: Policy, kind: string) => VettedParts;
  readonly rego?: RegoCompiler;
}

/** Compiles a policy for one of its resource kinds. Never throws. */
export function compilePolicy(
  enabled: EnabledPolicy,
  kind: string,
  {
    secretProblems,
    rego = createRegoCompiler(),
    parts = (policy, of) => vettedParts(policy, of, rego),
  }: CompileOptions,
): CompiledPolicy {
  const reads = enabled.policy.vetted?.reads[kind];
  if (reads === undefined) return compileAtOnce(enabled, kind, secretProblems, rego);
  return compileWhenNeeded(enabled, { kind, reads }, parts(enabled.policy, kind));
}

/** Nothing is wrong with the policy, so that no part of it has to be compiled to know that. */
export function vettedParts(policy: Policy, kind: string, compileRego: RegoCompiler): VettedParts {
  const { rule } = policy;
  const refuse: Add = (_severity, _span, message) => {
    throw new Error(`${policy.id} was vetted, and yet: ${message}`);
  };
  const compiler = once(() => createCompiler(policy, kind, refuse));
  return {
    where: once(() => (policy.where === null ? null : compiler().boolean(policy.where, false))),
    condition: once(() => (rule.kind === 'require' ? compiler().boolean(rule.require, true) : null)),
    pattern: once(() => (rule.kind === 'pattern' ? patternOf(rule, refuse) : null)),
    rego: once(() => (rule.kind === 'rego' ? regoOf(rule, compileRego, refuse) : null)),
    message: once(() => compiler().template(policy.message)),
    fix: once(() => compiler().fix(policy.fix)),
  };
}

function compileWhenNeeded(
  enabled: EnabledPolicy,
  { kind, reads }: Pick<CompiledPolicy, 'kind' | 'reads'>,
  parts: VettedParts,
): CompiledPolicy {
  return {
    ...{ enabled, kind, broken: null, problems: [], reads },
    get where() {
      return parts.where();
    },
    get require() {
      return parts.condition();
    },
    get pattern() {
      return parts.pattern();
    },
    get rego() {
      return parts.rego();
    },
    get message() {
      return parts.message();
    },
    get fixValue() {
      return parts.fix().fixValue;
    },
    get fixText() {
      return parts.fix().fixText;
    },
  };
}

function compileAtOnce(
  enabled: EnabledPolicy,
  kind: string,
  secretProblems: () => readonly SecretProblem[],
  compileRego: RegoCompiler,
): CompiledPolicy {
  const { policy } = enabled;
  const problems: FileProblem[] = [];
  const lines = createLines(policy.source);
  const add = (severity: FileProblem['severity'], span: Span, message: string): void => {
    problems.push(fileProblem(policy.file, lines, severity, span, message));
  };
  const compiler = createCompiler(policy, kind, add);
  const where = policy.where === null ? null : compiler.boolean(policy.where, false);
  const require = policy.rule.kind === 'require' ? compiler.boolean(policy.rule.require, true) : null;
  const pattern = policy.rule.kind === 'pattern' ? patternOf(policy.rule, add) : null;
  const rego = policy.rule.kind === 'rego' ? regoOf(policy.rule, compileRego, add) : null;
  if (policy.rule.kind === 'secret') {
    for (const problem of secretProblems())
      if (problem.policy === policy.id) add('error', placeOf(problem, policy.source, policy.rule), problem.message);
  }
  const message = compiler.template(policy.message);
  const fix = compiler.fix(policy.fix);
  const programs = [where, require, ...message.pieces].filter((piece) => piece !== null && typeof piece !== 'string');
  const first = problems.find((problem) => problem.severity === 'error');
  const broken =
    first === undefined
      ? null
      : `the policy itself is broken: ${policy.file}:${first.range.start.line}:${first.range.start.column}: ${first.message}`;
  const reads = readsOf(programs, readsBeside(policy));
  return { enabled, kind, broken, problems, where, require, pattern, rego, message, ...fix, reads };
}

/** Only `require` is told by its CEL, the elements that it is asked for, and the places that it marks. */
function readsBeside({ rule, each, mark }: Policy): readonly Read[] {
  if (rule.kind !== 'require') return [{ name: 'self', path: [] }];
  const marks = each.length === 0 ? mark : [];
  return [...each, ...marks].map((path) => ({ name: 'self', path: beginningOf(path) }));
}

/** As far as a path names fields. */
function beginningOf(path: Path): readonly string[] {
  const end = path.findIndex((key) => typeof key === 'number');
  return path.slice(0, end < 0 ? path.length : end).map(String);
}

/** The character of the regular expression that is wrong. */
function placeOf(
  { regex, offset }: SecretProblem,
  source: string,
  rule: Extract<Policy['rule'], { kind: 'secret' }>,
): Span {
  const { secret, span, others } = rule;
  const wrong = [{ text: secret.regex, span }, ...others].find(({ text }) => text === regex);
  return wrong === undefined ? span : scalarSpan(source, wrong, { start: offset, end: offset + 1 });
}

type Add = (severity: FileProblem['severity'], span: Span, message: string) => void;

function patternOf(rule: Extract<Policy['rule'], { kind: 'pattern' }>, add: Add): CompiledPattern {
  const { pattern, problems } = compilePattern(rule.patterns);
  for (const { index, message } of problems) add('error', rule.spans[index] ?? rule.span, message);
  return pattern;
}

/** Of a bundle only its beginning is marked: it has a thousand lines. */
function regoOf(
  { bundle, entrypoint }: Extract<Policy['rule'], { kind: 'rego' }>,
  compileRego: RegoCompiler,
  add: Add,
): RegoRule | null {
  const rule = compileRego(bundle.text, entrypoint.text);
  if (!('message' in rule)) return rule;
  const { start } = bundle.span;
  add('error', rule.part === 'bundle' ? { start, end: start + 1 } : entrypoint.span, rule.message);
  return null;
}

function createCompiler(policy: Policy, kind: string, add: Add) {
  const environment = environmentOf(policy, kind);
  const cel = (
    expression: Expression,
    source: string,
    offset: number,
    more: Record<string, Type> = {},
  ): Program | null => {
    const { program, problems } = compile(source, {
      ...environment,
      variables: { ...environment.variables, ...more },
      doubts: 'tell',
    });
    for (const problem of problems) {
      const span = { start: problem.span.start + offset, end: problem.span.end + offset };
      add(problem.severity, scalarSpan(policy.source, expression, span), problem.message);
    }
    return program;
  };
  const boolean = (expression: Expression, hasItem: boolean): Program | null => {
    const program = cel(expression, expression.text, 0, hasItem ? itemTypes(policy, kind) : {});
    if (program !== null && program.type.kind !== 'bool' && program.type.kind !== 'dyn') {
      add('error', expression.span, `this expression must be true or false, not ${formatType(program.type)}`);
      return null;
    }
    return program;
  };
  const template = (expression: Expression): Template => {
    const { pieces, problem } = parseTemplate(expression.text);
    if (problem !== null) {
      const span = { start: problem.offset, end: problem.offset + 1 };
      add('error', scalarSpan(policy.source, expression, span), problem.message);
    }
    for (const doubt of templateDoubts(pieces))
      add(
        'warning',
        scalarSpan(policy.source, expression, { start: doubt.offset, end: doubt.offset + 1 }),
        doubt.message,
      );
    const more = { ...itemTypes(policy, kind), ...matchTypes(policy) };
    const made = pieces.map((piece) =>
      piece.kind === 'text' ? piece.text : cel(expression, piece.source, piece.offset, more),
    );
    return { pieces: made.filter((piece) => piece !== null) };
  };
  const fix = (rule: FixRule | null): { fixValue: Program | null; fixText: Template | null } => ({
    fixValue:
      rule?.action.kind === 'value'
        ? cel(rule.action.value, rule.action.value.text, 0, { ...itemTypes(policy, kind), marked: dyn })
        : null,
    fixText: rule?.action.kind === 'insert' ? template(rule.action.text) : null,
  });
  return { boolean, template, fix };
}
