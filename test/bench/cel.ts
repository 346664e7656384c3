// CEL against the CEL packages of npm, on the same policies and inputs: `node test/bench/cel.ts [ROUNDS]`.
import process from 'node:process';
import { celEnv, parse as parseBufbuild, plan } from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { Environment } from '@marcbachmann/cel-js';
import { parseAllDocuments } from 'yaml';
import { compile } from '../../engine/cel/index.ts';
import { dyn } from '../../engine/cel/type.ts';
import type { Value } from '../../engine/model.ts';
import { containerPolicies, jobPolicies, podPolicies } from './celPolicies.ts';
import { manifests, workflow } from './inputs.ts';
import { formatMs, markdownTable, type Summary, summarise } from './statistics.ts';

export interface CelRow {
  readonly engine: string;
  readonly what: string;
  readonly ms: Summary;
  /** Evaluations that gave another result than ours. */
  readonly disagreements: number;
}

/** All policies over all resources of each kind, engines interleaved; compiling all of them is measured too. */
export function timeCel(rounds: number): readonly CelRow[] {
  return groups().flatMap((group) => {
    const results = engines.map((engine) => ({ engine, compiled: group.policies.map(engine.compile) }));
    const answers = results.map(({ engine, compiled }) => answersOf(engine, compiled, group.selves));
    const samples = new Map<string, number[]>();
    for (let round = 0; round < rounds; round++) {
      for (const { engine, compiled } of results) {
        const began = performance.now();
        answersOf(engine, compiled, group.selves);
        push(samples, `${engine.name}/eval`, performance.now() - began);
        const compiling = performance.now();
        group.policies.map(engine.compile);
        push(samples, `${engine.name}/compile`, performance.now() - compiling);
      }
    }
    return results.flatMap(({ engine }, at) => {
      const disagreements = (answers[at] ?? []).filter((answer, index) => answer !== answers[0]?.[index]).length;
      const row = (what: 'eval' | 'compile') => ({
        engine: engine.name,
        what: `${what} ${group.policies.length} policies, ${what === 'eval' ? `${group.selves.length} ${group.name}` : group.name}`,
        ms: summarise((samples.get(`${engine.name}/${what}`) ?? []).slice(Math.floor(rounds / 4))),
        disagreements,
      });
      return [row('eval'), row('compile')];
    });
  });
}

export function celTable(rows: readonly CelRow[]): string {
  const cells = rows.map((row) => [
    row.what,
    row.engine,
    formatMs(row.ms.median),
    formatMs(row.ms.p95),
    String(row.disagreements),
  ]);
  return markdownTable(['what', 'engine', 'median ms', 'p95 ms', 'other answers'], cells);
}

interface Group {
  readonly name: string;
  readonly policies: readonly string[];
  readonly selves: readonly Value[];
}

interface Engine {
  readonly name: string;
  /** A policy as a function of the value that the engine wants for `self`. */
  compile(source: string): (self: unknown) => unknown;
  /** The engine's own form of a value; made beforehand, not measured. */
  input(self: Value): unknown;
}

const bufbuildEnvironment = celEnv({ funcs: strings });
const marcEnvironment = new Environment({ unlistedVariablesAreDyn: true });

const engines: readonly Engine[] = [
  {
    name: 'kerb',
    compile: (source) => {
      const { program, problems } = compile(source, { variables: { self: dyn } });
      if (program === null) throw new Error(`${source}: ${problems[0]?.message}`);
      return (self) => {
        const evaluation = program.evaluate({ self: self as Value });
        return evaluation.kind === 'value' ? evaluation.value : evaluation.kind;
      };
    },
    input: (self) => self,
  },
  {
    name: '@marcbachmann/cel-js',
    compile: (source) => {
      const program = marcEnvironment.parse(source);
      return (self) => attempt(() => program({ self }));
    },
    input: withBigints,
  },
  {
    name: '@bufbuild/cel',
    compile: (source) => {
      const program = plan(bufbuildEnvironment, parseBufbuild(source));
      return (self) => attempt(() => program({ self } as never));
    },
    input: (self) => toMaps(self),
  },
];

const inputs = new Map<string, WeakMap<object, unknown>>(engines.map(({ name }) => [name, new WeakMap()]));

function answersOf(
  engine: Engine,
  compiled: readonly ((self: unknown) => unknown)[],
  selves: readonly Value[],
): readonly unknown[] {
  const answers: unknown[] = [];
  for (const self of selves) {
    const input = inputOf(engine, self);
    for (const policy of compiled) answers.push(policy(input));
  }
  return answers;
}

function inputOf(engine: Engine, self: Value): unknown {
  const made = inputs.get(engine.name);
  const input = made?.get(self as object) ?? engine.input(self);
  made?.set(self as object, input);
  return input;
}

function attempt(run: () => unknown): unknown {
  try {
    const value = run();
    return typeof value === 'object' && value !== null && 'message' in value ? 'error' : value;
  } catch {
    return 'error';
  }
}

function groups(): readonly Group[] {
  const objects = parseAllDocuments(manifests(1000).text).map((document) => plain(document.toJS()));
  const pods = objects.flatMap((object) => (path(object, ['spec', 'template', 'spec']) ?? []) as Value);
  const containers = pods.flatMap((pod) => (path(pod, ['containers']) ?? []) as Value);
  const workflows = parseAllDocuments(workflow(1000).text).map((document) => plain(document.toJS()));
  const jobs = workflows.flatMap((one) => Object.values(path(one, ['jobs']) ?? {}) as Value[]);
  return [
    { name: 'pods of 1,000 lines', policies: podPolicies, selves: pods },
    { name: 'containers of 1,000 lines', policies: containerPolicies, selves: containers },
    { name: 'jobs of 1,000 lines', policies: jobPolicies, selves: jobs },
  ];
}

function path(value: Value, keys: readonly string[]): Value | undefined {
  return keys.reduce<Value | undefined>((inner, key) => (inner as Record<string, Value> | undefined)?.[key], value);
}

/** As the engine's documents are: maps without a prototype. */
function plain(value: unknown): Value {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value as Value;
  const map: Record<string, Value> = Object.create(null);
  for (const [key, inner] of Object.entries(value)) map[key] = plain(inner);
  return map;
}

/** What takes a JavaScript number for a double is given its integers as bigint. */
function withBigints(value: Value): unknown {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (Array.isArray(value)) return value.map(withBigints);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withBigints(inner)]));
}

function toMaps(value: Value): unknown {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (Array.isArray(value)) return value.map(toMaps);
  if (typeof value !== 'object' || value === null) return value;
  return new Map(Object.entries(value).map(([key, inner]) => [key, toMaps(inner as Value)]));
}

function push(samples: Map<string, number[]>, key: string, sample: number): void {
  const list = samples.get(key) ?? [];
  list.push(sample);
  samples.set(key, list);
}

if (import.meta.main) process.stdout.write(`${celTable(timeCel(Number(process.argv[2] ?? 60)))}\n`);
