import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadSetup } from '../../repository/index.ts';
import { createWorkTree } from '../../test/workTree.ts';
import { createDesk, type DeskOptions } from './desk.ts';
import { type Input, judgeInput } from './judgeInput.ts';
import { judgeAll, taskOf, workThrough } from './pool.ts';

const options: DeskOptions = { gate: 'check', date: '2026-11-22', repairs: 'omit', baseline: 'heed', met: null };
const pod = (index: number) =>
  `apiVersion: v1\nkind: Pod\nmetadata: { name: web-${index} }\nspec: { hostNetwork: true, containers: [{ name: a, image: a }] }\n# ${'x'.repeat(30_000)}\n`;

async function prepare(root: string, faults: string[] = []) {
  const setup = await loadSetup({ root, origin: { kind: 'workTree' }, folders: [], organisation: null });
  return {
    setup,
    desk: createDesk(setup, options),
    options,
    onProgress: () => {},
    onFault: (message: string) => faults.push(message),
  };
}

test('threads give the same judgements as one, in the order asked', async (context) => {
  const texts = Object.fromEntries(Array.from({ length: 60 }, (_, index) => [`${index}.yaml`, pod(index)]));
  const tree = createWorkTree(context, texts);
  const inputs = Object.entries(texts).map(
    ([path, text]): Input => ({ kind: 'workFile', path, sizeBytes: text.length }),
  );
  const run = await prepare(tree.root);
  const alone = inputs.map((input) => judgeInput(input, run.desk));
  assert.ok(alone.every(({ findings }) => findings.length > 0));
  assert.deepEqual(await judgeAll(inputs, run), alone);
});

test('a thread that cannot begin costs no verdict', async (context) => {
  const tree = createWorkTree(context, { 'a.yaml': pod(1), 'b.yaml': pod(2) });
  const inputs = ['a.yaml', 'b.yaml'].map((path): Input => ({ kind: 'workFile', path, sizeBytes: 10_000_000 }));
  const faults: string[] = [];
  const run = await prepare(tree.root, faults);
  const broken = { ...run, setup: { ...run.setup, policies: [null as never] } };
  const judgements = await judgeAll(inputs, broken);
  assert.deepEqual(
    judgements.map(({ state }) => state),
    ['checked', 'checked'],
  );
  assert.equal(faults.length, 1);
});

test('an input that breaks the judge is a problem of its own, and the next one is judged', async (context) => {
  const tree = createWorkTree(context, { 'b.yaml': pod(2) });
  const run = await prepare(tree.root);
  const inputs: Input[] = [
    {
      kind: 'read',
      reading: { kind: 'text', path: 'a.yaml', encoding: 'utf-8', file: { path: 'a.yaml', text: null as never } },
    },
    { kind: 'workFile', path: 'b.yaml', sizeBytes: 1 },
  ];
  const seen: string[] = [];
  await workThrough({ task: taskOf(inputs, run), end: 'front' }, run.desk, (judgements) => {
    for (const { path, state, problems } of judgements)
      seen.push(`${path} ${state} ${problems.filter(({ blocking }) => blocking).length}`);
  });
  assert.deepEqual(seen, ['a.yaml unreadable 1', 'b.yaml checked 0']);
});

test('whoever comes from the back meets whoever comes from the front, and no input is judged twice', async (context) => {
  const names = ['a.yaml', 'b.yaml', 'c.yaml', 'd.yaml', 'e.yaml'];
  const tree = createWorkTree(context, Object.fromEntries(names.map((name, index) => [name, pod(index)])));
  const run = await prepare(tree.root);
  const task = taskOf(
    names.map((path): Input => ({ kind: 'workFile', path, sizeBytes: 1 })),
    run,
  );
  const judged = { front: [] as string[], back: [] as string[] };
  await Promise.all(
    (['back', 'front'] as const).map((end) =>
      workThrough({ task, end }, run.desk, (judgements) => judged[end].push(...judgements.map(({ path }) => path))),
    ),
  );
  assert.deepEqual([...judged.front, ...judged.back].sort(), names);
  assert.equal(judged.back[0], 'e.yaml');
});
