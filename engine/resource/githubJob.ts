/**
 * Jobs with their steps and what is inside them. Of a job whose text and values are what they were, everything is kept from
 * the reading before: a keystroke costs what its own job costs.
 */
import type { Node, Resource, Value, ValueMap } from '../model.ts';
import { isMap, type Memo, type Source, withFields } from './adapter.ts';
import { type Details, detailsOf, type Lifted, liftSteps } from './githubDetails.ts';
import { mayHaveAliases, placesIn } from './githubExpressions.ts';
import { shellOf } from './githubStep.ts';

/** A job as lifted, and where it stands; null where an alias brings it or it is not written out. */
export interface LiftedJob extends Lifted {
  readonly node: Node | null;
}

/** The jobs of a workflow, in order. */
export function liftJobs(source: Source, workflow: Resource, jobs: Value | undefined): readonly LiftedJob[] {
  if (!isMap(jobs)) return [];
  const nodes = jobNodes(source);
  const keeps = !mayHaveAliases(source.part.content);
  return Object.entries(jobs).flatMap(([id, value]): LiftedJob[] => {
    if (!isMap(value)) return [];
    const node = nodes.get(id) ?? null;
    const place = { source, workflow, id, value, node };
    return [node !== null && keeps ? kept(place, node) : liftJob(place)];
  });
}

interface Place {
  readonly source: Source;
  readonly workflow: Resource;
  readonly id: string;
  readonly value: ValueMap;
  readonly node: Node | null;
}

function jobNodes({ part }: Source): ReadonlyMap<string, Node> {
  const { root } = part.content;
  const jobs = root?.kind === 'map' ? root.entries.findLast(({ key }) => key === 'jobs')?.value : null;
  if (jobs?.kind !== 'map') return new Map();
  return new Map(jobs.entries.flatMap(({ key, value }) => (value === null ? [] : [[key, value] as const])));
}

function liftJob({ source, workflow, id, value, node }: Place): LiftedJob {
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
  job: (LiftedJob & { readonly node: Node }) | null;
}

function kept(place: Place, node: Node): LiftedJob {
  const { source, workflow, id, value } = place;
  const slot = source.memo(value, `lifted ${id}`, (): Kept => ({ key: null, job: null }));
  // Templates have no values, so that two texts may have the same ones; and the workflow may name the shell.
  const shell = shellOf(jobResource(source.memo, workflow, id, value));
  const { content } = source.part;
  const named = typeof shell === 'string' ? shell : shell === null ? '' : '?';
  const text = content.text.slice(node.span.start, node.span.end);
  const key = `${named}\n${placesIn(content, node, source.memo)}\n${text}`;
  if (slot.job === null || slot.key !== key) slot.job = { ...liftJob(place), node };
  else slot.job = { ...moved(slot.job, workflow, node.span.start - slot.job.node.span.start), node };
  slot.key = key;
  return slot.job;
}

function moved({ owners, details }: Lifted, workflow: Resource, by: number): Lifted {
  const move = (resource: Resource): Resource => {
    const relatives = { ...resource.relatives, workflow: workflow.self, object: workflow.relatives.object ?? null };
    const { span } = resource;
    return span === undefined || by === 0
      ? { ...resource, relatives }
      : { ...resource, relatives, span: { start: span.start + by, end: span.end + by } };
  };
  return { owners: owners.map(move), details: movedDetails(details, move) };
}

function movedDetails({ commands, containers, expressions }: Details, move: (resource: Resource) => Resource): Details {
  return { commands: commands.map(move), containers: containers.map(move), expressions: expressions.map(move) };
}
