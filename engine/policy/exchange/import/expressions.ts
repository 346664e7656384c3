/** CEL of an admission policy in Kerb's words: `object` is `self`, and what is only a name for something else is put in its place. */
import { all } from '../../../cel/assist/describe.ts';
import { compile } from '../../../cel/index.ts';
import type { Call, Expression } from '../../../cel/syntax/expression.ts';
import { dyn, type Type } from '../../../cel/type.ts';
import type { Path } from '../../../model.ts';
import { kubernetesObject } from '../../../resource/kubernetesShared.ts';
import { type Edit, type Mention, type Reading, readExpression, rewritten } from '../rewrite.ts';
import { parameterEdits } from './parameters.ts';
import { Refusal } from './refusal.ts';
import { requestEdit, requestProblem } from './sending.ts';

/** An expression and where it stands. */
export interface Written {
  readonly text: string;
  readonly path: Path;
}

/** What an admission policy's expressions may refer to beside the object. */
export interface Names {
  readonly variables: ReadonlyMap<string, Written>;
  readonly params: Params;
  /** What `object` becomes, and what is sent: the workload where its template is judged. */
  readonly object: string;
  readonly sent: string;
  /** What variables become that stand for something of Kerb's; none where the policy is not Kerb's own. */
  readonly own?: Readonly<Record<string, string>>;
  /** Whether parameters may be compared with anything, as they may there: a plain value has a type. */
  readonly isUntyped?: boolean;
}

/** The object that holds the parameters, or why it is not known. */
export type Params =
  | { readonly kind: 'known'; readonly value: unknown }
  | { readonly kind: 'unknown'; readonly reason: string };

export const notInFile: Params = { kind: 'unknown', reason: 'the object that holds them is not in the file' };

/** Said of what an expression reads and a file does not have. */
const elsewhere: ReadonlyMap<string, string> = new Map([
  ['oldObject', 'a file has no earlier version'],
  ['namespaceObject', 'a file does not say what its namespace is like'],
  ['authorizer', 'there is nobody to ask for permissions'],
  ['resource', 'it looks into a cluster'],
  ['globalContext', 'it looks into a cluster'],
  ['http', 'it asks another server'],
  ['images', 'it takes images apart as only Kyverno does'],
  ['time', 'it reads the clock'],
  ['imageData', 'it asks a registry'],
  ['exceptions', 'it reads exceptions of Kyverno'],
  ...['json', 'yaml', 'hash', 'random', 'x509', 'transform', 'user', 'generator'].map(
    (name) => [name, 'a library that only Kyverno has'] as const,
  ),
]);

/** Called there, and something else here. */
const takesImagesApart: ReadonlySet<string> = new Set(['image', 'isImage', 'parseImageReference']);

const types: Readonly<Record<string, Type>> = {
  object: kubernetesObject,
  variables: dyn,
  params: dyn,
  request: dyn,
  ...Object.fromEntries([...elsewhere.keys()].map((name) => [name, dyn])),
};

/** What an expression may read when it is Kerb's. */
const here: Readonly<Record<string, Type>> = Object.fromEntries(
  ['self', 'item', 'pod', 'metadata', 'workload'].map((name) => [name, dyn]),
);

/** More than any expression of sensible size becomes. */
const maxText = 20_000;

/** The expression in Kerb's words. Throws `Refusal` where it cannot be said, or is wrong. */
export function imported(written: Written, names: Names): string {
  const text = put(written, names, []);
  const isWrong = compile(text, { variables: here }).problems.some(({ severity }) => severity === 'error');
  return isWrong ? put(written, { ...names, isUntyped: true }, []) : text;
}

/** An expression that stands within another: in parentheses where it needs them. */
function enclosed(text: string): string {
  return /^[\w.]+(?:\([^()]*\))?$/.test(text) || /^\[[^[\]]*\]$/.test(text) ? text : `(${text})`;
}

function put(written: Written, names: Names, within: readonly string[]): string {
  const reading = read(written, names);
  const params = paramsEdits(reading, written.path, names);
  const edits = reading.mentions
    .filter(({ name }) => name !== 'params')
    .map((mention) => {
      const sent = mention.name === 'request' ? requestEdit(reading.root, mention, names) : null;
      return sent === null || typeof sent === 'string' ? editOf(mention, written, names, within) : sent;
    });
  const text = rewritten(reading, [...params, ...edits, ...localNames(reading)]);
  if (text.length > maxText) throw new Refusal(written.path, 'with its variables put in it becomes too long');
  return text;
}

/** What is read and is not there is said first: what is called on it may be unknown as well. */
function read({ text, path }: Written, { own }: Names): Reading {
  const variables = own === undefined ? types : { ...types, self: dyn, item: dyn };
  const reading = readExpression(text, { variables });
  if (reading !== null) refuseElsewhere(reading, path);
  const image = reading === null ? undefined : all(reading.root).find(isImageCall);
  if (image !== undefined)
    throw new Refusal(path, `it calls ${image.name}(): ${elsewhere.get('images')}`, image.nameSpan);
  const wrong = compile(text, { variables }).problems.find(({ severity }) => severity === 'error');
  if (wrong !== undefined || reading === null)
    throw new Refusal(path, wrong?.message ?? 'it does not parse', wrong?.span);
  return reading;
}

function isImageCall(node: Expression): node is Call {
  return node.kind === 'call' && node.target === null && takesImagesApart.has(node.name);
}

function refuseElsewhere(reading: Reading, path: Path): void {
  for (const mention of reading.mentions) {
    const { name, span } = mention;
    const reason = name === 'request' ? requestProblem(reading, mention) : elsewhere.get(name);
    if (typeof reason === 'string') throw new Refusal(path, `it reads \`${name}\`: ${reason}`, span);
  }
}

function editOf(mention: Mention, written: Written, names: Names, within: readonly string[]): Edit {
  const { name, field, span, whole, isValue } = mention;
  const refuse = (reason: string) => new Refusal(written.path, reason, span);
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

function paramsEdits(reading: Reading, path: Path, { params, isUntyped = false }: Names): readonly Edit[] {
  const first = reading.mentions.find(({ name }) => name === 'params');
  if (first === undefined) return [];
  if (params.kind === 'unknown') throw new Refusal(path, `it reads \`params\`, and ${params.reason}`, first.span);
  return parameterEdits(reading, params.value, isUntyped);
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
