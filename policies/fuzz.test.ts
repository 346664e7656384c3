/** Every case of every policy, cut short and typed into: the engine answers, in bounds, and the same with a cache as without. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import {
  compilePolicies,
  createJudgeCache,
  defaultConfiguration,
  type JudgeOptions,
  judge,
  readPolicies,
  type SourceFile,
} from '../engine/index.ts';
import { readDrawings, separator } from '../engine/policy/cases/drawing.ts';
import { readBlocks } from '../engine/policy/cases/page.ts';
import { createNative } from '../repository/native.ts';

const folder = import.meta.dirname;
const native = createNative();
const policyFiles = globSync('*/**/*.yaml', { cwd: folder }).map((file) => file.split(path.sep).join('/'));
const { policies } = readPolicies(
  policyFiles.map((file) => ({
    path: file,
    id: file.replace(/\.yaml$/, ''),
    text: readFileSync(path.join(folder, file), 'utf8'),
  })),
);
const options: JudgeOptions = {
  policies: compilePolicies(policies, defaultConfiguration, native),
  native,
  context: { gate: 'editor', date: '2026-01-01' },
};

const typed = [
  '\n',
  ' ',
  '- ',
  ': ',
  '#',
  '"',
  "'",
  '---\n',
  '\t',
  '{',
  ']',
  '&a ',
  '*a',
  '<<: *a\n',
  '${{ x }}',
  '{{ .V }}',
  '|',
  '\r\n',
  '\0',
  '\ud800',
  '👍',
  '\\',
];

for (const domain of new Set(policyFiles.map((file) => file.split('/')[0] ?? ''))) {
  test(`cases of ${domain}, cut and typed into`, () => {
    const random = generator(domain.length);
    for (const file of casesOf(domain)) {
      const cache = createJudgeCache();
      const cut = Math.floor(random() * file.text.length);
      const at = Math.floor(random() * file.text.length);
      const snippet = typed[Math.floor(random() * typed.length)] ?? '';
      answers(file, cache);
      answers({ ...file, text: file.text.slice(0, at) + snippet + file.text.slice(at) }, cache);
      answers({ ...file, text: file.text.slice(0, cut) }, cache);
    }
  });
}

/** One case of each page: enough to see every kind of file, few enough to run each time. */
function casesOf(domain: string): readonly SourceFile[] {
  return globSync(`${domain}/**/*.md`, { cwd: folder }).flatMap((page) => {
    const block = readBlocks(readFileSync(path.join(folder, page), 'utf8'))[0];
    if (block === undefined) return [];
    return [{ path: block.path, text: readDrawings(block.lines).lines.join('\n').replaceAll(separator, '') }];
  });
}

function answers(file: SourceFile, cache: ReturnType<typeof createJudgeCache>): void {
  const cached = judge(file, { ...options, cache });
  const fresh = judge(file, options);
  assert.deepEqual([cached.findings, cached.problems, cached.counts], [fresh.findings, fresh.problems, fresh.counts]);
  for (const { span } of [...fresh.findings, ...fresh.problems]) {
    assert.ok(
      span.start >= 0 && span.start <= span.end && span.end <= file.text.length,
      `${file.path}: ${span.start}–${span.end}`,
    );
  }
}

/** The same numbers in every run. */
function generator(seed: number): () => number {
  let state = seed * 7919 + 1;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}
