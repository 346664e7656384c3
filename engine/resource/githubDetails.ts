/** Steps of a job or an action, and what stands inside owners of any kind: commands, containers and expressions. */
import type { Node, PartContent, Path, Resource, Value, ValueMap } from '../model.ts';
import { isList, isMap, latest, type Source } from './adapter.ts';
import { commandsIn } from './githubCommand.ts';
import { containersOf } from './githubContainer.ts';
import { expressionsIn, type Stretch } from './githubExpressions.ts';
import { conditionOf, derivedStep, shellOf, writtenScript } from './githubStep.ts';
import { type Around, traced } from './githubTrace.ts';

/** What is inside owners that stand in a stretch, the outermost of them first, and in what is `around` them. */
export function detailsOf(
  { part, memo }: Source,
  owners: readonly Resource[],
  stretch: Stretch | null,
  around: Around | null,
): readonly Resource[] {
  const steps = owners.filter(({ kind }) => kind === 'github.step');
  const scoped = owners.map((resource) => ({ resource, scope: resource.kind.slice('github.'.length) }));
  const expressions = stretch === null ? [] : expressionsIn(part.content, stretch, scoped, memo);
  const commands = steps.flatMap((step) => commandsIn(step, part.content, memo));
  return [
    ...commands.map(({ resource }) => resource),
    ...owners.flatMap((owner) => containersOf(owner, memo)),
    ...traced({ expressions, commands, owners, around }, memo),
  ];
}

/** The whole of a part. */
export function rootStretch({ root }: PartContent, except: ReadonlySet<Node>): Stretch | null {
  return root === null ? null : { node: root, path: [], except };
}

/** The steps of a job or an action. */
export function liftSteps(
  { part, memo }: Source,
  owner: Resource,
  steps: Value | undefined,
  path: Path,
): readonly Resource[] {
  if (!isList(steps)) return [];
  const seen = new Map<string, number>();
  const shell = shellOf(owner);
  return steps.flatMap((step, index): Resource[] => {
    if (!isMap(step)) return [];
    const label = labelOf(step);
    const count = (seen.get(label) ?? 0) + 1;
    seen.set(label, count);
    const at = [...path, index];
    const place = { content: part.content, path: at, memo };
    const written = { script: writtenScript(step, place), condition: conditionOf(step, place) };
    const key = `${shell} ${written.condition} ${written.script}`;
    const self = latest(memo, step, 'step', key, () => derivedStep(step, shell, written));
    return [
      {
        kind: 'github.step',
        name: `${owner.name}, step ${shownName(step) ?? index + 1}`,
        identity: `${owner.identity}/step/${label}${count > 1 ? `#${count}` : ''}`,
        path: at,
        self,
        relatives: { ...owner.relatives, step: self },
        derived: { script: ['run'], shell: ['run'], condition: ['if'] },
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
