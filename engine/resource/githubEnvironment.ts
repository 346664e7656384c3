/** What reaches an expression by way of a variable: `${{ env.TITLE }}` is whatever the step, job or workflow set `TITLE` to. */
import type { Path, Resource, ValueMap } from '../model.ts';
import { isMap, type Memo, withFields } from './adapter.ts';

/** An owner that other owners stand in, and what flows into its variables, by their paths. */
export interface Around {
  readonly owner: Resource;
  readonly flows: ReadonlyMap<string, readonly string[]>;
}

/**
 * The expressions, in their order; those that read a variable with what the expressions in its value let through. The
 * variable is set by one of the owners, or around them.
 */
export function throughVariables(
  found: readonly Resource[],
  owners: readonly Resource[],
  around: Around | null,
  memo: Memo,
): readonly Resource[] {
  const readers = found.filter((resource) => variablesRead(resource).length > 0);
  if (readers.length === 0) return found;
  const flows = new Map([...flowsInto(found), ...(around?.flows ?? [])]);
  const innermostFirst = [...owners].sort((a, b) => b.path.length - a.path.length);
  if (around !== null) innermostFirst.push(around.owner);
  const resolved = new Map(readers.map((reader) => [reader, resolve(reader, innermostFirst, flows, memo)]));
  return found.map((resource) => resolved.get(resource) ?? resource);
}

/** What the expressions let through into variables, by the paths of those. */
export function flowsInto(found: readonly Resource[]): Around['flows'] {
  const flows = new Map<string, readonly string[]>();
  for (const { path, self } of found) {
    if (path.at(-2) !== 'env') continue;
    const key = keyOf(path);
    flows.set(key, [...(flows.get(key) ?? []), ...flowsOf(self as ValueMap)]);
  }
  return flows;
}

/** All that those who stand in an owner learn of its variables, as a text. */
export function variablesOf({ owner, flows }: Around): string {
  const { env } = owner.self as ValueMap;
  return JSON.stringify([isMap(env) ? Object.keys(env) : [], ...flows]);
}

function resolve(reader: Resource, owners: readonly Resource[], flows: Around['flows'], memo: Memo): Resource {
  const reached = variablesRead(reader).flatMap((name) => {
    const setter = owners.find((owner) => isWithin(reader.path, owner.path) && sets(owner, name));
    return setter === undefined ? [] : (flows.get(keyOf([...setter.path, 'env', name])) ?? []);
  });
  if (reached.length === 0) return reader;
  const self = reader.self as ValueMap;
  const all = [...new Set([...flowsOf(self), ...reached])];
  return { ...reader, self: memo(self, `flows ${all.join(' ')}`, () => withFields(self, { flows: all })) };
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
