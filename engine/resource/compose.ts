/**
 * Compose files: their services. A file is recognised by its name, or by the language that the editor has for it.
 * https://docs.docker.com/reference/compose-file/services/
 */
import { bool, dyn, list, openObject, string } from '../cel/type.ts';
import type { Document, Resource, ValueMap } from '../model.ts';
import { type Adapter, isMap, type Source, withFields } from './adapter.ts';
import { serviceShape, shaped } from './shape.ts';

const service = openObject('Service', {
  build: dyn,
  cap_add: list(string),
  cap_drop: list(string),
  devices: list(dyn),
  entrypoint: dyn,
  environment: dyn,
  image: string,
  ipc: string,
  name: string,
  network_mode: string,
  pid: string,
  ports: list(dyn),
  privileged: bool,
  profiles: list(string),
  read_only: bool,
  security_opt: list(string),
  user: string,
  userns_mode: string,
  volumes: list(dyn),
});

/** `compose.service`. */
export const composeAdapter: Adapter = {
  kinds: [
    {
      kind: 'compose.service',
      description:
        'A service of a Compose file; `name` is its key. What `extends` or `include` bring from elsewhere is not there.',
      self: service,
      relatives: { object: dyn },
    },
  ],
  lift,
};

function lift({ document, part, memo }: Source): readonly Resource[] {
  const root = part.content.value;
  if (document.kind !== 'yaml' || !isMap(root) || !isMap(root.services) || !isCompose(document)) return [];
  return Object.entries(root.services).flatMap(([name, value]): Resource[] => {
    if (!isMap(value)) return [];
    const fitting = shaped(value, serviceShape, memo) as ValueMap;
    return [
      {
        kind: 'compose.service',
        name: `service ${name}`,
        identity: `service/${name}`,
        path: ['services', name],
        self: memo(value, `service ${name}`, () => withFields(fitting, { name })),
        relatives: { object: root },
        derived: { name: [] },
      },
    ];
  });
}

const composePath = /(?:^|\/)(?:docker-)?compose(?:[.-][^/]+)?\.ya?ml$/;

function isCompose({ file: { path, language } }: Document): boolean {
  return composePath.test(path) || language === 'dockercompose';
}
