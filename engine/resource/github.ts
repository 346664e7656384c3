/**
 * GitHub Actions: workflows with their jobs and steps, actions with theirs, and every expression (`${{ … }}`) in them. A
 * workflow is recognised by where it stands (`.github/workflows`, `workflow-templates`), by the editor's language, or,
 * elsewhere, by its shape: `on`, and `jobs` that say where they run.
 */
import { type Document, type Resource, type Unit, Unknown, type Value, type ValueMap } from '../model.ts';
import { type Adapter, isList, isMap, type Memo, type Source, withFields } from './adapter.ts';
import { detailsOf, liftSteps, rootStretch } from './githubDetails.ts';
import { liftJobs, writtenJobs } from './githubJob.ts';
import { githubKinds } from './githubKinds.ts';
import { flowsInto } from './githubTrace.ts';
import { actionShape, type Shape, shaped, workflowShape } from './shape.ts';

/** `github.workflow`, `.job`, `.step`, `.action`, `.command`, `.container` and `.expression`. */
export const githubAdapter: Adapter = { kinds: githubKinds, lift };

function lift(source: Source): readonly (Resource | Unit)[] {
  const root = source.part.content.value;
  if (source.document.kind !== 'yaml' || !isMap(root)) return [];
  if (isAction(source.document, root)) return liftAction(source, fitting(source, root, actionShape));
  return isWorkflow(source.document, root) ? liftWorkflow(source, fitting(source, root, workflowShape)) : [];
}

function fitting({ memo }: Source, root: ValueMap, shape: Shape): ValueMap {
  return shaped(root, shape, memo) as ValueMap;
}

const workflowPath = /(?:^|\/)(?:\.(?:github|gitea|forgejo)\/workflows|workflow-templates)\/[^/]+\.ya?ml$/;

function isWorkflow(document: Document, root: ValueMap): boolean {
  if (document.file.language === 'github-actions-workflow' || workflowPath.test(document.file.path)) return true;
  const jobs = root.jobs;
  if (root.on === undefined || !isMap(jobs) || root.apiVersion !== undefined) return false;
  return Object.values(jobs).some(
    (job) => isMap(job) && (job['runs-on'] !== undefined || typeof job.uses === 'string'),
  );
}

function isAction(document: Document, root: ValueMap): boolean {
  const runs = root.runs;
  return /(?:^|\/)action\.ya?ml$/.test(document.file.path) && isMap(runs) && runs.using !== undefined;
}

function liftWorkflow(source: Source, root: ValueMap): readonly (Resource | Unit)[] {
  const self = source.memo(root, 'workflow', () => derivedWorkflow(root, source.memo));
  const around = { step: null, job: null, workflow: self, action: null, object: root };
  const title = typeof root.name === 'string' ? root.name : source.document.file.path;
  const workflow: Resource = {
    kind: 'github.workflow',
    name: `workflow ${title}`,
    identity: 'workflow',
    path: [],
    self,
    relatives: around,
    derived: { triggers: ['on'], inputs: ['on'] },
  };
  const jobs = writtenJobs(source, root.jobs);
  const nodes = new Set(jobs.flatMap(({ entry }) => entry?.value ?? []));
  const rest = detailsOf(source, [workflow], rootStretch(source.part.content, nodes), null);
  return [
    workflow,
    ...rest,
    ...liftJobs(source, jobs, { owner: workflow, flows: flowsInto(rest), outputs: new Map() }),
  ];
}

function derivedWorkflow(root: ValueMap, memo: Memo): ValueMap {
  const on = root.on ?? null;
  const read = () => withFields({ triggers: triggersOf(on), inputs: inputsOf(on) }, {});
  // The same objects for as long as `on` is: what was said of jobs rests on them.
  return withFields(root, typeof on === 'object' && on !== null ? memo(on, 'triggers and inputs', read) : read());
}

/** The type of each input, whether people or other workflows give it; `string` where none is said. */
function inputsOf(on: Value): ValueMap {
  const types: Record<string, Value> = Object.create(null);
  for (const trigger of ['workflow_dispatch', 'workflow_call']) {
    const inputs = field(field(on, trigger), 'inputs');
    if (!isMap(inputs)) continue;
    for (const [name, input] of Object.entries(inputs)) {
      const type = field(input, 'type');
      // An input of both counts as text unless both say better.
      types[name] =
        types[name] === undefined || types[name] === type ? (typeof type === 'string' ? type : 'string') : 'string';
    }
  }
  return types;
}

function field(value: Value, name: string): Value {
  return isMap(value) ? (value[name] ?? null) : null;
}

function triggersOf(on: Value): readonly Value[] {
  if (isMap(on)) return Object.keys(on);
  return (isList(on) ? on : [on]).filter((trigger) => typeof trigger === 'string' || trigger instanceof Unknown);
}

function liftAction(source: Source, root: ValueMap): readonly Resource[] {
  const title = typeof root.name === 'string' ? root.name : source.document.file.path;
  const action: Resource = {
    kind: 'github.action',
    name: `action ${title}`,
    identity: 'action',
    path: [],
    self: root,
    relatives: { step: null, job: null, workflow: null, action: root, object: root },
  };
  const runs = root.runs;
  const steps = isMap(runs) ? runs.steps : undefined;
  const owners = [action, ...liftSteps(source, action, steps, ['runs', 'steps'])];
  return [...owners, ...detailsOf(source, owners, rootStretch(source.part.content, new Set()), null)];
}
