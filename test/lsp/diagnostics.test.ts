// Pushed diagnostics, over stdio against the real process.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import type { Diagnostic } from 'vscode-languageserver';
import { startClient, type TestClient, uriOf } from './client.ts';
import { folderWith, pod, privilegedRange, workflow } from './texts.ts';

const privileged = 'kubernetes/privileged';
const codes = (diagnostics: readonly Diagnostic[]) => diagnostics.map(({ code }) => code);

describe('diagnostics are pushed', () => {
  const place = folderWith();
  let client: TestClient;
  let files = 0;
  const newUri = (name: string) => uriOf(`${place.folder}/${++files}/${name}`);
  before(async () => {
    client = await startClient({ folders: [place.folder] });
  });
  after(async () => {
    await client.stop();
    place.remove();
  });

  test('with everything that the design promises', async () => {
    const uri = newUri('pod.yaml');
    client.open(uri, 'yaml', pod, 7);
    const found = (await client.diagnostics(uri, 7)).find(({ code }) => code === privileged);
    assert.ok(found);
    assert.deepEqual(found.range, privilegedRange);
    assert.equal(found.source, 'kerb');
    assert.equal(found.severity, 1);
    assert.match(found.codeDescription?.href ?? '', /privileged\.md$/);
    assert.match(String(found.data.fingerprint), /^[0-9a-f]{32}$/);
  });

  test('for unsaved edits, with their version', async () => {
    const uri = newUri('pod.yaml');
    client.open(uri, 'yaml', pod.replace('privileged: true', 'privileged: false'));
    assert.ok(!codes(await client.diagnostics(uri, 1)).includes(privileged));
    const range = { start: { line: 11, character: 20 }, end: { line: 11, character: 25 } };
    client.change(uri, 2, [{ range, text: 'true' }]);
    assert.ok(codes(await client.diagnostics(uri, 2)).includes(privileged));
  });

  test('for a burst of edits: the newest version arrives, no version twice or backwards, nothing flickers', async () => {
    const uri = newUri('pod.yaml');
    client.open(uri, 'yaml', pod);
    await client.diagnostics(uri, 1);
    const from = client.published.length;
    for (let version = 2; version <= 200; version++) {
      client.change(uri, version, [
        { range: { start: { line: 3, character: 8 }, end: { line: 3, character: 8 } }, text: 'x' },
      ]);
    }
    await client.diagnostics(uri, 200);
    const published = client.published.slice(from).filter((params) => params.uri === uri);
    const versions = published.map(({ version }) => version ?? -1);
    assert.deepEqual(
      versions,
      [...new Set(versions)].sort((a, b) => a - b),
    );
    assert.ok(versions.length < 199, 'edits that queue up are skipped');
    assert.ok(published.every(({ diagnostics }) => codes(diagnostics).includes(privileged)));
  });

  test('while the text does not parse: what cannot be seen moves with the text', async () => {
    const uri = newUri('pod.yaml');
    client.open(uri, 'yaml', pod);
    const whole = await client.diagnostics(uri, 1);
    const start = { line: 3, character: 11 };
    client.change(uri, 2, [{ range: { start, end: start }, text: '\n  labels: {a: [' }]);
    const broken = await client.diagnostics(uri, 2);
    assert.ok(codes(broken).includes('kerb/syntax'));
    assert.equal(broken.find(({ code }) => code === privileged)?.range.start.line, privilegedRange.start.line + 1);
    client.change(uri, 3, [{ range: { start, end: { line: 4, character: 15 } }, text: '' }]);
    assert.deepEqual(await client.diagnostics(uri, 3), whole);
  });

  test('closing clears, opening again finds the same', async () => {
    const uri = newUri('pod.yaml');
    client.open(uri, 'yaml', pod, 1);
    const first = await client.diagnostics(uri, 1);
    const from = client.published.length;
    client.close(uri);
    await client.until('an empty publish', () =>
      client.published.slice(from).some((params) => params.uri === uri && params.diagnostics.length === 0),
    );
    client.open(uri, 'yaml', pod, 2);
    assert.deepEqual(await client.diagnostics(uri, 2), first);
  });

  test('of untitled documents, by the language', async () => {
    client.open('untitled:Untitled-1', 'yaml', pod);
    assert.ok(codes(await client.diagnostics('untitled:Untitled-1', 1)).includes(privileged));
  });

  test('with CRLF line ends, full-text changes and characters beyond the BMP', async () => {
    const uri = newUri('pod.yaml');
    client.open(uri, 'yaml', 'a: 1\n');
    client.change(uri, 2, [{ text: pod.replace('namespace: shop', 'namespace: "😀"').replaceAll('\n', '\r\n') }]);
    const found = (await client.diagnostics(uri, 2)).find(({ code }) => code === privileged);
    assert.deepEqual(found?.range, privilegedRange);
  });

  test('relative positions count UTF-16 units', async () => {
    const uri = newUri('pod.yaml');
    client.open(
      uri,
      'yaml',
      pod.replace(
        '- name: web\n      image: registry.example.com/web:1.2.3',
        '- {name: "😀", image: "registry.example.com/web:latest"}\n    - name: b',
      ),
    );
    const found = (await client.diagnostics(uri, 1)).find(({ code }) => code === 'kubernetes/image-tag');
    assert.deepEqual(found?.range.start, { line: 8, character: 26 });
  });

  test('however a text came about, what is shown is what the same text shows when it is opened', {
    timeout: 120_000,
  }, async () => {
    const texts = [`${pod}---\n${pod}`, workflow];
    const edit = fc.record({
      at: fc.nat(1_000),
      remove: fc.nat(12),
      insert: fc.constantFrom(
        '',
        '\n',
        '  ',
        'x',
        'privileged: true',
        '\n  hostPID: true',
        ': ',
        '- ',
        '"',
        '{',
        '#',
        '---\n',
      ),
    });
    let version = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...texts),
        fc.array(edit, { minLength: 1, maxLength: 8 }),
        async (text, edits) => {
          const uri = newUri(text === workflow ? '.github/workflows/a.yml' : 'pod.yaml');
          let now = text;
          client.open(uri, 'yaml', now, ++version);
          for (const { at, remove, insert } of edits) {
            const from = at % (now.length + 1);
            const to = Math.min(now.length, from + remove);
            client.change(uri, ++version, [
              { range: { start: positionIn(now, from), end: positionIn(now, to) }, text: insert },
            ]);
            now = now.slice(0, from) + insert + now.slice(to);
            if (at % 3 === 0) await client.diagnostics(uri, version);
          }
          const typed = await client.diagnostics(uri, version);
          client.close(uri);
          client.open(uri, 'yaml', now, ++version);
          const afresh = await client.diagnostics(uri, version);
          const isBroken = codes(afresh).includes('kerb/syntax');
          // Held over from before the text broke: more than afresh, never less.
          if (isBroken)
            for (const diagnostic of afresh)
              assert.ok(typed.some((other) => JSON.stringify(other) === JSON.stringify(diagnostic)));
          else assert.deepEqual(typed, afresh);
          client.close(uri);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('clients that can do little', () => {
  test('no capabilities, no folders, a root path', async () => {
    const { folder, remove } = folderWith();
    const client = await startClient({ capabilities: {} });
    const uri = uriOf(`${folder}/pod.yaml`);
    client.open(uri, 'yaml', pod);
    const diagnostics = await client.diagnostics(uri, 1);
    assert.ok(codes(diagnostics).includes(privileged));
    assert.ok(diagnostics.every(({ relatedInformation }) => relatedInformation === undefined));
    assert.equal(client.initialized.capabilities.diagnosticProvider, undefined);
    await client.stop();
    remove();
  });
});

function positionIn(text: string, offset: number): { line: number; character: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length - 1, character: before.at(-1)?.length ?? 0 };
}
