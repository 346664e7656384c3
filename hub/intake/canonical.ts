/**
 * A schema as a reader of canonical texts (RFC 8785), for what comes thousands of times a second. Where it reads something,
 * the schema takes that value, and the text is its canonical form to the letter; where it does not, that says nothing: ask
 * the schema. It is made of regular expressions, which run over a text in a fraction of the time that it takes to parse,
 * check and write it again.
 */
import type * as z from 'zod/v4/core';

/** The texts of the fields that were asked for, as JSON writes them. A field that the value does not have is missing. */
export type Fields<Field extends string> = { readonly [Key in Field]?: string };

/** Reads the value that begins at a place; null where it cannot. */
export type CanonicalReader<Field extends string> = (
  text: string,
  at: number,
) => { readonly end: number; readonly fields: Fields<Field> } | null;

/** `fields`: paths such as `record.id`, of what is in no list. Throws for a schema that it cannot answer for. */
export function canonicalReader<Field extends string>(
  schema: z.$ZodType,
  fields: readonly Field[],
): CanonicalReader<Field> {
  const parts = joined(partsOf(schema, [], new Set(fields)));
  return (text, at) => {
    const found: Record<string, string> = {};
    const end = readParts(parts, text, at, found);
    return end === nowhere ? null : { end, fields: found as Fields<Field> };
  };
}

/** A string that JSON writes. */
export function stringOf(json: string): string {
  return json.includes('\\') ? (JSON.parse(json) as string) : json.slice(1, -1);
}

/** What a text is made of. Lists are gone through by hand, so that no pattern, and nothing that it remembers, runs far. */
type Part =
  | { readonly kind: 'pattern'; readonly source: string; readonly groups: readonly Group[] }
  | { readonly kind: 'list'; readonly item: readonly Step[]; readonly max: number; readonly field: string | null }
  | { readonly kind: 'choice'; readonly options: readonly (readonly Step[])[] };

type Step =
  | Exclude<Part, { kind: 'pattern' }>
  | { readonly kind: 'run'; readonly regexp: RegExp; readonly groups: readonly Group[] };

interface Group {
  /** Under which it was asked for. */
  readonly field: string | null;
  /** Whether it is a number that has to be written as ECMAScript writes it. */
  readonly isNumber: boolean;
}

const nowhere = -1;

function readParts(steps: readonly Step[], text: string, begin: number, found: Record<string, string>): number {
  let at = begin;
  for (const step of steps) {
    at = readStep(step, text, at, found);
    if (at === nowhere) return nowhere;
  }
  return at;
}

function readStep(step: Step, text: string, at: number, found: Record<string, string>): number {
  switch (step.kind) {
    case 'run':
      return readRun(step, text, at, found);
    case 'list':
      return readList(step, text, at, found);
    case 'choice':
      return readChoice(step, text, at, found);
  }
}

function readChoice(
  { options }: Extract<Step, { kind: 'choice' }>,
  text: string,
  at: number,
  found: Record<string, string>,
): number {
  for (const option of options) {
    const own: Record<string, string> = {};
    const end = readParts(option, text, at, own);
    if (end === nowhere) continue;
    Object.assign(found, own);
    return end;
  }
  return nowhere;
}

function readRun(
  { regexp, groups }: Extract<Step, { kind: 'run' }>,
  text: string,
  at: number,
  found: Record<string, string>,
): number {
  regexp.lastIndex = at;
  const match = regexp.exec(text);
  if (match === null) return nowhere;
  for (const [place, { field, isNumber }] of groups.entries()) {
    const json = match[place + 1]!;
    if (isNumber && String(Number(json)) !== json) return nowhere;
    if (field !== null) found[field] = json;
  }
  return regexp.lastIndex;
}

function readList(
  { item, max, field }: Extract<Step, { kind: 'list' }>,
  text: string,
  begin: number,
  found: Record<string, string>,
): number {
  if (text[begin] !== '[') return nowhere;
  let at = begin + 1;
  for (let count = 0; text[at] !== ']'; count++) {
    if (count === max) return nowhere;
    if (count > 0 && text[at++] !== ',') return nowhere;
    at = readParts(item, text, at, found);
    if (at === nowhere) return nowhere;
  }
  if (field !== null) found[field] = text.slice(begin, at + 1);
  return at + 1;
}

/** The same with neighbouring patterns in one. */
function joined(parts: readonly Part[]): readonly Step[] {
  const steps: Step[] = [];
  let [source, groups]: [string, readonly Group[]] = ['', []];
  const endRun = (): void => {
    if (source !== '') steps.push({ kind: 'run', regexp: new RegExp(source, 'y'), groups });
    [source, groups] = ['', []];
  };
  for (const part of parts) {
    if (part.kind === 'pattern') [source, groups] = [source + part.source, [...groups, ...part.groups]];
    else {
      endRun();
      steps.push(part);
    }
  }
  endRun();
  return steps;
}

type Path = readonly string[];

function partsOf(schema: z.$ZodType, path: Path, wanted: ReadonlySet<string>): readonly Part[] {
  const { def } = (schema as z.$ZodTypes)._zod;
  const checks = checksOf(def);
  const field = wanted.has(path.join('.')) ? path.join('.') : null;
  switch (def.type) {
    case 'string':
      return [pattern(stringSource(checks), field)];
    case 'number':
      return [numberPart(checks, field)];
    case 'boolean':
      return [pattern('true|false', field)];
    case 'enum':
      return [pattern(oneOf(Object.values(def.entries)), field)];
    case 'literal':
      return [pattern(oneOf(def.values), field)];
    case 'nullable':
      return [nullablePart(partsOf(def.innerType, path, new Set()), field)];
    case 'array': {
      const { min, max } = lengths(checks);
      if (min > 0) break;
      return [{ kind: 'list', item: joined(partsOf(def.element, path, new Set())), max, field }];
    }
    case 'object':
      if (def.catchall?._zod.def.type !== 'never') break;
      return objectParts(def.shape, path, wanted);
    case 'union':
      return [{ kind: 'choice', options: def.options.map((option) => joined(partsOf(option, path, wanted))) }];
  }
  throw new Error(`a ${def.type} is not answered for`);
}

function objectParts(
  shape: Readonly<Record<string, z.$ZodType>>,
  path: Path,
  wanted: ReadonlySet<string>,
): readonly Part[] {
  const members = Object.keys(shape)
    .sort()
    .flatMap((key, at) => [
      literal(`${at === 0 ? '{' : ','}${JSON.stringify(key)}:`),
      ...partsOf(shape[key]!, [...path, key], wanted),
    ]);
  return [...members, literal(members.length === 0 ? '{}' : '}')];
}

/** Nothing of what may be null can be asked for but itself. */
function nullablePart(inner: readonly Part[], field: string | null): Part {
  const sources = inner.map((part) => {
    if (part.kind !== 'pattern' || part.groups.length > 0) throw new Error('a nullable of this is not answered for');
    return part.source;
  });
  return pattern(`null|${sources.join('')}`, field);
}

function literal(text: string): Part {
  return { kind: 'pattern', source: escaped(text), groups: [] };
}

function pattern(source: string, field: string | null): Part {
  return field === null
    ? { kind: 'pattern', source: `(?:${source})`, groups: [] }
    : { kind: 'pattern', source: `(${source})`, groups: [{ field, isNumber: false }] };
}

/** Whole numbers of up to 15 digits are safe, and written as they are; how others are written has to be looked at. */
function numberPart(checks: Checks, field: string | null): Part {
  let [min, isInteger]: [number | null, boolean] = [null, false];
  for (const check of checks) {
    if (check.check === 'greater_than' && check.inclusive) min = Number(check.value);
    else if (check.check === 'number_format' && check.format === 'safeint') isInteger = true;
    else throw new Error(`${check.check} is not answered for`);
  }
  if (min !== 0 && !(min === 1 && isInteger)) throw new Error(`a number from ${min} is not answered for`);
  const whole = min === 0 ? '(?:0|[1-9]\\d{0,14})' : '[1-9]\\d{0,14}';
  if (isInteger) return pattern(whole, field);
  const source = '((?:0|[1-9]\\d*)(?:\\.\\d+)?(?:e[+-]\\d+)?)';
  return { kind: 'pattern', source, groups: [{ field, isNumber: true }] };
}

/** A UTF-16 unit as a string of JSON has it: itself, half of a pair, or escaped as briefly as can be. */
const unit = [
  '[^"\\\\\\x00-\\x1f\\ud800-\\udfff]',
  '[\\ud800-\\udbff](?=[\\udc00-\\udfff])',
  '(?<=[\\ud800-\\udbff])[\\udc00-\\udfff]',
  '\\\\["\\\\bfnrt]',
  '\\\\u00(?:0[0-7bef]|1[0-9a-f])',
].join('|');

function stringSource(checks: Checks): string {
  const formats = checks.filter((check) => check.check === 'string_format');
  const { min, max } = lengths(checks.filter(({ check }) => check !== 'string_format'));
  const [format, ...more] = formats;
  if (format === undefined) return `"(?:${unit}){${min},${max === Number.POSITIVE_INFINITY ? '' : max}}"`;
  if (more.length > 0 || min > 0 || max < Number.POSITIVE_INFINITY)
    throw new Error('a format of a length is not answered for');
  return `"${formatSource(format)}"`;
}

/** A format's own pattern, without its ends and groups. What it matches has to be free of what JSON escapes. */
function formatSource({ format, pattern: regexp }: z.$ZodCheckStringFormatDef): string {
  const inner = /^\^(.*)\$$/.exec(regexp?.source ?? '')?.[1];
  const isPlain =
    inner !== undefined && regexp?.flags === '' && !/["^$.]|\[[^\]]*\(|\\[^d.]|\\\(/.test(inner.replaceAll('\\.', ''));
  if (!isPlain) throw new Error(`${format} is not answered for`);
  return `(?:${inner.replaceAll(/\((?!\?)/g, '(?:')})`;
}

function oneOf(allowed: readonly unknown[]): string {
  return allowed.map((value) => escaped(JSON.stringify(value))).join('|');
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** What a schema checks beside its type; a format is such a check too. */
function checksOf(def: z.$ZodTypeDef): readonly z.$ZodChecks['_zod']['def'][] {
  const own = 'check' in def ? [def as unknown as z.$ZodChecks['_zod']['def']] : [];
  return [...own, ...(def.checks ?? []).map((check) => (check as z.$ZodChecks)._zod.def)];
}

type Checks = ReturnType<typeof checksOf>;

/** The bounds of a string or an array. */
function lengths(checks: Checks): { readonly min: number; readonly max: number } {
  let [min, max] = [0, Number.POSITIVE_INFINITY];
  for (const check of checks) {
    if (check.check === 'min_length') min = Math.max(min, check.minimum);
    else if (check.check === 'max_length') max = Math.min(max, check.maximum);
    else throw new Error(`${check.check} is not answered for`);
  }
  return { min, max };
}
