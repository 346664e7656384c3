/** A policy file as it is being written: its CEL, wherever it stands, even while the file is no policy yet. */
import type { Environment } from '../../cel/index.ts';
import { dyn, type Type } from '../../cel/type.ts';
import { locate, readDocument } from '../../document/index.ts';
import type { Native, Part, Path, Span, Value } from '../../model.ts';
import { environmentOf, itemTypes, matchTypes } from '../environment.ts';
import { parsePath } from '../path.ts';
import type { Parameter, ParameterType, Policy } from '../policy.ts';
import { maxPolicyLength } from '../read.ts';
import { scalarPlaces } from '../scalar.ts';
import { parseTemplate } from '../template.ts';

export interface Draft {
  readonly text: string;
  /** In the order of the file. */
  readonly expressions: readonly DraftExpression[];
  /** What paths lead through: an element where the rule is about each of them, else the resource. */
  readonly judged: { readonly name: 'item' | 'self'; readonly environment: Environment };
  /** Where each parameter's name stands. */
  readonly parameters: ReadonlyMap<string, Span>;
}

/** A stretch of CEL in a policy file. */
export interface DraftExpression {
  /** `where`, `require`, `message`, `fix.value` … */
  readonly field: string;
  readonly source: string;
  readonly environment: Environment;
  /** From offsets in `source` to offsets in the file. */
  toFile(span: Span): Span;
  /** From an offset in the file to one in `source`; null where the offset is not within. */
  fromFile(offset: number): number | null;
}

const noNative: Native = { sha256: () => '', parseCode: () => null };

/** Reads what can be seen of a policy file. Never throws. */
export function readDraft(text: string): Draft {
  const document = readDocument({ path: 'policy.yaml', text: text.length > maxPolicyLength ? '' : text }, noNative);
  const part = document.parts.find(({ content }) => content.root !== null);
  const value = part?.content.value ?? null;
  const facts = factsOf(value);
  const judged = {
    name: facts.each.length > 0 ? 'item' : 'self',
    environment: withVariables(facts, 'element'),
  } as const;
  if (part === undefined) return { text, expressions: [], judged, parameters: new Map() };
  const expressions = fields.flatMap(({ path, form, sees }) => {
    const span = spanAt(part, path);
    const found = span === null ? undefined : textAt(text, span, valueAt(value, path));
    if (found === undefined || span === null) return [];
    const environment = withVariables(facts, sees);
    const places = scalarPlaces(text, { text: found, span });
    return stretchesOf(found, form).map(
      ({ source, offset }): DraftExpression => ({
        field: path.join('.'),
        source,
        environment,
        toFile: (within) => places.toFile({ start: within.start + offset, end: within.end + offset }),
        fromFile: (at) => within(places.fromFile(at) - offset, source, at, span),
      }),
    );
  });
  const names = Object.keys(mapAt(value, ['parameters'])).filter((name) => /^[A-Za-z]\w*$/.test(name));
  const parameters = names.flatMap((name): [string, Span][] => {
    const { key } = locate(part.content, ['parameters', name]);
    return key === null ? [] : [[name, { start: key.start + part.offset, end: key.end + part.offset }]];
  });
  return { text, expressions, judged, parameters: new Map(parameters) };
}

interface Field {
  readonly path: readonly string[];
  readonly form: 'expression' | 'template';
  /** What it sees beside what all see. */
  readonly sees: 'resource' | 'element' | 'finding' | 'repair';
}

const fields: readonly Field[] = [
  { path: ['where'], form: 'expression', sees: 'resource' },
  { path: ['require'], form: 'expression', sees: 'element' },
  { path: ['message'], form: 'template', sees: 'finding' },
  { path: ['fix', 'value'], form: 'expression', sees: 'repair' },
  { path: ['fix', 'insert', 'before'], form: 'template', sees: 'finding' },
  { path: ['fix', 'insert', 'after'], form: 'template', sees: 'finding' },
];

interface Facts {
  readonly resource: string;
  readonly each: readonly Path[];
  readonly rule: { readonly kind: Policy['rule']['kind'] };
  readonly parameters: Readonly<Record<string, Pick<Parameter, 'type'>>>;
}

const parameterTypes: readonly string[] = ['string', 'int', 'double', 'bool', 'list<string>', 'list<int>'];

function factsOf(value: Value): Facts {
  const kind =
    (['pattern', 'secret', 'rego'] as const).find((form) => valueAt(value, [form]) !== undefined) ?? 'require';
  const [resource] = textsIn(valueAt(value, ['resource']));
  const parameters = Object.keys(mapAt(value, ['parameters'])).flatMap((name): [string, { type: ParameterType }][] => {
    const type = valueAt(value, ['parameters', name, 'type']);
    return typeof type === 'string' && parameterTypes.includes(type) ? [[name, { type: type as ParameterType }]] : [];
  });
  return {
    resource: resource ?? { pattern: 'code', secret: 'text', require: '', rego: '' }[kind],
    each: textsIn(valueAt(value, ['each'])).map((text) => parsePath(text).path),
    rule: { kind },
    parameters: Object.fromEntries(parameters),
  };
}

function withVariables(facts: Facts, sees: Field['sees']): Environment {
  const base = environmentOf(facts, facts.resource);
  const more: Record<string, Type> = {
    ...(sees === 'resource' ? {} : itemTypes(facts, facts.resource)),
    ...(sees === 'finding' ? matchTypes(facts) : {}),
    ...(sees === 'repair' ? { marked: dyn } : {}),
  };
  return { ...base, variables: { ...base.variables, ...more } };
}

/** The CEL in a text: all of it, or what stands in single braces; a brace that is not closed yet goes to the end. */
function stretchesOf(
  text: string,
  form: Field['form'],
): readonly { readonly source: string; readonly offset: number }[] {
  if (form === 'expression') return [{ source: text, offset: 0 }];
  const { pieces, problem } = parseTemplate(text);
  const closed = pieces.flatMap((piece) => (piece.kind === 'cel' ? [piece] : []));
  return problem === null
    ? closed
    : [...closed, { source: text.slice(problem.offset + 1), offset: problem.offset + 1 }];
}

/** An offset that the scalar has, and the expression in it too. */
function within(offset: number, source: string, at: number, span: Span): number | null {
  const isInside = at >= span.start && at <= span.end && offset >= 0 && offset <= source.length;
  return isInside ? offset : null;
}

/** A text; of one whose quote is not closed yet, all that is there. */
function textAt(text: string, { start, end }: Span, value: Value | undefined): string | undefined {
  if (typeof value !== 'string') return undefined;
  const quote = text[start];
  const isOpen = (quote === '"' || quote === "'") && (end === start + 1 || text[end - 1] !== quote);
  return isOpen ? text.slice(start + 1, end) : value;
}

function spanAt({ content, offset }: Part, path: Path): Span | null {
  const { value, missing } = locate(content, path);
  return missing > 0 || value === null ? null : { start: value.start + offset, end: value.end + offset };
}

function valueAt(value: Value | undefined, path: readonly string[]): Value | undefined {
  let at = value;
  for (const key of path) {
    if (typeof at !== 'object' || at === null || Array.isArray(at) || !Object.hasOwn(at, key)) return undefined;
    at = (at as Readonly<Record<string, Value>>)[key];
  }
  return at;
}

function mapAt(value: Value, path: readonly string[]): object {
  const found = valueAt(value, path);
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? found : {};
}

function textsIn(value: Value | undefined): readonly string[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.filter((item) => typeof item === 'string');
}
