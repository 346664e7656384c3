/** The containers that jobs and steps of GitHub Actions run: a job's own, its services, and `uses: docker://…`. */
import type { Path, Resource, Value, ValueMap } from '../model.ts';
import { isMap, type Memo, withFields } from './adapter.ts';
import { containerShape, shaped } from './shape.ts';

/** The containers of a job or step, in the order of the text. */
export function containersOf(owner: Resource, memo: Memo): readonly Resource[] {
  const self = owner.self as ValueMap;
  if (owner.kind === 'github.step') return stepContainer(owner, self, memo);
  if (owner.kind !== 'github.job') return [];
  const services = isMap(self.services) ? Object.entries(self.services) : [];
  return [
    ...container(owner, self, { value: self.container, path: ['container'], memo }),
    ...services.flatMap(([name, value]) => container(owner, self, { value, path: ['services', name], memo })),
  ];
}

interface Place {
  readonly value: Value | undefined;
  readonly path: Path;
  readonly memo: Memo;
}

/** `container` may be just the name of its image. */
function container(owner: Resource, holder: ValueMap, { value, path, memo }: Place): readonly Resource[] {
  const label = path.join(' ');
  if (isMap(value)) return [resource(owner, path, { self: shaped(value, containerShape, memo) ?? value })];
  if (typeof value !== 'string' || value === '') return [];
  const self = memo(holder, label, () => withFields({ image: value }, {}));
  return [resource(owner, path, { self, derived: { image: [] } })];
}

function stepContainer(owner: Resource, step: ValueMap, memo: Memo): readonly Resource[] {
  const { uses } = step;
  if (typeof uses !== 'string' || !uses.startsWith('docker://')) return [];
  const self = memo(step, 'image', () => withFields({ image: uses.slice('docker://'.length) }, {}));
  return [resource(owner, ['uses'], { self, derived: { image: [] } })];
}

function resource(owner: Resource, path: Path, own: Pick<Resource, 'self' | 'derived'>): Resource {
  const label = path.join('/');
  return {
    kind: 'github.container',
    name: path[0] === 'services' ? `${owner.name}, service ${path[1]}` : owner.name,
    identity: `${owner.identity}/${label}`,
    path: [...owner.path, ...path],
    relatives: owner.relatives,
    ...own,
  };
}
