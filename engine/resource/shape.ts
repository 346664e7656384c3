/**
 * Documents are half-typed most of the time, and may say anything. A shape takes out what cannot be what its place says,
 * so that policies need not ask of every value what it is. What fits keeps its identity.
 */
import { Unknown, type Value, type ValueMap } from '../model.ts';
import { isList, isMap, type Memo } from './adapter.ts';

export type Shape =
  /** A number or boolean that stands where a text must becomes one. */
  | { readonly kind: 'text' }
  | { readonly kind: 'flag' }
  /** `values` is the shape of every value; null for any. */
  | { readonly kind: 'map'; readonly values: Shape | null }
  /** `items` is the shape of every item; null for any. */
  | { readonly kind: 'list'; readonly items: Shape | null }
  /** A map of which some fields have shapes. What was made of one that is named is kept, to be given again. */
  | { readonly kind: 'fields'; readonly fields: Readonly<Record<string, Shape>>; readonly name: string | null };

/** The value as far as it fits; undefined where it does not. Unknown values fit everywhere. */
export function shaped(value: Value, shape: Shape, memo: Memo): Value | undefined {
  if (value instanceof Unknown) return value;
  switch (shape.kind) {
    case 'text':
      return typeof value === 'object' ? undefined : String(value);
    case 'flag':
      return typeof value === 'boolean' ? value : undefined;
    case 'map':
      return isMap(value) ? withShapes(value, () => shape.values, memo) : undefined;
    case 'fields':
      return isMap(value) ? withFieldShapes(value, shape, memo) : undefined;
    case 'list':
      if (!isList(value)) return undefined;
      return shape.items === null ? value : shapedItems(value, shape.items, memo);
  }
}

function withFieldShapes(map: ValueMap, { fields, name }: Extract<Shape, { kind: 'fields' }>, memo: Memo): ValueMap {
  const make = (): ValueMap => withShapes(map, (key) => fieldOf(fields, key), memo);
  return name === null ? make() : memo(map, `shape of a ${name}`, make);
}

function fieldOf(fields: Readonly<Record<string, Shape>>, key: string): Shape | null {
  return Object.hasOwn(fields, key) ? fields[key]! : null;
}

function withShapes(map: ValueMap, shapeOf: (key: string) => Shape | null, memo: Memo): ValueMap {
  let same = true;
  const result: Record<string, Value> = Object.create(null);
  for (const key of Object.keys(map)) {
    const value = map[key]!;
    const shape = shapeOf(key);
    const fit = shape === null ? value : shaped(value, shape, memo);
    if (fit !== value) same = false;
    if (fit !== undefined) result[key] = fit;
  }
  return same ? map : result;
}

/** An item that does not fit becomes an empty one: the others keep their places. */
function shapedItems(items: readonly Value[], shape: Shape, memo: Memo): readonly Value[] {
  const result = items.map((item) => shaped(item, shape, memo) ?? emptyOf(shape));
  return result.every((item, index) => item === items[index]) ? items : result;
}

const emptyMap: ValueMap = Object.freeze(Object.create(null));

function emptyOf(shape: Shape): Value {
  if (shape.kind === 'text') return '';
  if (shape.kind === 'flag') return false;
  return shape.kind === 'list' ? [] : emptyMap;
}

const text: Shape = { kind: 'text' };
const flag: Shape = { kind: 'flag' };
const anyMap: Shape = { kind: 'map', values: null };
const anyList: Shape = { kind: 'list', items: null };

function fields(shapes: Readonly<Record<string, Shape>>, name: string | null = null): Shape {
  return { kind: 'fields', fields: shapes, name };
}

const step = fields({ id: text, name: text, uses: text, run: text, shell: text, with: anyMap, env: anyMap });
const steps: Shape = { kind: 'list', items: step };
/** A container of a job, where it is a map. */
export const containerShape = fields({ image: text, env: anyMap, credentials: anyMap }, 'container');
const defaults = fields({ run: fields({ shell: text }) });
const job = fields(
  { uses: text, steps, env: anyMap, with: anyMap, services: { kind: 'map', values: containerShape }, defaults },
  'job',
);

/** A workflow of GitHub Actions. */
export const workflowShape: Shape = fields(
  { name: text, env: anyMap, jobs: { kind: 'map', values: job }, defaults },
  'workflow',
);

/** An action of GitHub Actions. */
export const actionShape: Shape = fields({ name: text, runs: fields({ using: text, steps, env: anyMap }) }, 'action');

const texts: Shape = { kind: 'list', items: text };

/** A service of a Compose file. */
export const serviceShape: Shape = fields(
  {
    cap_add: texts,
    cap_drop: texts,
    devices: anyList,
    image: text,
    ipc: text,
    network_mode: text,
    pid: text,
    ports: anyList,
    privileged: flag,
    profiles: texts,
    read_only: flag,
    security_opt: texts,
    user: text,
    userns_mode: text,
    volumes: anyList,
  },
  'service',
);

/** A package.json. */
export const packageShape: Shape = fields(
  {
    name: text,
    version: text,
    private: flag,
    scripts: anyMap,
    dependencies: anyMap,
    devDependencies: anyMap,
    optionalDependencies: anyMap,
    peerDependencies: anyMap,
    publishConfig: fields({ registry: text }),
  },
  'package',
);

/** A pnpm-workspace.yaml. */
export const workspaceShape: Shape = fields({
  catalog: anyMap,
  catalogs: anyMap,
  overrides: anyMap,
  packages: texts,
});

/** A package in a lock file. */
export const lockedShape: Shape = fields({
  version: text,
  resolved: text,
  integrity: text,
  name: text,
  hasInstallScript: flag,
  link: flag,
  inBundle: flag,
  bundled: flag,
  dev: flag,
  optional: flag,
});
