// Hot reload by the server's own watcher, several roots, and problems of Kerb's own files.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Diagnostic } from 'vscode-languageserver';
import { fullCapabilities, startClient, type TestClient, uriOf } from './client.ts';
import { folderWith, pod } from './texts.ts';

const policy = `title: Images come from our registry
severity: high
why: Only what is in the registry was looked at.
remedy: Push the image there.
owners: [team]
resource: kubernetes.container
require: self.image.startsWith('registry.internal/')
mark: image
message: the image is not from our registry
`;

describe('what governs is read again when it changes', () => {
  const place = folderWith({
    'alpha/kerb.yaml': 'policyFolders: [rules]\n',
    'alpha/rules/team/image-registry.yaml': policy,
    'beta/kerb.yaml': 'policies:\n  kubernetes/privileged: { enforcement: off }\n',
  });
  const at = (name: string): string => path.join(place.folder, name);
  let client: TestClient;
  before(async () => {
    client = await startClient({ folders: [at('alpha'), at('beta')] });
  });
  after(async () => {
    await client.stop();
    place.remove();
  });

  /** Waits for a publish of a file, from now on, that is as it should be. */
  const shows = async (
    uri: string,
    what: string,
    condition: (diagnostics: readonly Diagnostic[]) => boolean,
  ): Promise<void> => {
    await client.until(what, () =>
      condition(client.published.findLast((params) => params.uri === uri)?.diagnostics ?? []),
    );
  };
  const has = (code: string) => (diagnostics: readonly Diagnostic[]) => diagnostics.some((each) => each.code === code);
  const lacks = (code: string) => (diagnostics: readonly Diagnostic[]) =>
    diagnostics.length > 0 && !has(code)(diagnostics);

  test('each root has its own', async () => {
    const [alpha, beta] = [uriOf(at('alpha/pod.yaml')), uriOf(at('beta/pod.yaml'))];
    client.open(alpha, 'yaml', pod);
    client.open(beta, 'yaml', pod);
    const codes = async (uri: string) => (await client.diagnostics(uri, 1)).map(({ code }) => code);
    assert.ok((await codes(alpha)).includes('kubernetes/privileged'));
    assert.ok((await codes(alpha)).includes('team/image-registry'));
    assert.ok(!(await codes(beta)).includes('kubernetes/privileged'));
    assert.ok(!(await codes(beta)).includes('team/image-registry'));
  });

  test('a changed policy, also one that is replaced by renaming', async () => {
    const uri = uriOf(at('alpha/pod.yaml'));
    const message = (words: string) => (list: readonly Diagnostic[]) =>
      list.some((each) => String(each.message).includes(words));
    writeFileSync(
      at('alpha/rules/team/image-registry.yaml'),
      policy.replace('message: the image', 'message: this image'),
    );
    await shows(uri, 'the changed message', message('this image'));
    rmSync(at('alpha/rules/team/image-registry.yaml'));
    await shows(uri, 'the policy to go', lacks('team/image-registry'));
    writeFileSync(at('alpha/rules/team/image-registry.yaml'), policy);
    await shows(uri, 'the policy to come back', has('team/image-registry'));
  });

  test('kerb.yaml, changed and gone', async () => {
    const uri = uriOf(at('beta/pod.yaml'));
    writeFileSync(at('beta/kerb.yaml'), 'policies:\n  kubernetes/host-network: { enforcement: off }\n');
    await shows(
      uri,
      'host-network to go',
      (list) => lacks('kubernetes/host-network')(list) && has('kubernetes/privileged')(list),
    );
    rmSync(at('beta/kerb.yaml'));
    await shows(uri, 'host-network to come back', has('kubernetes/host-network'));
  });

  test('a policy folder that comes later', async () => {
    const uri = uriOf(at('beta/pod.yaml'));
    writeFileSync(at('beta/kerb.yaml'), 'policyFolders: [later]\n');
    await shows(uriOf(at('beta/kerb.yaml')), 'a missing folder to be reported', has('kerb/configuration'));
    mkdirSync(at('beta/later/team'), { recursive: true });
    writeFileSync(at('beta/later/team/image-registry.yaml'), policy);
    await shows(uri, 'the new policy', has('team/image-registry'));
    await shows(uriOf(at('beta/kerb.yaml')), 'the report to go', (list) => list.length === 0);
  });

  test('a wrong policy is underlined in its own file: on disk, and while it is typed', async () => {
    const file = at('alpha/rules/team/wrong.yaml');
    writeFileSync(file, policy.replace('self.image.startsWith', 'self.imagge.startsWith'));
    const uri = uriOf(file);
    await shows(uri, 'the unknown field', has('kerb/policy'));
    const shown = client.published.findLast((params) => params.uri === uri)?.diagnostics[0];
    assert.equal(shown?.range.start.line, 6);
    client.open(uri, 'yaml', policy, 5);
    assert.deepEqual(
      (await client.diagnostics(uri, 5)).filter(({ code }) => code === 'kerb/policy'),
      [],
    );
    client.change(uri, 6, [{ text: policy.replace("'registry.internal/')", '') }]);
    const typed = (await client.diagnostics(uri, 6)).find(({ code }) => code === 'kerb/policy');
    assert.equal(typed?.range.start.line, 6);
    assert.ok((typed?.range.start.character ?? 0) >= 9, 'the range is in the expression');
    client.close(uri);
    rmSync(file);
    await shows(uri, 'nothing for a file that is gone', (list) => list.length === 0);
  });

  test('workspace folders that come and go', async () => {
    const other = folderWith({ 'kerb.yaml': 'policies:\n  kubernetes/*: { enforcement: off }\n' });
    const uri = uriOf(path.join(other.folder, 'deploy/pod.yaml'));
    client.notify('workspace/didChangeWorkspaceFolders', {
      event: { added: [{ uri: uriOf(other.folder), name: 'other' }], removed: [] },
    });
    client.open(uri, 'yaml', pod);
    const codes = (await client.diagnostics(uri, 1)).map(({ code }) => String(code));
    assert.ok(!codes.some((code) => code.startsWith('kubernetes/')), codes.join());
    client.notify('workspace/didChangeWorkspaceFolders', {
      event: { added: [], removed: [{ uri: uriOf(other.folder), name: 'other' }] },
    });
    client.change(uri, 2, [{ text: pod }]);
    await client.diagnostics(uri, 2);
    client.close(uri);
    other.remove();
  });
});

test('a client that watches files is asked to, and believed', async () => {
  const { folder, remove } = folderWith({ 'kerb.yaml': 'policies:\n  kubernetes/privileged: { enforcement: off }\n' });
  const workspace = {
    ...fullCapabilities.workspace,
    didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
  };
  const client = await startClient({ folders: [folder], capabilities: { ...fullCapabilities, workspace } });
  const uri = uriOf(path.join(folder, 'pod.yaml'));
  client.open(uri, 'yaml', pod);
  await client.diagnostics(uri, 1);
  await client.until('a registration', () =>
    client.received.some(({ method }) => method === 'client/registerCapability'),
  );
  writeFileSync(path.join(folder, 'kerb.yaml'), '');
  client.notify('workspace/didChangeWatchedFiles', {
    changes: [{ uri: uriOf(path.join(folder, 'kerb.yaml')), type: 2 }],
  });
  await client.until(
    'privileged',
    () =>
      client.published
        .findLast((params) => params.uri === uri)
        ?.diagnostics.some(({ code }) => code === 'kubernetes/privileged') === true,
  );
  await client.stop();
  remove();
});
