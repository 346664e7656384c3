/**
 * Jobs with their steps and what is inside them. Of a job whose text and values are what they were, everything is kept from
 * the reading before: a keystroke costs what its own job costs.
 */
import type { Entry, Node, Resource, Span, Unit, Value, ValueMap } from '../model.ts';
import { isMap, type Memo, type Source, withFields } from './adapter.ts';
import { type Details, detailsOf, type Lifted, liftSteps } from './githubDetails.ts';
import { mayHaveAliases, placesIn } from './githubExpressions.ts';
import { shellOf } from './githubStep.ts';

/** A job as lifted, and where it stands; null where an alias brings it or it is not written out. */
export interface LiftedJob extends Lifted {
  readonly node: Node | null;
}

const kinds = ['github.job', 'github.step', 'github.command', 'github.container', 'github.expression'];

/** The jobs of a workflow, in order. */
export function liftJobs(source: Source, workflow: Resource, jobs: Value | undefined): readonly LiftedJob[] {
  if (!isMap(jobs)) return [];
  const entries = jobEntries(source);
  const keeps = !mayHaveAliases(source.part.content);
  const around = { workflow: workflow.self, object: workflow.relatives.object ?? null };
  return Object.entries(jobs).flatMap(([id, value]): LiftedJob[] => {
    if (!isMap(value)) return [];
    const entry = entries.get(id) ?? null;
    const node = entry?.value ?? null;
    const job = { source, workflow, id, value, node };
    return [
      entry !== null && node !== null && keeps ? kept({ ...job, around, keySpan: entry.keySpan }, node) : liftJob(job),
    ];
  });
}

interface Job {
  readonly source: Source;
  readonly workflow: Resource;
  readonly id: string;
  readonly value: ValueMap;
  readonly node: Node | null;
}

interface Place extends Job {
  readonly keySpan: Span;
  /** What the jobs of a workflow share. */
  readonly around: Unit['around'];
}

/** Where each job is written. */
function jobEntries({ part }: Source): ReadonlyMap<string, Entry> {
  const { root } = part.content;
  const jobs = root?.kind === 'map' ? root.entries.findLast(({ key }) => key === 'jobs')?.value : null;
  return new Map(jobs?.kind === 'map' ? jobs.entries.map((entry) => [entry.key, entry] as const) : []);
}

function liftJob({ source, workflow, id, value, node }: Job): LiftedJob {
  const job = jobResource(source.memo, workflow, id, value);
  const owners = [job, ...liftSteps(source, job, value.steps, [...job.path, 'steps'])];
  const stretch = node === null ? null : { node, path: job.path, except: new Set<Node>() };
  return { owners, details: detailsOf(source, owners, stretch), node };
}

function jobResource(memo: Memo, workflow: Resource, id: string, value: ValueMap): Resource {
  const self = memo(value, `job ${id}`, () => withFields(value, { id }));
  return {
    kind: 'github.job',
    name: `job ${id}`,
    identity: `${workflow.identity}/job/${id}`,
    path: ['jobs', id],
    self,
    relatives: { ...workflow.relatives, job: self },
    derived: { id: [] },
  };
}

/** A job as it was lifted last, and what it was lifted from. */
interface Kept {
  key: string | null;
  job: (LiftedJob & { readonly node: Node; readonly id: object }) | null;
}

function kept(place: Place, node: Node): LiftedJob {
  const { source, workflow, id, value, around, keySpan } = place;
  const slot = source.memo(value, `lifted ${id}`, (): Kept => ({ key: null, job: null }));
  // Templates have no values, so that two texts may have the same ones; and the workflow may name the shell.
  const shell = shellOf(jobResource(source.memo, workflow, id, value));
  const { content } = source.part;
  const named = typeof shell === 'string' ? shell : shell === null ? '' : '?';
  const text = content.text.slice(keySpan.start, node.span.end);
  const key = `${named}\n${placesIn(content, node, source.memo)}\n${text}`;
  const job = slot.job === null || slot.key !== key ? { ...liftJob(place), node, id: {} } : slot.job;
  const unit = { id: job.id, span: { start: keySpan.start, end: node.span.end }, kinds, around };
  slot.job = { ...moved(job, unit, node.span.start - job.node.span.start), node, id: job.id };
  slot.key = key;
  return slot.job;
}

function moved({ owners, details }: Lifted, unit: Unit, by: number): Lifted {
  const around = new Map<Resource['relatives'], Resource['relatives']>();
  const move = (resource: Resource): Resource => {
    // A step shares its relatives with what is in it.
    const relatives = around.get(resource.relatives) ?? { ...resource.relatives, ...unit.around };
    around.set(resource.relatives, relatives);
    const { span } = resource;
    return span === undefined || by === 0
      ? { ...resource, relatives, unit }
      : { ...resource, relatives, unit, span: { start: span.start + by, end: span.end + by } };
  };
  return { owners: owners.map(move), details: movedDetails(details, move) };
}

function movedDetails({ commands, containers, expressions }: Details, move: (resource: Resource) => Resource): Details {
  return { commands: commands.map(move), containers: containers.map(move), expressions: expressions.map(move) };
}
