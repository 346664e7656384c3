/**
 * GitHub Actions: workflows with their jobs and steps, actions with theirs, and every expression (`${{ … }}`) in them. A
 * workflow is recognised by where it stands (`.github/workflows`, `workflow-templates`), by the editor's language, or,
 * elsewhere, by its shape: `on`, and `jobs` that say where they run.
 */
import { type Document, type Path, type Resource, Unknown, type Value, type ValueMap } from '../model.ts';
import { type Adapter, isList, isMap, latest, type Source, withFields } from './adapter.ts';
import { commandsIn } from './githubCommand.ts';
import { containersOf } from './githubContainer.ts';
import { type ExpressionOwner, expressionsIn } from './githubExpressions.ts';
import { githubKinds } from './githubKinds.ts';
import { derivedStep, shellOf, writtenScript } from './githubStep.ts';
import { actionShape, type Shape, shaped, workflowShape } from './shape.ts';

/** `github.workflow`, `.job`, `.step`, `.action`, `.command`, `.container` and `.expression`. */
export const githubAdapter: Adapter = { kinds: githubKinds, lift };

function lift(source: Source): readonly Resource[] {
  const root = source.part.content.value;
  if (source.document.kind !== 'yaml' || !isMap(root)) return [];
  if (isAction(source.document, root)) return liftAction(source, fitting(source, root, actionShape));
  return isWorkflow(source.document, root) ? liftWorkflow(source, fitting(source, root, workflowShape)) : [];
}

function fitting({ memo }: Source, root: ValueMap, shape: Shape): ValueMap {
  return memo(root, 'shape', () => shaped(root, shape) as ValueMap);
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

function liftWorkflow(source: Source, root: ValueMap): readonly Resource[] {
  const self = source.memo(root, 'workflow', () => derivedWorkflow(root));
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
  const jobs = isMap(root.jobs) ? Object.entries(root.jobs) : [];
  const inside = jobs.flatMap(([id, job]) => liftJob(source, workflow, id, job));
  return withDetails(source, [workflow, ...inside]);
}

function derivedWorkflow(root: ValueMap): ValueMap {
  const on = root.on ?? null;
  return withFields(root, { triggers: triggersOf(on), inputs: inputsOf(on) });
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

function liftJob(source: Source, workflow: Resource, id: string, value: Value): readonly Resource[] {
  if (!isMap(value)) return [];
  const self = source.memo(value, `job ${id}`, () => withFields(value, { id }));
  const job: Resource = {
    kind: 'github.job',
    name: `job ${id}`,
    identity: `${workflow.identity}/job/${id}`,
    path: ['jobs', id],
    self,
    relatives: { ...workflow.relatives, job: self },
    derived: { id: [] },
  };
  return [job, ...liftSteps(source, job, value.steps, [...job.path, 'steps'])];
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
  return withDetails(source, [action, ...liftSteps(source, action, steps, ['runs', 'steps'])]);
}

function liftSteps({ part, memo }: Source, owner: Resource, steps: Value | undefined, path: Path): readonly Resource[] {
  if (!isList(steps)) return [];
  const seen = new Map<string, number>();
  const shell = shellOf(owner);
  return steps.flatMap((step, index): Resource[] => {
    if (!isMap(step)) return [];
    const label = labelOf(step);
    const count = (seen.get(label) ?? 0) + 1;
    seen.set(label, count);
    const at = [...path, index];
    const source = writtenScript(step, { content: part.content, path: at, memo });
    const self = latest(memo, step, 'step', `${shell} ${source}`, () => derivedStep(step, shell, source));
    return [
      {
        kind: 'github.step',
        name: `${owner.name}, step ${shownName(step) ?? index + 1}`,
        identity: `${owner.identity}/step/${label}${count > 1 ? `#${count}` : ''}`,
        path: at,
        self,
        relatives: { ...owner.relatives, step: self },
        derived: { script: ['run'], shell: ['run'] },
      },
    ];
  });
}

/** Names a step without its place in the list, so that a step put before it does not rename it. */
function labelOf(step: ValueMap): string {
  const { id, name, uses } = step;
  if (typeof id === 'string') return `id:${id}`;
  if (typeof name === 'string') return `name:${name}`;
  return typeof uses === 'string' ? `uses:${uses.split('@')[0]}` : 'run';
}

function shownName(step: ValueMap): string | null {
  const { id, name, uses } = step;
  return [name, id, uses].find((text) => typeof text === 'string') ?? null;
}

function withDetails({ part, memo }: Source, resources: readonly Resource[]): readonly Resource[] {
  const owners = resources.map(
    (resource): ExpressionOwner => ({ resource, scope: resource.kind.slice('github.'.length) }),
  );
  const commands = resources
    .filter(({ kind }) => kind === 'github.step')
    .flatMap((step) => commandsIn(step, part.content, memo));
  const containers = resources.flatMap((owner) => containersOf(owner, memo));
  return [...resources, ...commands, ...containers, ...expressionsIn(part.content, owners, memo)];
}
