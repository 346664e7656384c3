/** Policy files, read and checked: `<folder>/<domain>/<name>.yaml` → Policy. Compiling their CEL comes later. */
import { dyn, formatType, type Type } from '../cel/type.ts';
import type { Enforcement, Path, Severity, Span, Value } from '../model.ts';
import { resourceKinds } from '../resource/index.ts';
import { selfType } from './environment.ts';
import { foreignProblem } from './exchange/import/kind.ts';
import { elementType, pathProblem, typeAt } from './fieldType.ts';
import { type Checked, type FileProblem, readYaml } from './file.ts';
import { identifierProblem } from './identifiers.ts';
import { checkParameter } from './parameter.ts';
import { parsePath } from './path.ts';
import { patternDoubts } from './patternDoubts.ts';
import type { Expression, FixAction, FixRule, Parameter, Policy, Rule } from './policy.ts';
import { type PolicyDocument, policySchema } from './schema.ts';
import { didYouMean } from './suggest.ts';

export type { FileProblem } from './file.ts';

/** A policy's file. */
export interface PolicyFile {
  /** As problems name it. */
  readonly path: string;
  /** Its path within its policy folder without the ending: `kubernetes/privileged`. */
  readonly id: string;
  readonly text: string;
}

/** What was read from policy files. */
export interface PolicyReading {
  /** Sorted by id. What could not be read is not here, but in `problems`. */
  readonly policies: readonly Policy[];
  readonly problems: readonly FileProblem[];
}

/** Longer files are no policies. One of Rego brings its module along. */
export const maxPolicyLength = 1_000_000;
const idForm = /^[a-z0-9][a-z0-9-]*(?:\/[a-z0-9][a-z0-9-]*)+$/;

/** Reads policies. Never throws: each file that says no policy has at least one problem of severity `error`. */
export function readPolicies(files: readonly PolicyFile[]): PolicyReading {
  const policies = new Map<string, Policy>();
  const problems: FileProblem[] = [];
  for (const file of [...files].sort((a, b) => compare(a.id, b.id) || compare(a.path, b.path))) {
    const checked = readYaml(file, policySchema(), {
      maxBytes: maxPolicyLength,
      what: 'policy',
      refuses: foreignProblem,
    });
    const policy = checked.value === null ? null : policyOf(file, checked.value, checked);
    const twin = policies.get(file.id);
    if (twin !== undefined) checked.report([], `another file, ${twin.file}, has the same policy id ${file.id}`);
    else if (policy !== null && checked.ok()) policies.set(file.id, policy);
    problems.push(...checked.problems);
  }
  return { policies: [...policies.values()], problems };
}

function policyOf(file: PolicyFile, document: PolicyDocument, checked: Checked): Policy {
  if (!idForm.test(file.id)) {
    checked.report([], 'a policy is named <domain>/<name>.yaml, in lower-case letters, digits and hyphens');
  }
  for (const key of ['controls', 'equivalents'] as const) {
    for (const [index, id] of (document[key] ?? []).entries()) {
      const problem = identifierProblem(key, id);
      if (problem !== null) checked.warn([key, index], problem);
    }
  }
  const policy: Policy = {
    id: file.id,
    file: file.path,
    source: file.text,
    title: document.title,
    severity: document.severity,
    enforcement: document.enforcement ?? impliedEnforcement(document.severity),
    why: document.why,
    remedy: document.remedy,
    owners: document.owners,
    adopted: document.adopted ?? null,
    review: document.review ?? null,
    controls: document.controls ?? [],
    equivalents: document.equivalents ?? [],
    references: document.references ?? [],
    resources: resourcesOf(document, checked),
    where: optionalExpression(checked, ['where'], document.where),
    each: pathsOf(document.each, ['each'], checked),
    rule: ruleOf(document, checked),
    parameters: parametersOf(document, checked),
    mark: pathsOf(document.mark, ['mark'], checked),
    masks: pathsOf(document.masks, ['masks'], checked),
    message: expression(checked, ['message'], document.message),
    fix: document.fix === undefined ? null : fixOf(document, document.fix, checked),
  };
  if (policy.rule.kind === 'require') checkPaths(policy, document, checked);
  return policy;
}

/**
 * A path that no resource of the policy has: `each` would find nothing, `mark` something else, and a fix would put in what nothing
 * reads. A secret that `masks` does not name right would be shown.
 */
function checkPaths({ resources, each, mark, masks, fix }: Policy, document: PolicyDocument, checked: Checked): void {
  const selves = resources.map(selfType);
  for (const [index, path] of each.entries()) {
    const problem = problemOfAll(selves, (self) => pathProblem(self, path) ?? eachProblem(typeAt(self, path)));
    if (problem !== null) checked.report(itemPath(['each'], index, checked), problem);
  }
  const marked =
    each.length === 0 ? selves : selves.flatMap((self) => each.map((path) => elementType(typeAt(self, path)) ?? dyn));
  const warn = (path: Path, at: Path, place?: 'key'): void => {
    const problem = problemOfAll(marked, (type) => pathProblem(type, path));
    if (problem !== null) checked.warn(at, problem, place);
  };
  for (const [index, path] of mark.entries()) warn(path, itemPath(['mark'], index, checked));
  for (const [index, path] of masks.entries()) warn(path, itemPath(['masks'], index, checked));
  if (fix?.action.kind === 'remove')
    for (const [index, path] of fix.action.paths.entries()) warn(path, itemPath(['fix', 'remove'], index, checked));
  const names = Object.keys(document.fix?.set ?? {});
  if (fix?.action.kind === 'set')
    for (const [index, { path }] of fix.action.values.entries()) warn(path, ['fix', 'set', names[index] ?? ''], 'key');
}

/** What is wrong in every type alike; null where one of them is all right. */
function problemOfAll(types: readonly Type[], problemOf: (type: Type) => string | null): string | null {
  const problems = types.map(problemOf);
  return problems.includes(null) ? null : (problems[0] ?? null);
}

function eachProblem(type: Type): string | null {
  return elementType(type) === null ? `\`each\` goes through a list or a map, not ${formatType(type)}` : null;
}

function impliedEnforcement(severity: Severity): Enforcement {
  if (severity === 'critical' || severity === 'high') return 'deny';
  return severity === 'medium' ? 'warn' : 'audit';
}

function resourcesOf(document: PolicyDocument, checked: Checked): readonly string[] {
  const implied = document.pattern !== undefined ? 'code' : document.secret !== undefined ? 'text' : null;
  const resources = document.resource ?? (implied === null ? [] : [implied]);
  const known = resourceKinds.map((kind) => kind.kind);
  if (resources.length === 0) {
    checked.report([], `\`resource\` is missing: say what is judged, one of ${known.join(', ')}`);
    return [];
  }
  for (const [index, resource] of resources.entries()) {
    if (known.includes(resource)) continue;
    checked.report(
      itemPath(['resource'], index, checked),
      `unknown resource kind${didYouMean(resource, known)}; the kinds are ${known.join(', ')}`,
    );
  }
  return resources;
}

function ruleOf(document: PolicyDocument, checked: Checked): Rule {
  const forms = (['require', 'pattern', 'secret', 'rego'] as const).filter((form) => document[form] !== undefined);
  if (forms.length !== 1) {
    const path: Path = forms[1] === undefined ? [] : [forms[1]];
    checked.report(path, 'a policy has exactly one of `require`, `pattern`, `secret` and `rego`');
  }
  if (document.each !== undefined && document.require === undefined)
    checked.report(['each'], '`each` goes with `require` only');
  if (document.pattern !== undefined) {
    const patterns = document.pattern.map(({ constraints, utils, transform, fix, ...rest }) => ({
      ...rest,
      ...(constraints === undefined ? {} : { constraints }),
      ...(utils === undefined ? {} : { utils }),
      ...(transform === undefined ? {} : { transform }),
      ...(fix === undefined ? {} : { fix }),
    }));
    for (const [index, pattern] of patterns.entries())
      for (const { path, message } of patternDoubts(pattern))
        checked.warn([...itemPath(['pattern'], index, checked), ...path], message);
    const spans = patterns.map((_, index) => checked.spanOf(itemPath(['pattern'], index, checked)));
    return { kind: 'pattern', patterns, span: checked.spanOf(['pattern']), spans };
  }
  if (document.secret !== undefined) {
    const { keywords, regex, group, entropy, before, allow } = document.secret;
    const secret = {
      keywords: keywords.map((word) => word.toLowerCase()),
      regex,
      ...(group === undefined ? {} : { group }),
      ...(entropy === undefined ? {} : { entropy }),
      ...(before === undefined ? {} : { before }),
      ...(allow === undefined ? {} : { allow }),
    };
    const others = [
      ...(before === undefined ? [] : [expression(checked, ['secret', 'before'], before)]),
      ...(allow ?? []).map((text, index) => expression(checked, ['secret', 'allow', index], text)),
    ];
    return { kind: 'secret', secret, span: checked.spanOf(['secret', 'regex']), others };
  }
  if (document.rego !== undefined) {
    const { source, entrypoint, bundle } = document.rego;
    if (bundle === undefined) checked.report(['rego'], noBundle);
    return {
      kind: 'rego',
      source: source ?? [],
      entrypoint: expression(checked, ['rego', 'entrypoint'], entrypoint),
      bundle: expression(checked, ['rego', 'bundle'], (bundle ?? '').replace(/\s/g, '')),
    };
  }
  return { kind: 'require', require: expression(checked, ['require'], document.require ?? 'true') };
}

const noBundle =
  '`bundle` is missing: `kerb rego build` puts it in, compiled from `source` by opa or taken from what `opa build -t wasm` wrote';

function parametersOf(document: PolicyDocument, checked: Checked): Readonly<Record<string, Parameter>> {
  const parameters: Record<string, Parameter> = Object.create(null);
  for (const [name, { minimum, maximum, ...given }] of Object.entries(document.parameters ?? {})) {
    const parameter: Parameter = {
      ...given,
      default: given.default as Value,
      ...(minimum === undefined ? {} : { minimum }),
      ...(maximum === undefined ? {} : { maximum }),
    };
    parameters[name] = parameter;
    const problem = checkParameter(parameter, given.default);
    if (problem !== null) checked.report(['parameters', name, 'default'], problem);
  }
  return parameters;
}

function fixOf(document: PolicyDocument, fix: NonNullable<PolicyDocument['fix']>, checked: Checked): FixRule | null {
  const keys = (['remove', 'set', 'value', 'insert'] as const).filter((key) => fix[key] !== undefined);
  if (document.pattern !== undefined) {
    if (keys[0] !== undefined)
      checked.report(['fix', keys[0]], 'the fix of a `pattern` is written as `fix` in the pattern itself');
    return { title: fix.title, safe: fix.safe, action: { kind: 'pattern' } };
  }
  const action = actionOf(fix, checked);
  if (keys.length !== 1 || action === null) {
    checked.report(['fix'], 'a fix has exactly one of `remove`, `set`, `value` and `insert`');
    return null;
  }
  return { title: fix.title, safe: fix.safe, action };
}

function actionOf(fix: NonNullable<PolicyDocument['fix']>, checked: Checked): FixAction | null {
  if (fix.remove !== undefined) return { kind: 'remove', paths: pathsOf(fix.remove, ['fix', 'remove'], checked) };
  if (fix.set !== undefined) {
    const values = Object.entries(fix.set).map(([path, value]) => ({
      path: pathOf(path, ['fix', 'set', path], checked),
      value: value as Value,
    }));
    return { kind: 'set', values };
  }
  if (fix.value !== undefined) return { kind: 'value', value: expression(checked, ['fix', 'value'], fix.value) };
  if (fix.insert === undefined) return null;
  const [where, text] =
    'before' in fix.insert ? (['before', fix.insert.before] as const) : (['after', fix.insert.after] as const);
  return { kind: 'insert', where, text: expression(checked, ['fix', 'insert', where], text) };
}

function pathsOf(texts: readonly string[] | undefined, at: Path, checked: Checked): readonly Path[] {
  return (texts ?? []).map((text, index) => pathOf(text, itemPath(at, index, checked), checked));
}

/** Where one of several stands; what is written without a list stands there itself. */
function itemPath(at: Path, index: number, { raw }: Checked): Path {
  const value = at.reduce<unknown>((within, key) => (within as Record<string | number, unknown> | null)?.[key], raw);
  return Array.isArray(value) ? [...at, index] : at;
}

function pathOf(text: string, at: Path, checked: Checked): Path {
  const { path, problem } = parsePath(text);
  if (problem === null) return path;
  checked.report(at, problem);
  return [];
}

function optionalExpression(checked: Checked, path: Path, text: string | undefined): Expression | null {
  return text === undefined ? null : expression(checked, path, text);
}

function expression(checked: Checked, path: Path, text: string): Expression {
  const span: Span = checked.spanOf(path);
  return { text, span };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
