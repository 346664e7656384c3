/** Policies of Rego by a bundle that OPA compiled: see test/fixtures/rego/, where its source is. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createNative } from '../../../repository/native.ts';
import {
  type Compilations,
  checkPolicies,
  compilePolicies,
  createCompilations,
  defaultConfiguration,
  judge,
  policyDigest,
  readPolicies,
} from '../../index.ts';

const native = createNative();
const fixture = path.resolve(import.meta.dirname, '../../../test/fixtures/rego/conventions.tar.gz');
const bundle = readFileSync(fixture).toString('base64');

const policy = (
  entrypoint: string,
  more = '',
  packed = bundle,
): string => `title: Workloads are as the platform wants them
severity: high
why: Somebody has to look after them.
remedy: Do what the message says.
owners: [platform]
resource: kubernetes.object
rego:
  entrypoint: ${entrypoint}
  bundle: |
    ${packed.replace(/.{76}/g, '$&\n    ')}
message: '{match.msg}'
parameters:
  minimum: { type: int, default: 2, description: The least number of replicas. }
${more}`;

const setOf = (text: string, shared?: Compilations) => {
  const { policies, problems } = readPolicies([{ path: 'team/rego.yaml', id: 'team/rego', text }]);
  const set = compilePolicies(policies, defaultConfiguration, native, shared);
  return { set, problems: [...problems, ...checkPolicies(set)].map(({ message }) => message) };
};

/** What is said of a manifest: the text that is marked, the outcome where it is no failure, and the message. */
const said = (manifest: string, entrypoint: string, more = ''): readonly string[] => {
  const { set, problems } = setOf(policy(entrypoint, more));
  assert.deepEqual(problems, []);
  const context = { gate: 'check', date: '2026-01-01' };
  const { findings } = judge({ path: 'a.yaml', text: manifest }, { policies: set, native, context });
  return findings.map(
    ({ span, outcome, message }) =>
      `${manifest.slice(span.start, span.end)}: ${outcome === 'fail' ? '' : `${outcome}: `}${message}`,
  );
};

const manifest = (more: string): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
${more}`;

test('objects say by `path` where they belong, texts by a path in them', () => {
  const found = said(
    manifest('spec:\n  replicas: 1\n  template:\n    spec:\n      containers: [{ name: a, image: "b:latest" }]\n'),
    'main/deny',
  );
  assert.deepEqual(found, [
    '1: web has 1 replicas where 2 are needed',
    '"b:latest": spec.template.spec.containers[0].image is not a version',
  ]);
});

test('parameters are `data.parameters`, beside the data that came with the bundle', () => {
  const replicas = manifest('spec: { replicas: 2 }\n');
  assert.deepEqual(said(replicas, 'main/deny'), []);
  const text = policy('main/deny').replace('default: 2', 'default: 3');
  const { set } = setOf(text);
  const context = { gate: 'check', date: '2026-01-01' };
  const { findings } = judge({ path: 'a.yaml', text: replicas }, { policies: set, native, context });
  assert.deepEqual(
    findings.map(({ message }) => message),
    ['web has 2 replicas where 3 are needed'],
  );
});

test('a path within `details` counts, and the message may say more of what the rule gave', () => {
  const found = said(manifest('  labels:\n    team: shop\n').replace('{match.msg}', ''), 'main/violation');
  assert.deepEqual(found, ['labels: no owner is named']);
  const text = policy('main/violation').replace('{match.msg}', 'without {match.details.missing[0]}');
  const context = { gate: 'check', date: '2026-01-01' };
  const { findings } = judge(
    { path: 'a.yaml', text: manifest('  labels:\n    team: shop\n') },
    { policies: setOf(text).set, native, context },
  );
  assert.deepEqual(
    findings.map(({ message }) => message),
    ['without owner'],
  );
});

test('without a path the policy’s `mark` is taken, and without one the resource itself', () => {
  const message = 'labels ["owner", "team"] are missing from web';
  assert.deepEqual(said(manifest(''), 'main/warn'), [`Deployment: ${message}`]);
  assert.deepEqual(said(manifest(''), 'main/warn', 'mark: metadata.name'), [`web: ${message}`]);
});

test('a rule that gives one text says one thing, and one that is undefined nothing', () => {
  const text = manifest('  labels: { b: x, a: [1, true] }\nweight: 0.125\n');
  assert.deepEqual(said(text, 'main/complete'), ['Deployment: web {"a": [1, true], "b": "x"} 0.12']);
  assert.deepEqual(said(manifest(''), 'main/complete'), []);
});

test('what is no message is an error, never a pass', () => {
  const wrong =
    'Deployment: error: could not be judged: the rule gave something else than texts and objects with a `msg`: `entrypoint` names a rule such as main/deny, not its package';
  assert.deepEqual(said(manifest('version: 1.3.0\n'), 'main/newer'), [wrong]);
  assert.deepEqual(said(manifest('version: 1.1.0\n'), 'main/newer'), []);
  assert.deepEqual(said(manifest('image: docker.io/x\n'), 'main/known'), [wrong]);
  assert.deepEqual(said(manifest('spec: { replicas: 1 }\n'), 'main/others'), [wrong]);
  assert.deepEqual(said(manifest(''), 'main'), [wrong]);
});

test('a rule that does not come to an end is an error', () => {
  assert.deepEqual(said(manifest('rounds: 1\n'), 'main/endless'), []);
  assert.deepEqual(said(manifest('rounds: 2000\n'), 'main/endless'), [
    'Deployment: error: could not be judged: it took too long',
  ]);
});

test('what a template has not filled yet leaves the verdict open', () => {
  const { set } = setOf(policy('main/warn'));
  const context = { gate: 'check', date: '2026-01-01' };
  const verdict = judge(
    { path: 'a.yaml', text: manifest('spec: { replicas: {{ .Values.replicas }} }\n') },
    { policies: set, native, context },
  );
  assert.deepEqual([verdict.findings, verdict.counts.unknown], [[], 1]);
});

test('what is wrong with a rule is told where it stands', () => {
  const problemsOf = (text: string) => setOf(text).problems;
  assert.deepEqual(problemsOf(policy('main/deni')), [
    'the bundle has no entrypoint of this name; did you mean "main/deny"?; it has main, main/complete, main/deny, main/endless, main/known, main/newer, main/others, main/violation, main/warn',
  ]);
  const cannot = (why: string) => [`this bundle cannot be used: ${why}`];
  assert.deepEqual(problemsOf(policy('main/deny', '', 'policy.wasm')), cannot('it is not base64'));
  assert.deepEqual(problemsOf(policy('main/deny', '', 'AAAA')), cannot('it is not gzip'));
  const empty = gzipSync(Buffer.alloc(1024)).toString('base64');
  assert.deepEqual(
    problemsOf(policy('main/deny', '', empty)),
    cannot('it holds no policy.wasm: build it with `opa build -t wasm`'),
  );
});

test('builtins that are not pure are refused by name', () => {
  const tar = gunzipSync(Buffer.from(bundle, 'base64'));
  const at = tar.indexOf('semver.compare');
  assert.ok(at > 0);
  tar.write('http.send\0\0\0\0\0', at);
  const { problems } = setOf(policy('main/deny', '', gzipSync(tar).toString('base64')));
  assert.match(
    problems.join(),
    /^this bundle cannot be used: it calls http\.send, which Kerb does not have: policies have no network, clock or chance/,
  );
});

test('the bundle is part of what the policy is, and its layout is not', () => {
  const digestOf = (text: string) => policyDigest(setOf(text).set, 'team/rego', native);
  const other = gzipSync(gunzipSync(Buffer.from(bundle, 'base64')), { level: 1 }).toString('base64');
  assert.notEqual(digestOf(policy('main/deny')), digestOf(policy('main/deny', '', other)));
  assert.equal(digestOf(policy('main/deny')), digestOf(policy('main/deny').replace('bundle: |', 'bundle: |-')));
});

interface Platform {
  readonly WebAssembly: { readonly Module: new (bytes: Uint8Array) => object };
}

test('while a policy is written its bundle is made ready once, and only the last few are held', (context) => {
  const { WebAssembly: platform } = globalThis as unknown as Platform;
  const { Module } = platform;
  let made = 0;
  context.after(() => Object.assign(platform, { Module }));
  const counting = class extends Module {
    constructor(bytes: Uint8Array) {
      super(bytes);
      made++;
    }
  };
  Object.assign(platform, { Module: counting });
  const shared = createCompilations();
  const madeBy = (text: string): number => {
    const before = made;
    assert.deepEqual(setOf(text, shared).problems, []);
    return made - before;
  };
  assert.equal(madeBy(policy('main/deny')), 1);
  assert.equal(madeBy(policy('main/deny').replace('severity: high', 'severity: low')), 0);
  assert.equal(madeBy(policy('main/warn')), 0);
  for (let other = 1; other <= 8; other++) {
    const packed = Buffer.from(bundle, 'base64');
    // When it was packed, says the header of a gzip file there.
    packed[4] = (packed[4] ?? 0) ^ other;
    assert.equal(madeBy(policy('main/deny', '', packed.toString('base64'))), 1);
  }
  assert.equal(madeBy(policy('main/deny')), 1);
});
