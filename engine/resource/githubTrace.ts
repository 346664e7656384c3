/**
 * What reaches an expression by a detour: `${{ env.TITLE }}` is whatever the step, job or workflow set `TITLE` to,
 * `${{ matrix.os }}` what the matrix was made of, `${{ steps.read.outputs.title }}` what that step wrote.
 */
import { groupBy } from '../groupBy.ts';
import type { Path, Resource, ValueMap } from '../model.ts';
import { once } from '../once.ts';
import { isMap, type Memo, withFields } from './adapter.ts';
import type { StepCommand } from './githubCommand.ts';
import { type Write, writesOf } from './githubWrite.ts';

/** What an owner that stands in another one has of there. */
export interface Around {
  readonly owner: Resource;
  /** What flows into the variables of the owner, by their paths. */
  readonly flows: ReadonlyMap<string, readonly string[]>;
  /** What flows into the outputs of other jobs, by how they are read: `needs.read.outputs.title`. */
  readonly outputs: ReadonlyMap<string, readonly string[]>;
}

/** The expressions of owners, the commands of their steps, and what is around them. */
export interface Stock {
  readonly expressions: readonly Resource[];
  readonly commands: readonly StepCommand[];
  readonly owners: readonly Resource[];
  readonly around: Around | null;
}

/** The expressions, in their order; those that take a detour with what reaches them by it. */
export function traced(stock: Stock, memo: Memo): readonly Resource[] {
  const { expressions } = stock;
  if (!expressions.some((reader) => flowsOf(reader).some(isDetour))) return expressions;
  const trace = traceOf(stock);
  return expressions.map((reader) => {
    const written = flowsOf(reader);
    const all = new Set(written);
    for (const context of written) follow(trace, { context, at: reader.path }, all);
    return all.size === written.length ? reader : withFlows(reader, [...all], memo);
  });
}

/** What the expressions let through into variables, by the paths of those. */
export function flowsInto(found: readonly Resource[]): Around['flows'] {
  const flows = new Map<string, readonly string[]>();
  for (const resource of found) {
    if (resource.path.at(-2) !== 'env') continue;
    const key = keyOf(resource.path);
    flows.set(key, [...(flows.get(key) ?? []), ...flowsOf(resource)]);
  }
  return flows;
}

/** What the expressions of a job let through into its outputs, by how other jobs read them. */
export function outputsOf(id: string, found: readonly Resource[]): Around['outputs'] {
  const outputs = new Map<string, readonly string[]>();
  for (const resource of found) {
    const { kind, path } = resource;
    if (kind !== 'github.expression' || path[2] !== 'outputs' || path.length !== 4) continue;
    const key = `needs.${id}.outputs.${path[3]}`;
    // Another job has variables, steps and a matrix of its own.
    outputs.set(key, [...(outputs.get(key) ?? []), ...flowsOf(resource).filter((flow) => !isDetour(flow))]);
  }
  return outputs;
}

/** All that those who stand in an owner learn of its variables, as a text. */
export function variablesOf({ owner, flows }: Around): string {
  const { env } = owner.self as ValueMap;
  return JSON.stringify([isMap(env) ? Object.keys(env) : [], ...flows]);
}

interface Trace {
  readonly stock: Stock;
  readonly innermostFirst: readonly Resource[];
  /** The expressions. */
  readonly byPath: ReadonlyMap<string, readonly Resource[]>;
  readonly byStart: ReadonlyMap<number, Resource>;
  /** What the steps write, by file and name, in their order. */
  readonly writers: () => ReadonlyMap<string, readonly Writer[]>;
  /** What readings were found to be made of. */
  readonly sources: Map<string, readonly Reading[]>;
}

interface Writer {
  readonly step: Resource;
  readonly write: Write;
}

/** A context as it is read at a place. */
interface Reading {
  readonly context: string;
  readonly at: Path;
}

function traceOf(stock: Stock): Trace {
  const innermostFirst = [...stock.owners].sort((a, b) => b.path.length - a.path.length);
  const byPath = groupBy(stock.expressions, ({ path }) => keyOf(path));
  const byStart = new Map(stock.expressions.map((expression) => [expression.span!.start, expression]));
  return { stock, innermostFirst, byPath, byStart, writers: once(() => writersOf(stock)), sources: new Map() };
}

const detours = /^(?:env|matrix|steps|needs)(?:\.|$)/;

function isDetour(context: string): boolean {
  return detours.test(context);
}

const maxDetours = 50;
const maxFlows = 100;

/** Adds to `all` what the reading is made of, and what that is made of. */
function follow(trace: Trace, first: Reading, all: Set<string>): void {
  const seen = new Set<string>();
  const open = [first];
  for (let next = open.pop(); next !== undefined && seen.size < maxDetours; next = open.pop()) {
    if (all.size >= maxFlows) return;
    const key = `${next.context}\0${keyOf(next.at)}`;
    if (seen.has(key) || !isDetour(next.context)) continue;
    seen.add(key);
    const sources = trace.sources.get(key) ?? sourcesOf(trace, next);
    trace.sources.set(key, sources);
    for (const source of sources) {
      all.add(source.context);
      open.push(source);
    }
  }
}

function sourcesOf(trace: Trace, { context, at }: Reading): readonly Reading[] {
  const [kind, name, field, output] = context.split('.');
  if (kind === 'matrix') return matrix(trace, context.split('.').slice(1), at);
  if (name === undefined) return [];
  if (kind === 'env') return variable(trace, name, at);
  if (field !== 'outputs' || output === undefined) return [];
  if (kind === 'steps') return written(trace, at, { file: 'output', name: output, id: name });
  return (trace.stock.around?.outputs.get(context) ?? []).map((flow) => ({ context: flow, at: [] }));
}

/** The innermost setting counts, but for what stands in it; below those of step and job counts what an earlier step wrote. */
function variable(trace: Trace, name: string, at: Path): readonly Reading[] {
  const { around } = trace.stock;
  const setter = trace.innermostFirst.find(
    (owner) => isWithin(at, owner.path) && sets(owner, name) && !isWithin(at, [...owner.path, 'env']),
  );
  if (setter !== undefined) return readingsAt(trace, [...setter.path, 'env', name]);
  const earlier = written(trace, at, { file: 'env', name, id: null });
  if (earlier.length > 0 || around === null || !sets(around.owner, name)) return earlier;
  const flows = around.flows.get(keyOf([...around.owner.path, 'env', name])) ?? [];
  return flows.map((context) => ({ context, at: around.owner.path }));
}

/** What the steps before a place wrote: the last ones, of one step if it has an id. */
function written(trace: Trace, at: Path, { file, name, id }: Wanted): readonly Reading[] {
  const isBefore = ({ path }: Resource): boolean => {
    const depth = path.length;
    return at[depth - 2] !== 'steps' || path[depth - 1]! < at[depth - 1]!;
  };
  const writers = trace.writers().get(`${file} ${name}`) ?? [];
  return writers
    .filter(({ step }) => isBefore(step) && (id === null || (step.self as ValueMap).id === id))
    .slice(-maxWriters)
    .flatMap(({ step, write: { reads, places } }) => [
      ...reads.map((context) => ({ context, at: step.path })),
      ...readingsIn(places.flatMap((start) => trace.byStart.get(start) ?? [])),
    ]);
}

const maxWriters = 20;

type Wanted = Pick<Write, 'file' | 'name'> & { readonly id: string | null };

function writersOf({ owners, commands }: Stock): ReadonlyMap<string, readonly Writer[]> {
  const byStep = groupBy(commands, ({ resource }) => resource.relatives);
  const steps = owners.filter(({ kind }) => kind === 'github.step');
  const all = steps.flatMap((step) =>
    writesOf(step, byStep.get(step.relatives) ?? []).map((write) => ({ step, write })),
  );
  return groupBy(all, ({ write }) => `${write.file} ${write.name}`);
}

/** https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstrategymatrix */
function matrix({ stock }: Trace, names: readonly string[], at: Path): readonly Reading[] {
  const base = [...at.slice(0, 2), 'strategy', 'matrix'];
  const within = stock.expressions.filter(({ path }) => isWithin(path, base));
  return readingsIn(
    within.filter(({ path }) => {
      const [first, ...rest] = path.slice(base.length).filter((segment) => typeof segment === 'string');
      const set = first === undefined ? [] : first === 'include' ? rest : [first, ...rest];
      return first !== 'exclude' && set.every((name, index) => [name, '*', undefined].includes(names[index]));
    }),
  );
}

function readingsAt({ byPath }: Trace, path: Path): readonly Reading[] {
  return readingsIn(byPath.get(keyOf(path)) ?? []);
}

function readingsIn(expressions: readonly Resource[]): readonly Reading[] {
  return expressions.flatMap((one) => flowsOf(one).map((context) => ({ context, at: one.path })));
}

function withFlows(reader: Resource, flows: readonly string[], memo: Memo): Resource {
  const self = reader.self as ValueMap;
  return { ...reader, self: memo(self, `flows ${flows.join(' ')}`, () => withFields(self, { flows })) };
}

function flowsOf({ self }: Resource): readonly string[] {
  return (self as ValueMap).flows as readonly string[];
}

function sets({ self }: Resource, name: string): boolean {
  const { env } = self as ValueMap;
  return isMap(env) && Object.hasOwn(env, name);
}

function isWithin(path: Path, owner: Path): boolean {
  return owner.every((segment, index) => segment === path[index]);
}

function keyOf(path: Path): string {
  return path.join('\0');
}
