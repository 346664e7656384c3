/** What is said to have decided a result: the part of the source, and the path in the data. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Unknown } from '../model.ts';
import { compile } from './index.ts';
import { dyn } from './type.ts';
import type { CelValue } from './value.ts';

const self: CelValue = {
  containers: [
    { name: 'a', image: 'x:1', securityContext: { privileged: true }, ports: [80, 8080] },
    { name: 'b', image: 'y:latest', env: [{ name: 'A', value: '1' }] },
  ],
  initContainers: [{ name: 'i', image: 'z:latest' }],
  volumes: [
    { name: 'v', emptyDir: {} },
    { name: 'w', hostPath: { path: '/' } },
  ],
  labels: { app: 'x', team: '' },
  groups: [[1], [2, 3]],
  tag: new Unknown('tag'),
};

/** Source; then the part that decided; then the path, or null. */
const cases: readonly (readonly [string, string, string | null])[] = [
  ['self.labels.app == "y"', 'self.labels.app == "y"', 'self.labels.app'],
  ['"y" == self.labels.app', '"y" == self.labels.app', 'self.labels.app'],
  ['self.hostNetwork == false', 'self.hostNetwork', 'self.hostNetwork'],
  ['!has(self.volumes)', 'has(self.volumes)', 'self.volumes'],
  ['has(self.labels.zone)', 'has(self.labels.zone)', 'self.labels.zone'],
  ['self.containers.all(c, !c.image.endsWith(":latest"))', 'c.image.endsWith(":latest")', 'self.containers.1.image'],
  [
    'self.containers.all(c, !c.?securityContext.privileged.orValue(false))',
    'c.?securityContext.privileged.orValue(false)',
    'self.containers.0.securityContext.privileged',
  ],
  [
    'self.containers.all(c, c.?securityContext.runAsNonRoot.orValue(false))',
    'c.?securityContext.runAsNonRoot.orValue(false)',
    'self.containers.0.securityContext.runAsNonRoot',
  ],
  ['self.containers.all(c, c.ports.all(p, p < 1024))', 'p < 1024', 'self.containers.0.ports.1'],
  ['self.containers.all(i, c, i == 0 || c.name == "a")', 'c.name == "a"', 'self.containers.1.name'],
  ['!self.volumes.exists(v, has(v.hostPath))', 'has(v.hostPath)', 'self.volumes.1.hostPath'],
  ['self.volumes.exists(v, has(v.nfs))', 'self.volumes.exists(v, has(v.nfs))', 'self.volumes'],
  [
    'self.volumes.filter(v, has(v.hostPath)).size() == 0',
    'self.volumes.filter(v, has(v.hostPath)).size() == 0',
    'self.volumes.1',
  ],
  ['self.volumes.filter(v, has(v.hostPath)).all(v, v.name == "v")', 'v.name == "v"', 'self.volumes.1.name'],
  [
    'self.volumes.filter(v, has(v.hostPath))[0].name == "v"',
    'self.volumes.filter(v, has(v.hostPath))[0].name == "v"',
    'self.volumes.1.name',
  ],
  ['self.containers.map(c, c.image).all(i, i == "x:1")', 'i == "x:1"', 'self.containers.1.image'],
  [
    '(self.containers + self.?initContainers.orValue([])).all(c, c.name != "i")',
    'c.name != "i"',
    'self.initContainers.0.name',
  ],
  [
    'cel.bind(all, self.containers + self.initContainers, all.all(c, c.name != "i"))',
    'c.name != "i"',
    'self.initContainers.0.name',
  ],
  [
    '[self.containers, self.initContainers].flatten().all(c, c.name != "i")',
    'c.name != "i"',
    'self.initContainers.0.name',
  ],
  ['self.groups.flatten().all(g, g != 3)', 'g != 3', 'self.groups.1.1'],
  ['self.labels.all(k, self.labels[k] != "")', 'self.labels[k] != ""', 'self.labels.team'],
  ['self.labels.all(k, v, v != "")', 'v != ""', 'self.labels.team'],
  ['self.labels.app == "x" ? self.labels.team != "" : true', 'self.labels.team != ""', 'self.labels.team'],
  ['self.labels.app == "x" ? false : true', 'self.labels.app == "x"', 'self.labels.app'],
  ['self.labels.app == "z" || self.labels.team == "t"', 'self.labels.team == "t"', 'self.labels.team'],
  ['self.labels.app == "x" && self.labels.team == "t"', 'self.labels.team == "t"', 'self.labels.team'],
  ['self.containers.all(c, c.zz == 1)', 'c.zz', 'self.containers.0.zz'],
  ['self.tag.startsWith("v") && true', 'self.tag', 'self.tag'],
  [
    'math.greatest(self.containers[0].ports) < 100',
    'math.greatest(self.containers[0].ports) < 100',
    'self.containers.0.ports',
  ],
  ['1 == 2', '1 == 2', null],
];

for (const [source, part, path] of cases) {
  test(`what decides ${source}`, () => {
    const { program, problems } = compile(source, { variables: { self: dyn } });
    assert.ok(program !== null, problems[0]?.message);
    const blame = program.explain({ self });
    assert.deepEqual([source.slice(blame.span.start, blame.span.end), blame.path?.join('.') ?? null], [part, path]);
  });
}
