/** Dockerfiles: the file, its build stages and its instructions, with what is in force at each (user, shell, variables). */
import { bool, int, list, object, string, type Type } from '../cel/type.ts';
import type { Path, Resource, Value, ValueMap } from '../model.ts';
import { type Adapter, isList, isMap, type Source } from './adapter.ts';
import { readDockerfile } from './dockerRead.ts';

const pair = object('Pair', { name: string, value: string, written: string });
const command: Type = object('Command', { text: string });
const instruction: Type = object('Instruction', {
  arguments: list(string),
  commands: list(command),
  flags: list(object('Flag', { name: string, value: string })),
  form: string,
  instruction: string,
  onbuild: bool,
  pairs: list(pair),
  script: string,
  shell: list(string),
  sources: list(string),
  text: string,
  user: string,
});
const stage: Type = object('Stage', {
  base: string,
  final: bool,
  index: int,
  instructions: list(instruction),
  name: string,
  parent: string,
  platform: string,
  user: string,
  written: string,
});
const dockerfile: Type = object('Dockerfile', { preamble: list(instruction), stages: list(stage) });

/** `docker.file`, `.stage`, `.instruction` and `.command`. */
export const dockerAdapter: Adapter = {
  kinds: [
    {
      kind: 'docker.file',
      description: 'A Dockerfile: `preamble` are the instructions before the first FROM, `stages` the build stages.',
      self: dockerfile,
      relatives: { object: dockerfile },
    },
    {
      kind: 'docker.stage',
      description:
        'A build stage. `base` is the image of its FROM with the defaults of arguments filled in, `written` as it is written; `parent` names the earlier stage that it builds on, if it does; `user` is the last one set in it or in its parents; `final`: the stage that is built by default.',
      self: stage,
      relatives: { object: dockerfile },
    },
    {
      kind: 'docker.instruction',
      description:
        'An instruction; `instruction` is its keyword. `pairs` are the names and values of ENV, ARG and LABEL, `sources` what COPY and ADD take, `script` what RUN, CMD, ENTRYPOINT or HEALTHCHECK run, heredocs included. `user` and `shell` are those in force where this file sets them. `stage` is null before the first FROM.',
      self: instruction,
      relatives: { stage, object: dockerfile },
    },
    {
      kind: 'docker.command',
      description:
        'A command of a RUN: what stands between `;`, `&&` and `||`; a pipeline is one command. `instruction` is the RUN.',
      self: command,
      relatives: { instruction, stage, object: dockerfile },
    },
  ],
  read: ({ document, part, memo }) =>
    document.kind === 'dockerfile' ? memo(part.content, 'dockerfile', () => readDockerfile(part.content)) : null,
  lift,
};

function lift({ part }: Source): readonly Resource[] {
  const root = part.content.value;
  if (!isMap(root)) return [];
  const file: Resource = {
    kind: 'docker.file',
    name: 'Dockerfile',
    identity: 'file',
    path: [],
    self: root,
    relatives: { object: root },
  };
  const preamble = instructionsOf(file, null, root.preamble ?? null, ['preamble']);
  return [file, ...preamble, ...maps(root.stages).flatMap((value, index) => stageResources(file, value, index))];
}

function maps(value: Value | undefined): readonly ValueMap[] {
  return isList(value) ? value.filter(isMap) : [];
}

function stageResources(file: Resource, self: ValueMap, index: number): readonly Resource[] {
  const name = typeof self.name === 'string' ? self.name : String(index);
  const resource: Resource = {
    kind: 'docker.stage',
    name: `stage ${name}`,
    identity: `stage/${name}`,
    path: ['stages', index],
    self,
    relatives: file.relatives,
  };
  return [resource, ...instructionsOf(resource, self, self.instructions ?? null, [...resource.path, 'instructions'])];
}

function instructionsOf(owner: Resource, stage: ValueMap | null, values: Value, path: Path): readonly Resource[] {
  return maps(values).flatMap((self, index) => {
    const resource: Resource = {
      kind: 'docker.instruction',
      name: stage === null ? String(self.instruction) : `${self.instruction} in ${owner.name}`,
      identity: `${owner.identity}/${self.instruction}`,
      path: [...path, index],
      self,
      relatives: { ...owner.relatives, stage },
    };
    return [resource, ...commandsOf(resource, self)];
  });
}

function commandsOf(instruction: Resource, self: ValueMap): readonly Resource[] {
  return maps(self.commands).map((command, index) => ({
    kind: 'docker.command',
    name: instruction.name,
    identity: `${instruction.identity}/command`,
    path: [...instruction.path, 'commands', index],
    self: command,
    relatives: { ...instruction.relatives, instruction: self },
  }));
}
