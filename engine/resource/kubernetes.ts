/**
 * Kubernetes objects, and the pods and containers in them, wherever a pod spec stands: in a workload, in a list, in a
 * list in a list. An object is recognised by `apiVersion` and `kind` alone, in YAML and in JSON.
 */
import { type PartContent, type Path, type Resource, Unknown, type Value, type ValueMap } from '../model.ts';
import { type Adapter, isList, isMap, type Memo, type Source, withFields } from './adapter.ts';
import { kubernetesKinds } from './kubernetesKinds.ts';
import { withoutNulls } from './kubernetesNull.ts';
import { podTemplatePath } from './kubernetesWorkload.ts';

/** `kubernetes.object`, `.template`, `.pod` and `.container`. */
export const kubernetesAdapter: Adapter = { kinds: kubernetesKinds, lift, read };

/** Lists may hold lists; deeper than this nothing real goes. */
const maxListDepth = 8;

function read({ document, part, memo }: Source): PartContent | null {
  if (document.kind !== 'yaml' && document.kind !== 'json') return null;
  return recognise(part.content.value, [], null, memo) === null ? null : withoutNulls(part.content, memo);
}

function lift({ part, memo }: Source): readonly Resource[] {
  return objectsIn(part.content.value, [], null, maxListDepth, memo).flatMap((found) => resourcesOf(found, memo));
}

interface KubernetesObject {
  readonly value: ValueMap;
  readonly path: Path;
  /** The items of a typed list (`DeploymentList`) may leave out what the list's kind already says. */
  readonly kind: string | null;
  readonly group: string;
}

function objectsIn(
  value: Value,
  path: Path,
  parent: KubernetesObject | null,
  depth: number,
  memo: Memo,
): readonly KubernetesObject[] {
  const found = recognise(value, path, parent, memo);
  if (found === null || depth === 0) return [];
  if (!isListObject(found)) return [found];
  const items = found.value.items;
  if (!isList(items)) return [];
  return items.flatMap((item, index) => objectsIn(item, [...path, 'items', index], found, depth - 1, memo));
}

function recognise(value: Value, path: Path, parent: KubernetesObject | null, memo: Memo): KubernetesObject | null {
  if (!isMap(value)) return null;
  const kind = value.kind ?? itemKind(parent);
  const version = value.apiVersion ?? (parent === null ? null : parent.value.apiVersion);
  if (!isName(kind) || !isName(version)) return null;
  const group = typeof version === 'string' ? groupOf(version) : '?';
  if (typeof kind === 'string' && !isClusterObject(group, kind)) return null;
  const isWhole = value.kind !== undefined && value.apiVersion !== undefined;
  const whole = isWhole
    ? value
    : memo(value, `${version} ${kind}`, () => withFields(value, { kind, apiVersion: version }));
  return { value: whole, path, group, kind: typeof kind === 'string' ? kind : null };
}

function isName(value: Value | undefined): value is string | Unknown {
  return (typeof value === 'string' && value !== '') || value instanceof Unknown;
}

function itemKind(parent: KubernetesObject | null): string | null {
  if (parent === null || parent.kind === null || parent.kind === 'List') return null;
  return parent.kind.slice(0, -'List'.length);
}

function isListObject(object: KubernetesObject): boolean {
  if (object.kind === null || !object.kind.endsWith('List')) return false;
  return object.kind === 'List' || object.value.spec === undefined;
}

function groupOf(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash < 0 ? '' : apiVersion.slice(0, slash);
}

/** Tools borrowed the form of Kubernetes' objects for files that never reach a cluster. */
const toolGroups = new Set([
  'kustomize.config.k8s.io',
  'skaffold',
  'kind.x-k8s.io',
  'ctlptl.dev',
  'k3d.io',
  'kuttl.dev',
]);

function isClusterObject(group: string, kind: string): boolean {
  return !toolGroups.has(group) && !(group === '' && kind === 'Config');
}

function resourcesOf(object: KubernetesObject, memo: Memo): readonly Resource[] {
  const metadata = metadataOf(object.value);
  const name = `${object.kind ?? '?'}/${nameOf(metadata, '?')}`;
  const identity = [
    object.group,
    object.kind ?? '?',
    nameOf(metadata, '', 'namespace'),
    nameOf(metadata, `#${object.path.join('.')}`),
  ].join('/');
  const self: Resource = {
    kind: 'kubernetes.object',
    name,
    identity,
    path: object.path,
    self: object.value,
    relatives: { object: object.value },
  };
  return [self, ...podsOf(object, self, memo)];
}

function metadataOf(value: ValueMap): ValueMap {
  const metadata = value.metadata;
  return isMap(metadata) ? metadata : noFields;
}

const noFields: ValueMap = Object.freeze(Object.create(null));

function nameOf(metadata: ValueMap, missing: string, field: 'name' | 'namespace' = 'name'): string {
  const name = metadata[field] ?? (field === 'name' ? metadata.generateName : undefined);
  return typeof name === 'string' ? name : missing;
}

function podsOf(object: KubernetesObject, owner: Resource, memo: Memo): readonly Resource[] {
  const template = podTemplatePath(object.group, object.kind, object.value);
  if (template === null) return [];
  const holder = at(object.value, template);
  const spec = isMap(holder) ? holder.spec : undefined;
  if (!isMap(holder) || !isMap(spec)) return [];
  const relatives = { metadata: holder.metadata ?? noFields, workload: object.value, object: object.value };
  const pod: Resource = {
    kind: 'kubernetes.pod',
    name: owner.name,
    identity: `${owner.identity}/pod`,
    path: [...object.path, ...template, 'spec'],
    self: spec,
    relatives: { ...relatives, pod: spec },
  };
  const holds: Resource = {
    kind: 'kubernetes.template',
    name: owner.name,
    identity: `${owner.identity}/template`,
    path: [...object.path, ...template],
    self: holder,
    relatives: { workload: object.value, object: object.value },
  };
  return [holds, pod, ...containerLists.flatMap(({ field, type }) => containersOf(pod, spec, field, type, memo))];
}

function at(value: Value, path: Path): Value | undefined {
  return path.reduce<Value | undefined>((found, key) => (isMap(found) ? found[key] : undefined), value);
}

const containerLists = [
  { field: 'initContainers', type: 'init' },
  { field: 'containers', type: 'container' },
  { field: 'ephemeralContainers', type: 'ephemeral' },
] as const;

function containersOf(pod: Resource, spec: ValueMap, field: string, type: string, memo: Memo): readonly Resource[] {
  const containers = spec[field];
  if (!isList(containers)) return [];
  return containers.flatMap((container, index): Resource[] => {
    if (!isMap(container)) return [];
    const name = nameOf(container, `#${index}`);
    return [
      {
        kind: 'kubernetes.container',
        name: pod.name,
        identity: `${pod.identity}/${field}/${name}`,
        path: [...pod.path, field, index],
        self: memo(container, type, () => withFields(container, { type })),
        relatives: { ...pod.relatives, pod: spec },
        derived: { type: [] },
      },
    ];
  });
}
