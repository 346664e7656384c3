/** What a policy's CEL sees. */
import type { Document, Resource, Value } from '../model.ts';
import type { Scope } from '../rule/require.ts';

/** What CEL sees as `file`. */
export function fileOf({ file: { path } }: Document): Value {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const dot = name.lastIndexOf('.');
  const extension = dot <= 0 ? '' : name.slice(dot + 1);
  return Object.assign(Object.create(null), { path, name, extension, isTest: testPath.test(path) });
}

/** Folders and names of tests, by the conventions of their tools. What stands there never runs for a user. */
const testPath =
  /(?:^|\/)(?:tests?|specs?|__tests__|__mocks__|fixtures|testdata|mocks?|e2e)\/|[._-](?:tests?|spec|mock|fixture|stories)\.[a-z]+$|(?:^|\/)(?:test_[^/]*|conftest\.py)$/;

/** What CEL sees. It has no prototype, and it is written to as policies come and go. */
export function scopeOf(resource: Resource, file: Value, context: Readonly<Record<string, Value>>): Scope {
  const scope: Scope = Object.create(null);
  scope.object = resource.self;
  for (const name of Object.keys(resource.relatives)) scope[name] = resource.relatives[name] ?? null;
  scope.self = resource.self;
  scope.file = file;
  scope.context = context;
  return scope;
}
