/** CEL of an admission policy in Kerb's words: `object` is `self`, and what is only a name for something else is put in its place. */
import { compile } from '../../../cel/index.ts';
import { dyn, type Type } from '../../../cel/type.ts';
import type { Path } from '../../../model.ts';
import { kubernetesObject } from '../../../resource/kubernetesShared.ts';
import { type Edit, literalOf, type Mention, type Reading, readExpression, rewritten } from '../rewrite.ts';
import { Refusal } from './refusal.ts';

/** An expression and where it stands. */
export interface Written {
  readonly text: string;
  readonly path: Path;
}

/** What an admission policy's expressions may refer to beside the object. */
export interface Names {
  readonly variables: ReadonlyMap<string, Written>;
  readonly params: Params;
  /** What `object` becomes. */
  readonly object: string;
  /** What variables become that stand for something of Kerb's; none where the policy is not Kerb's own. */
  readonly own?: Readonly<Record<string, string>>;
}

/** The object that holds the parameters, or why it is not known. */
export type Params =
  | { readonly kind: 'known'; readonly value: unknown }
  | { readonly kind: 'unknown'; readonly reason: string };

export const notInFile: Params = { kind: 'unknown', reason: 'the object that holds them is not in the file' };

/** Said of what an expression reads and a file does not have. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['oldObject', 'a file has no earlier version'],
  ['request', 'a file does not say who sends it, or how'],
  ['namespaceObject', 'a file does not say what its namespace is like'],
  ['authorizer', 'there is nobody to ask for permissions'],
  ['resource', 'it looks into a cluster'],
  ['globalContext', 'it looks into a cluster'],
  ['http', 'it asks another server'],
  ['images', 'it takes images apart as only Kyverno does'],
  ['time', 'it reads the clock'],
  ['imageData', 'it asks a registry'],
  ['exceptions', 'it reads exceptions of Kyverno'],
]);

const types: Readonly<Record<string, Type>> = {
  object: kubernetesObject,
  variables: dyn,
  params: dyn,
  ...Object.fromEntries([...elsewhere.keys()].map((name) => [name, dyn])),
};

/** More than any expression of sensible size becomes. */
const maxText = 20_000;

/** The expression in Kerb's words. Throws `Refusal` where it cannot be said, or is wrong. */
export function imported(written: Written, names: Names): string {
  return put(written, names, []);
}

/** An expression that stands within another: in parentheses where it needs them. */
function enclosed(text: string): string {
  return /^[\w.]+(?:\([^()]*\))?$/.test(text) || /^\[[^[\]]*\]$/.test(text) ? text : `(${text})`;
}

function put(written: Written, names: Names, within: readonly string[]): string {
  const reading = read(written, names);
  const edits = reading.mentions.map((mention) => editOf(mention, written, names, within));
  const text = rewritten(reading, [...edits, ...localNames(reading)]);
  if (text.length > maxText) throw new Refusal(written.path, 'with its variables put in it becomes too long');
  return text;
}

/** What is read and is not there is said first: what is called on it may be unknown as well. */
function read({ text, path }: Written, { own }: Names): Reading {
  const variables = own === undefined ? types : { ...types, self: dyn, item: dyn };
  const reading = readExpression(text, { variables });
  for (const mention of reading?.mentions ?? []) {
    const reason = isOperation(mention) ? undefined : elsewhere.get(mention.name);
    if (reason !== undefined) throw new Refusal(path, `it reads \`${mention.name}\`: ${reason}`, mention.span);
  }
  const wrong = compile(text, { variables }).problems.find(({ severity }) => severity === 'error');
  if (wrong !== undefined || reading === null)
    throw new Refusal(path, wrong?.message ?? 'it does not parse', wrong?.span);
  return reading;
}

/** `request.operation`: what a file says is to be created. */
function isOperation({ name, field, isValue }: Mention): boolean {
  return name === 'request' && field === 'operation' && isValue;
}

function editOf(mention: Mention, written: Written, names: Names, within: readonly string[]): Edit {
  const { name, field, span, whole, isValue } = mention;
  const refuse = (reason: string) => new Refusal(written.path, reason, span);
  if (name === 'params') {
    if (names.params.kind === 'unknown') throw refuse(`it reads \`params\`, and ${names.params.reason}`);
    return paramsEdit(names.params.value, mention);
  }
  if (isOperation(mention)) return { span: whole, text: literalOf('CREATE') };
  if (name === 'self' || name === 'item') return { span, text: name };
  if (name !== 'variables') return { span, text: names.object };
  const own = names.own?.[field ?? ''];
  if (own !== undefined) return { span: whole, text: own };
  if (field === null || !isValue)
    throw refuse('it takes `variables` for a map: whether one is there is not asked here');
  const variable = names.variables.get(field);
  if (variable === undefined) throw refuse(`there is no variable \`${field}\``);
  if (within.includes(field)) throw refuse(`the variable \`${field}\` is made of itself`);
  return { span: whole, text: enclosed(put(variable, names, [...within, field])) };
}

/** A parameter that has a plain value is that value; else all of the object is written out. */
function paramsEdit(params: unknown, { field, span, whole, isValue }: Mention): Edit {
  const value = field === null || !isValue || !isMap(params) ? undefined : params[field];
  return value === undefined || isMap(value) ? { span, text: celOf(params) } : { span: whole, text: celOf(value) };
}

function celOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(celOf).join(', ')}]`;
  if (!isMap(value)) return literalOf(value);
  return `{${Object.entries(value)
    .map(([key, inner]) => `${literalOf(key)}: ${celOf(inner)}`)
    .join(', ')}}`;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A macro's variable that would take the name of something of Kerb's is given another. */
function localNames({ source, locals }: Reading): readonly Edit[] {
  const taken = new Set(source.match(/\w+/g));
  return locals.filter(({ name }) => ours.has(name)).map(({ name, span }) => ({ span, text: freeName(name, taken) }));
}

const ours: ReadonlySet<string> = new Set(['self', 'file', 'context', 'workload', 'pod', 'metadata']);

function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = `${name}_`;
  while (taken.has(free)) free += '_';
  return free;
}
