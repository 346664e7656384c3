/**
 * Jobs with their steps and what is inside them. Of a job whose text and values are what they were, everything is kept from
 * the reading before: a keystroke costs what its own job costs.
 */
import type { Entry, Node, Resource, Unit, Value, ValueMap } from '../model.ts';
import { once } from '../once.ts';
import { isList, isMap, latest, type Source, withFields } from './adapter.ts';
import { detailsOf, liftSteps } from './githubDetails.ts';
import { mayHaveAliases, placesIn } from './githubExpressions.ts';
import { conditionOf, shellOf, withCondition } from './githubStep.ts';
import { type Around, outputsOf, variablesOf } from './githubTrace.ts';

/** A job of a workflow, and where it is written; null where an alias or a merge brings it. */
export interface WrittenJob {
  readonly id: string;
  readonly value: ValueMap;
  readonly entry: Entry | null;
}

/** The jobs of a workflow, in order. */
export function writtenJobs({ part }: Source, jobs: Value | undefined): readonly WrittenJob[] {
  if (!isMap(jobs)) return [];
  const { root } = part.content;
  const node = root?.kind === 'map' ? root.entries.findLast(({ key }) => key === 'jobs')?.value : null;
  const entries = new Map(node?.kind === 'map' ? node.entries.map((entry) => [entry.key, entry]) : []);
  return Object.entries(jobs).flatMap(([id, value]) =>
    isMap(value) ? [{ id, value, entry: entries.get(id) ?? null }] : [],
  );
}

/** What is lifted of the jobs of the workflow around them. */
export function liftJobs(source: Source, jobs: readonly WrittenJob[], around: Around): readonly (Resource | Unit)[] {
  const { owner } = around;
  const workflow: Workflow = {
    source,
    around,
    outer: { workflow: owner.self, object: owner.relatives.object ?? null },
    inherited: once(() => `${nameOf(shellOf(owner))} ${variablesOf(around)}`),
    keeps: !mayHaveAliases(source.part.content),
    jobs: new Map(jobs.map((job) => [job.id, job])),
    lifted: new Map(),
  };
  return jobs.flatMap((job) => liftedOnce(workflow, job, 0).all);
}

interface Workflow {
  readonly source: Source;
  readonly around: Around;
  /** What its jobs have of it. */
  readonly outer: Unit['around'];
  /** What else jobs have of it, as a text: the shell of their steps, and their variables. */
  readonly inherited: () => string;
  /** Whether what a job says is told by its text. */
  readonly keeps: boolean;
  readonly jobs: ReadonlyMap<string, WrittenJob>;
  readonly lifted: Map<string, Lifted>;
}

interface Lifted {
  readonly all: readonly (Resource | Unit)[];
  /** What flows into the outputs of the job. */
  readonly outputs: () => Around['outputs'];
}

const unread: Around['outputs'] = new Map();
const maxChain = 100;

/** A job, and before it those whose outputs it can read; one that needs itself reads nothing. */
function liftedOnce(workflow: Workflow, job: WrittenJob, chain: number): Lifted {
  const known = workflow.lifted.get(job.id);
  if (known !== undefined) return known;
  workflow.lifted.set(job.id, { all: [], outputs: () => unread });
  const needed = (chain < maxChain ? needsOf(job.value) : []).flatMap((id) => workflow.jobs.get(id) ?? []);
  const outputs = needed.flatMap((other) => [...liftedOnce(workflow, other, chain + 1).outputs()]);
  const around = { ...workflow.around, outputs: new Map(outputs) };
  const node = job.entry?.value ?? null;
  const lifted =
    workflow.keeps && node !== null
      ? unitOf({ ...workflow, around }, job, job.entry!, node)
      : wholeOf(job.id, liftJob({ ...workflow, around }, job, node));
  workflow.lifted.set(job.id, lifted);
  return lifted;
}

function needsOf({ needs = null }: ValueMap): readonly string[] {
  return (isList(needs) ? needs : [needs]).filter((id) => typeof id === 'string');
}

function wholeOf(id: string, resources: readonly Resource[]): Lifted & { readonly all: readonly Resource[] } {
  return { all: resources, outputs: once(() => outputsOf(id, resources)) };
}

/** Of a shell: empty where none is said, and a template is none. */
function nameOf(shell: Value | null): string {
  return typeof shell === 'string' ? JSON.stringify(shell) : shell === null ? '' : '?';
}

function liftJob({ source, around }: Workflow, { id, value }: WrittenJob, node: Node | null): readonly Resource[] {
  const job = jobResource(source, around.owner, id, value);
  const owners = [job, ...liftSteps(source, job, value.steps, [...job.path, 'steps'])];
  const stretch = node === null ? null : { node, path: job.path, except: new Set<Node>() };
  return [...owners, ...detailsOf(source, owners, stretch, around)];
}

function jobResource({ part, memo }: Source, workflow: Resource, id: string, value: ValueMap): Resource {
  const path = ['jobs', id];
  const condition = conditionOf(value, { content: part.content, path, memo });
  const self = latest(memo, value, `job ${id}`, `${condition}`, () =>
    withFields(withCondition(value, condition), { id }),
  );
  return {
    kind: 'github.job',
    name: `job ${id}`,
    identity: identityOf(workflow, id),
    path,
    self,
    relatives: { ...workflow.relatives, job: self },
    derived: { id: [], condition: ['if'] },
  };
}

function identityOf(workflow: Resource, id: string): string {
  return `${workflow.identity}/job/${id}`;
}

/** A job as it was lifted, and what from: its values are those that this is kept for. */
interface Kept {
  readonly id: object;
  /** Templates have no values, so that two texts may have the same ones. */
  readonly text: string;
  readonly places: string;
  readonly inherited: string;
  readonly start: number;
  readonly resources: readonly Resource[];
  readonly outputs: Lifted['outputs'];
}

const kinds = ['github.job', 'github.step', 'github.command', 'github.container', 'github.expression'];

function unitOf(workflow: Workflow, job: WrittenJob, { keySpan }: Entry, node: Node): Lifted {
  const { source, around, outer } = workflow;
  const { memo, part } = source;
  const span = { start: keySpan.start, end: node.span.end };
  const text = part.content.text.slice(span.start, span.end);
  const places = placesIn(part.content, node, memo);
  const inherited = `${workflow.inherited()} ${JSON.stringify([...around.outputs])}`;
  const slot = memo(job.value, `lifted ${job.id}`, (): { kept: Kept | null } => ({ kept: null }));
  let { kept } = slot;
  if (kept?.text !== text || kept.places !== places || kept.inherited !== inherited) {
    const { all: resources, outputs } = wholeOf(job.id, liftJob(workflow, job, node));
    kept = { id: {}, text, places, inherited, start: node.span.start, resources, outputs };
    slot.kept = kept;
  }
  const { id, resources, start, outputs } = kept;
  const make = once(() => moved(resources, outer, node.span.start - start));
  const name = identityOf(around.owner, job.id);
  return { all: [{ name, id, span, kinds, around: outer, resources: make }], outputs };
}

function moved(resources: readonly Resource[], around: Unit['around'], by: number): readonly Resource[] {
  const all = new Map<Resource['relatives'], Resource['relatives']>();
  return resources.map((resource) => {
    // A step shares its relatives with what is in it.
    const relatives = all.get(resource.relatives) ?? { ...resource.relatives, ...around };
    all.set(resource.relatives, relatives);
    const { span } = resource;
    return span === undefined || by === 0
      ? { ...resource, relatives }
      : { ...resource, relatives, span: { start: span.start + by, end: span.end + by } };
  });
}
