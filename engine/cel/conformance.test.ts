/**
 * The official conformance data of cel-spec. What needs protobuf messages is left out, with the reason; everything else
 * must be as the data says, except for what `knownFailures` names.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tests as data } from '@bufbuild/cel-spec/testdata/conformance.js';
import type { SerializedIncrementalTestSuite } from '@bufbuild/cel-spec/testdata/tests.js';
import { decodeBase64 } from '../base64.ts';
import { groupBy } from '../groupBy.ts';
import { formatValue } from './display.ts';
import { equals } from './equality.ts';
import type { FunctionDeclaration } from './function.ts';
import type { Compilation, Evaluation } from './index.ts';
import { createMap } from './map.ts';
import { compileProgram } from './program.ts';
import { children, type Expression } from './syntax/expression.ts';
import { parse } from './syntax/parse.ts';
import { parseDuration, parseTimestamp } from './time.ts';
import * as type from './type.ts';
import { Bytes, CelError, type CelValue, double, int, type MapKey, TypeValue, uint } from './value.ts';

/** What fails, and why. The test fails when something else does, and when one of these no longer does. */
const knownFailures: Readonly<Record<string, string>> = {};

interface Case {
  readonly name: string;
  readonly expr: string;
  readonly container?: string;
  readonly disableCheck?: boolean;
  readonly checkOnly?: boolean;
  readonly typeEnv?: readonly Declaration[];
  readonly bindings?: Readonly<Record<string, { readonly value: Json }>>;
  readonly value?: Json;
  readonly evalError?: object;
  readonly typedResult?: { readonly result?: Json; readonly deducedType: Json };
}
interface Declaration {
  readonly name: string;
  readonly ident?: { readonly type: Json };
  readonly function?: { readonly overloads: readonly Json[] };
}
// biome-ignore lint/suspicious/noExplicitAny: the data is loose JSON of protobuf messages
type Json = any;

interface Outcome {
  readonly suite: string;
  readonly id: string;
  readonly kind: 'value' | 'error' | 'type';
  readonly result: 'passed' | 'failed' | 'skipped';
  readonly reason: string;
}

test('conformance data of cel-spec', () => {
  const outcomes = [...casesOf(data as SerializedIncrementalTestSuite, [])].map(([path, one]) => runCase(path, one));
  print(outcomes);
  const failed = outcomes.filter((one) => one.result === 'failed');
  const unexpected = failed.filter((one) => knownFailures[one.id] === undefined);
  const mended = Object.keys(knownFailures).filter((id) => !failed.some((one) => one.id === id));
  assert.deepEqual(
    unexpected.map((one) => `${one.id}: ${one.reason}`),
    [],
  );
  assert.deepEqual(mended, [], 'these no longer fail: take them off the list');
});

/** Where our type is another than cel-go's, by the beginning of the expression. */
const otherTypes: Readonly<Record<string, string>> = {
  'cel.block(': 'cel-go takes what cel.index gives for dyn; here it has the type of what was bound',
  'math.': 'cel-go has an overload for each type; here greatest and least take any numbers',
  type: 'the type of types is written type(dyn) here',
  '[optional.of(1), null]': 'the more general of optional and null is the optional here',
};

test('types are inferred as cel-go infers them', () => {
  const typed = [...casesOf(data as SerializedIncrementalTestSuite, [])].filter(
    ([, one, wanted]) => wanted !== undefined && !one.disableCheck && whyProtobuf(one) === null,
  );
  const others = typed.flatMap(([, one, wanted]) => {
    const { program } = compileCase(one);
    const found = program === null ? 'none' : type.formatType(program.type);
    const named = wanted?.replace(/google\.protobuf\.(\w+)/g, (_, name: string) => name.toLowerCase());
    const known = Object.keys(otherTypes).some((start) => one.expr.startsWith(start));
    return found === named || known ? [] : [`${one.expr}: ${found}, not ${wanted}`];
  });
  assert.deepEqual(others, []);
  assert.ok(typed.length > 1000);
});

function* casesOf(
  suite: SerializedIncrementalTestSuite,
  path: readonly string[],
): Generator<[readonly string[], Case, string | undefined]> {
  for (const one of suite.tests ?? []) yield [path, one.original as unknown as Case, one.type];
  for (const inner of suite.suites ?? []) yield* casesOf(inner, [...path, inner.name]);
}

function runCase(path: readonly string[], one: Case): Outcome {
  const suite = path[0] ?? '';
  const kind = one.evalError ? 'error' : one.checkOnly ? 'type' : 'value';
  const base = { suite, id: [...path, one.name].join('/'), kind } as const;
  const protobuf = whyProtobuf(one);
  if (protobuf !== null) return { ...base, result: 'skipped', reason: protobuf };
  const reason = failureOf(one);
  return {
    ...base,
    result: reason === null ? 'passed' : 'failed',
    reason: reason === null ? '' : `${reason}  in  ${one.expr}`,
  };
}

/** Why a case needs protobuf messages, or null. */
function whyProtobuf(one: Case): string | null {
  const { root } = parse(one.expr);
  if (contains(root, (node) => node.kind === 'message')) return 'builds a protobuf message';
  if (/TestAllTypes|NestedEnum|GlobalEnum|ImportedGlobalEnum/.test(one.expr)) return 'names a protobuf message or enum';
  const known = /google\.protobuf\.(Timestamp|Duration)/g;
  const rest = JSON.stringify([one.typeEnv, one.bindings, one.value, one.typedResult]).replace(known, '');
  if (/"messageType":"[^"]/.test(rest) || /type.googleapis.com\/[^"]/.test(rest))
    return 'takes or gives a protobuf message';
  if (/"enumValue"/.test(rest)) return 'takes or gives a protobuf enum';
  return /google\.protobuf\.\w/.test(one.expr.replace(known, '')) ? 'names a protobuf message' : null;
}

function contains(node: Expression, wanted: (node: Expression) => boolean): boolean {
  return wanted(node) || children(node).some((child) => contains(child, wanted));
}

function compileCase(one: Case): Compilation {
  return compileProgram(one.expr, {
    variables: Object.fromEntries(
      (one.typeEnv ?? []).flatMap(({ name, ident }) => (ident ? [[name, typeOf(ident.type)]] : [])),
    ),
    functions: (one.typeEnv ?? []).flatMap(functionOf),
    container: one.container ?? '',
    types: one.disableCheck ? 'unchecked' : 'checked',
  });
}

function failureOf(one: Case): string | null {
  const { program, problems } = compileCase(one);
  if (program === null) return one.evalError ? null : `does not compile: ${problems[0]?.message}`;
  const wantedType = one.typedResult && type.formatType(typeOf(one.typedResult.deducedType));
  if (wantedType !== undefined && type.formatType(program.type) !== wantedType) {
    return `has type ${type.formatType(program.type)}, wanted ${wantedType}`;
  }
  if (one.checkOnly) return null;
  const variables = Object.fromEntries(
    Object.entries(one.bindings ?? {}).map(([name, { value }]) => [name, celValue(value)]),
  );
  const evaluation = program.evaluate(variables);
  if (one.evalError) return evaluation.kind === 'error' ? null : `gives ${show(evaluation)}, wanted an error`;
  const wanted = celValue(one.typedResult?.result ?? one.value ?? { boolValue: true });
  return evaluation.kind === 'value' && isSame(evaluation.value, wanted)
    ? null
    : `gives ${show(evaluation)}, wanted ${formatValue(wanted)}`;
}

/** Equal and of the same type: CEL's own equality does not tell 1 from 1.0. */
function isSame(left: CelValue, right: CelValue): boolean {
  const nan = formatValue(left) === 'NaN' && formatValue(right) === 'NaN';
  return nan || (equals(left, right) === true && (isMapLike(left) || formatValue(left) === formatValue(right)));
}

function isMapLike(value: CelValue): boolean {
  return typeof value === 'object' && value !== null;
}

function show(evaluation: Evaluation): string {
  return evaluation.kind === 'value'
    ? formatValue(evaluation.value)
    : evaluation.kind === 'error'
      ? `error ${evaluation.message}`
      : 'unknown';
}

function functionOf({ name, function: declared }: Declaration): readonly FunctionDeclaration[] {
  if (!declared) return [];
  const overloads = declared.overloads.map((overload) => ({
    parameters: (overload.params ?? []).map(typeOf),
    result: typeOf(overload.resultType),
    call: () => null,
  }));
  return [{ kind: declared.overloads[0]?.isInstanceFunction ? 'method' : 'function', name, overloads }];
}

function typeOf(json: Json): type.Type {
  if (json.primitive) return { kind: primitives[json.primitive] ?? 'null' };
  if (json.wellKnown)
    return json.wellKnown === 'TIMESTAMP' ? type.timestamp : json.wellKnown === 'DURATION' ? type.duration : type.dyn;
  if (json.messageType) return json.messageType.endsWith('Timestamp') ? type.timestamp : type.duration;
  if (json.listType) return type.list(typeOf(json.listType.elemType));
  if (json.mapType) return type.map(typeOf(json.mapType.keyType), typeOf(json.mapType.valueType));
  if (json.type) return type.typeOf(typeOf(json.type));
  if (json.typeParam) return type.parameter(json.typeParam);
  if ('null' in json) return type.nullType;
  if (json.abstractType?.name === 'optional_type') return type.optional(typeOf(json.abstractType.parameterTypes[0]));
  if (json.abstractType)
    return type.opaque(json.abstractType.name, ...(json.abstractType.parameterTypes ?? []).map(typeOf));
  return type.dyn;
}

const primitives: Readonly<Record<string, type.Primitive>> = {
  BOOL: 'bool',
  INT64: 'int',
  UINT64: 'uint',
  DOUBLE: 'double',
  STRING: 'string',
  BYTES: 'bytes',
};

function celValue(json: Json): CelValue {
  const [kind, value] = Object.entries(json)[0] as [string, Json];
  switch (kind) {
    case 'int64Value':
      return sure(int(BigInt(value)));
    case 'uint64Value':
      return sure(uint(BigInt(value)));
    case 'doubleValue':
      return double(Number(value));
    case 'bytesValue':
      return new Bytes(decodeBase64(value) ?? new Uint8Array());
    case 'nullValue':
      return null;
    case 'typeValue':
      return new TypeValue(value);
    case 'listValue':
      return (value.values ?? []).map(celValue);
    case 'mapValue':
      return (
        createMap((value.entries ?? []).map((entry: Json) => [celValue(entry.key) as MapKey, celValue(entry.value)])) ??
        null
      );
    case 'objectValue':
      return sure(value['@type'].endsWith('Timestamp') ? parseTimestamp(value.value) : parseDuration(value.value));
    default:
      return value;
  }
}

function sure<T>(value: T | CelError): T {
  assert.ok(!(value instanceof CelError));
  return value;
}

/** One line a suite, and a line for each failure and each reason for leaving out. */
function print(outcomes: readonly Outcome[]): void {
  const count = (list: readonly Outcome[], result: Outcome['result']) =>
    list.filter((one) => one.result === result).length;
  const line = (name: string, list: readonly Outcome[]) =>
    `${name.padEnd(18)} ${count(list, 'passed')} passed, ${count(list, 'failed')} failed, ${count(list, 'skipped')} skipped`;
  for (const [suite, list] of groupBy(outcomes, (one) => one.suite)) console.log(line(suite, list));
  for (const [kind, list] of groupBy(outcomes, (one) => one.kind)) console.log(line(`all ${kind} tests`, list));
  for (const [reason, list] of groupBy(
    outcomes.filter((one) => one.result === 'skipped'),
    (one) => one.reason,
  )) {
    console.log(`skipped ${list.length}: ${reason}`);
  }
  for (const one of outcomes) if (one.result === 'failed') console.log(`failed ${one.id}: ${one.reason}`);
}
