import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAllDocuments } from 'yaml';
import { type Document, type Native, type Node, Unknown, type Value } from '../model.ts';
import { createDocumentCache, readDocument } from './index.ts';

const native: Native = { sha256: (text) => text, parseCode: () => null };
const folder = path.join('test', 'fixtures', 'document');
const fixtures = readdirSync(folder).map((name) => ({
  path: name.startsWith('workflow') ? `.github/workflows/${name}` : name,
  text: readFileSync(path.join(folder, name), 'utf8'),
}));

/** A document as plain data, lazily made nodes included. */
function plain(document: Document) {
  return {
    problems: document.problems,
    parts: document.parts.map(({ offset, content }) => ({
      ...content,
      offset,
      root: content.root && plainNode(content.root),
    })),
  };
}

function plainNode(node: Node): object {
  if (node.kind === 'scalar') return { ...node };
  if (node.kind === 'list') return { kind: 'list', span: node.span, items: node.items.map(plainNode) };
  const entries = node.entries.map((entry) => ({ ...entry, value: entry.value && plainNode(entry.value) }));
  return { kind: 'map', span: node.span, entries };
}

const edit = fc.record({
  at: fc.oneof({ weight: 9, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) }, fc.constant(1)),
  remove: fc.oneof(fc.constant(0), fc.nat(3), fc.nat(200)),
  insert: fc.oneof(
    fc.constantFrom(
      '',
      ' ',
      '  ',
      '\n',
      '#',
      '- ',
      ': ',
      'x',
      '"',
      "'",
      '[',
      '{',
      '|',
      '&a ',
      '*a',
      '<<: *a\n',
      '---\n',
      '\n---\n',
      '...\n',
      '\t',
      '%YAML 1.2\n',
      '{{ x }}',
      '\r\n',
      'a: 1\n',
      '\uFEFF',
      '# c\n',
      '!t ',
      '? ',
      'apiVersion: v1\nkind: X\n',
      '<<<<<<< a\n',
    ),
    fc.string({ maxLength: 5 }),
  ),
});

function apply(text: string, { at, remove, insert }: { at: number; remove: number; insert: string }): string {
  const start = Math.floor(at * text.length);
  return text.slice(0, start) + insert + text.slice(start + remove);
}

test('what is read with a cache, edit after edit, is what is read without', () => {
  const property = fc.property(
    fc.constantFrom(...fixtures),
    fc.array(edit, { minLength: 1, maxLength: 12 }),
    (fixture, edits) => {
      const cache = createDocumentCache();
      let { text } = fixture;
      readDocument({ path: fixture.path, text }, native, cache);
      for (const change of edits) {
        text = apply(text, change);
        const cached = readDocument({ path: fixture.path, text }, native, cache);
        const fresh = readDocument({ path: fixture.path, text }, native);
        assert.deepEqual(plain(cached), plain(fresh));
        assert.equal(cached.parts.map(({ content }) => content.text).join(''), text);
      }
    },
  );
  fc.assert(property, { numRuns: Number(process.env.RUNS ?? 150) });
});

test('what is put behind a text without a last line break belongs to its last line', () => {
  const cache = createDocumentCache();
  const text = `kind: "Pod\n${'# filler\n'.repeat(40)}metadata:\n  name: x`;
  readDocument({ path: 'a.yaml', text }, native, cache);
  const longer = `${text}labels: 0`;
  const cached = readDocument({ path: 'a.yaml', text: longer }, native, cache);
  assert.deepEqual(plain(cached), plain(readDocument({ path: 'a.yaml', text: longer }, native)));
});

test('YAML that is valid as a whole is read by piece to the same values, and the other way about', () => {
  const property = fc.property(fc.constantFrom(...fixtures), fc.array(edit, { maxLength: 3 }), (fixture, edits) => {
    // A Kubernetes object's scalars mean something else, which is tested apart.
    const text = edits.reduce(apply, fixture.text).replaceAll('kind:', 'sort:');
    if (!/\.ya?ml$/.test(fixture.path) || /\{\{|<<|& ?\w|(?<![/*])\*\S|\? |%|!|\r(?!\n)|\uFEFF|\0/.test(text)) return;
    const whole = parseAllDocuments(text, { uniqueKeys: false, logLevel: 'silent', prettyErrors: false });
    const documents = Array.isArray(whole) ? whole : [];
    const document = readDocument({ path: fixture.path, text }, native);
    const valid = documents.every(({ errors }) => errors.length === 0);
    const problems = document.problems.filter(({ message }) => !message.startsWith('The key is there twice'));
    if (/["'[{]/.test(edits.map(({ insert }) => insert).join('')) && valid !== (problems.length === 0)) return;
    assert.equal(problems.length === 0, valid, JSON.stringify([problems, documents.flatMap(({ errors }) => errors)]));
    if (!valid) return;
    const values = document.parts.map(({ content }) => content.value).filter((value) => value !== null);
    const expected = documents.map((one) => one.toJS({ mapAsMap: false })).filter((value) => value !== null);
    assert.deepEqual(json(values), json(expected));
  });
  fc.assert(property, { numRuns: Number(process.env.RUNS ?? 150) });
});

function json(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_, inner) => (typeof inner === 'bigint' ? Number(inner) : inner)));
}

test('every truncation of every fixture is read without throwing, its spans within the text', () => {
  for (const { path: file, text } of fixtures) {
    for (let length = 0; length <= text.length; length += 7) {
      const document = readDocument({ path: file, text: text.slice(0, length) }, native);
      for (const { span } of document.problems) assert.ok(span.start >= 0 && span.end <= length + 1, file);
      for (const { content } of document.parts)
        if (content.root !== null) assertWithin(content.root, content.text.length);
    }
  }
});

function assertWithin(node: Node, length: number): void {
  assert.ok(node.span.start >= 0 && node.span.start <= node.span.end && node.span.end <= length);
  if (node.kind === 'list') for (const item of node.items) assertWithin(item, length);
  if (node.kind === 'map') for (const { value } of node.entries) if (value !== null) assertWithin(value, length);
}

test('what did not change keeps its identity', () => {
  const cache = createDocumentCache();
  const steps = Array.from(
    { length: 40 },
    (_, index) => `      - name: step ${index}\n        run: echo ${index}\n`,
  ).join('');
  const job = (name: string) => `  ${name}:\n    runs-on: ubuntu\n    steps:\n${steps}`;
  const text = `on: push\njobs:\n${['a', 'b', 'c'].map(job).join('')}`;
  const jobs = (value: Value) => (value as { jobs: Record<string, { steps: Value[] }> }).jobs;
  const read = (source: string) =>
    jobs(readDocument({ path: '.github/workflows/x.yml', text: source }, native, cache).parts[0]!.content.value);
  const before = read(text);
  const at = text.indexOf('echo 20', text.indexOf('  b:'));
  const after = read(`${text.slice(0, at)}printf 20${text.slice(at + 7)}`);
  assert.equal(after.a, before.a);
  assert.equal(after.c, before.c);
  assert.notEqual(after.b, before.b);
  assert.equal(after.b!.steps[19], before.b!.steps[19]);
  assert.notEqual(after.b!.steps[20], before.b!.steps[20]);
  assert.equal(after.b!.steps[21], before.b!.steps[21]);
});

test('a bracket that is not closed is called that, and not indentation', () => {
  const said = (text: string) => readDocument({ path: 'a.yaml', text }, native).problems[0]?.message ?? '';
  for (const text of ['a: [', 'a: [1, 2\nb: 3\n', 'a:\n  - [x\n  - y\n', '['])
    assert.match(said(text), /^A list .*`]` is missing/);
  for (const text of ['a: {', 'a: {x: 1\nb: 2\n', '{a: 1']) assert.match(said(text), /^A map .*`}` is missing/);
  assert.match(said('a:\n  b: 1\n c: 2\n'), /^The indentation does not fit/);
});

test('unknown values', () => {
  const document = readDocument({ path: 'x.yaml', text: 'a: {{ .b }}\nc: "d"\n' }, native);
  const value = document.parts[0]!.content.value as Record<string, Value>;
  assert.ok(value.a instanceof Unknown);
  assert.equal(value.c, 'd');
});
