/** What reaches an expression by way of a variable: `${{ env.TITLE }}` is whatever the step, job or workflow set `TITLE` to. */
import type { Path, Resource, ValueMap } from '../model.ts';
import { isMap, type Memo, withFields } from './adapter.ts';

/** The expressions, in their order; those that read a variable with what the expressions in its value let through. */
export function throughVariables(
  found: readonly Resource[],
  owners: readonly Resource[],
  memo: Memo,
): readonly Resource[] {
  const readers = found.filter((resource) => variablesRead(resource).length > 0);
  if (readers.length === 0) return found;
  const flowsAt = new Map<string, string[]>();
  for (const { path, self } of found) {
    if (path.at(-2) !== 'env') continue;
    const key = keyOf(path);
    flowsAt.set(key, [...(flowsAt.get(key) ?? []), ...flowsOf(self as ValueMap)]);
  }
  const innermostFirst = [...owners].sort((a, b) => b.path.length - a.path.length);
  const resolved = new Map(readers.map((reader) => [reader, resolve(reader, innermostFirst, flowsAt, memo)]));
  return found.map((resource) => resolved.get(resource) ?? resource);
}

function resolve(
  reader: Resource,
  owners: readonly Resource[],
  flowsAt: ReadonlyMap<string, readonly string[]>,
  memo: Memo,
): Resource {
  const reached = variablesRead(reader).flatMap((name) => {
    const setter = owners.find((owner) => isWithin(reader.path, owner.path) && sets(owner, name));
    return setter === undefined ? [] : (flowsAt.get(keyOf([...setter.path, 'env', name])) ?? []);
  });
  if (reached.length === 0) return reader;
  const self = reader.self as ValueMap;
  const flows = [...new Set([...flowsOf(self), ...reached])];
  return { ...reader, self: memo(self, `flows ${flows.join(' ')}`, () => withFields(self, { flows })) };
}

function variablesRead({ self }: Resource): readonly string[] {
  return flowsOf(self as ValueMap).flatMap((flow) => (/^env\.[^.]+$/.test(flow) ? [flow.slice('env.'.length)] : []));
}

function flowsOf({ flows }: ValueMap): readonly string[] {
  return flows as readonly string[];
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
