// What a policy would find in the workspace, asked over LSP while it is typed.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { PreviewAnswer, PreviewOutcome, PreviewProgress } from '../../server/protocol.ts';
import { startClient, type TestClient, uriOf } from './client.ts';
import { folderWith, pod } from './texts.ts';

const policy = (require: string) => `title: Not so
severity: low
why: Because.
remedy: Otherwise.
owners: [tests]
resource: kubernetes.pod
require: ${require}
mark: hostNetwork
message: found
`;
const saved = 'self.?hostNetwork.orValue(false) != true';

describe('what a policy would do', () => {
  const place = folderWith({
    'kerb.yaml': 'policyFolders: [rules]\nignore: [left/**]\n',
    'rules/team/net.yaml': policy(saved),
    'a.yaml': pod,
    'b.yaml': pod.replace('hostNetwork: true', 'hostNetwork: false'),
    'left/out.yaml': pod,
    'broken.yaml': 'a: [',
  });
  const uri = uriOf(`${place.folder}/rules/team/net.yaml`);
  let client: TestClient;
  let version = 0;
  before(async () => {
    client = await startClient({ folders: [place.folder] });
    client.open(uri, 'yaml', policy(saved), ++version);
    await client.diagnostics(uri, version);
  });
  after(async () => {
    await client.stop();
    place.remove();
  });

  const ask = async (of = uri): Promise<PreviewAnswer | null> => client.request('kerb/preview', { uri: of });
  const preview = async (text: string): Promise<PreviewOutcome | undefined> => {
    client.change(uri, ++version, [{ text }]);
    return (await ask())?.outcome;
  };
  const judged = (outcome: PreviewOutcome | undefined): Extract<PreviewOutcome, { kind: 'judged' }> => {
    assert.equal(outcome?.kind, 'judged', JSON.stringify(outcome));
    return outcome as Extract<PreviewOutcome, { kind: 'judged' }>;
  };

  test('the saved policy finds what it finds, and nothing is new', async () => {
    const { counts, findings } = judged(await preview(policy(saved)));
    assert.deepEqual(counts, { added: 0, kept: 1, vanished: 0 });
    assert.deepEqual(findings, [
      {
        state: 'kept',
        message: 'found',
        resource: 'Pod/web',
        file: 'a.yaml',
        uri: uriOf(`${place.folder}/a.yaml`),
        start: { line: 6, character: 15 },
        end: { line: 6, character: 19 },
      },
    ]);
  });

  test('a draft is compared with it, unsaved', async () => {
    const { counts, findings } = judged(await preview(policy('self.?hostNetwork.orValue(true) != false')));
    assert.deepEqual(counts, { added: 1, kept: 0, vanished: 1 });
    assert.deepEqual(
      findings.map(({ state, file }) => [state, file]),
      [
        ['vanished', 'a.yaml'],
        ['added', 'b.yaml'],
      ],
    );
  });

  test('files are taken as they are edited, and as they change on disk', async () => {
    const other = uriOf(`${place.folder}/b.yaml`);
    client.open(other, 'yaml', pod);
    assert.equal(judged(await preview(policy(saved))).counts.kept, 2);
    client.close(other);
    assert.equal(judged(await preview(policy(saved))).counts.kept, 1);
    writeFileSync(path.join(place.folder, 'b.yaml'), `${pod}# longer\n`);
    assert.equal(judged(await preview(policy(saved))).counts.kept, 2);
    writeFileSync(path.join(place.folder, 'b.yaml'), pod.replace('hostNetwork: true', 'hostNetwork: false'));
  });

  test('garbage is said to be garbage, and what comes after it is judged', async () => {
    for (const text of ['', 'title: [', policy('self.hostNetwrok'), policy('"'), '\u0000{{{', 'a'.repeat(100_000)]) {
      const outcome = await preview(text);
      assert.equal(outcome?.kind, 'problem', text.slice(0, 40));
    }
    assert.equal(judged(await preview(policy(saved))).counts.kept, 1);
  });

  test('a policy that costs as much as it may keeps nobody from typing', async () => {
    const list = `[${Array.from({ length: 60 }, (_, index) => index).join(',')}]`;
    const costly = policy(JSON.stringify(`${list}.all(a, ${list}.all(b, ${list}.all(c, a + b + c >= 0)))`));
    client.change(uri, ++version, [{ text: costly }]);
    const asked = ask();
    const other = uriOf(`${place.folder}/a.yaml`);
    client.open(other, 'yaml', pod);
    assert.ok((await client.diagnostics(other, 1)).length > 0);
    client.close(other);
    assert.equal((await asked)?.outcome.kind, 'judged');
  });

  test('the newest of many is answered, and those before say that they were overtaken', async () => {
    assert.equal(judged(await preview(policy(saved))).counts.kept, 1);
    const answers = Array.from({ length: 20 }, () => ask());
    const kinds = (await Promise.all(answers)).map((answer) => answer?.outcome.kind);
    assert.equal(kinds.at(-1), 'judged');
    assert.ok(kinds.every((kind) => kind === 'judged' || kind === 'overtaken'));
  });

  test('what is no policy has no preview', async () => {
    assert.equal(await ask(uriOf(`${place.folder}/a.yaml`)), null);
  });
});

test('a preview that takes its time tells what it found so far, and ends when nobody waits any more', async () => {
  const many = Array.from({ length: 400 }, (_, index): [string, string] => [`many-${index}.yaml`, pod]);
  const place = folderWith({ ...Object.fromEntries(many), 'kerb.yaml': 'policyFolders: [rules]\n' });
  const client = await startClient({ folders: [place.folder] });
  const uri = uriOf(`${place.folder}/rules/team/net.yaml`);
  const list = `[${Array.from({ length: 40 }, (_, index) => index).join(',')}]`;
  const costly = `${list}.all(a, ${list}.all(b, ${list}.all(c, a + b + c >= 0))) && ${saved}`;
  const told = (): readonly PreviewProgress[] =>
    client.received
      .filter(({ method }) => method === '$/progress')
      .map(({ params }) => params as { token: string; value: PreviewProgress })
      .flatMap(({ token, value }) => (token === 'so far' ? [value] : []));
  try {
    client.open(uri, 'yaml', policy(JSON.stringify(costly)));
    const { id, answer } = client.begin<PreviewAnswer>('kerb/preview', { uri, partialResultToken: 'so far' });
    await client.until('progress', () => told().length > 0);
    client.notify('$/cancelRequest', { id });
    assert.equal((await answer).outcome.kind, 'overtaken');
    const [first] = told();
    assert.equal(first?.id, 'team/net');
    assert.ok(first.looked > 0 && first.looked < first.files, JSON.stringify(first));
  } finally {
    await client.stop();
    place.remove();
  }
});
