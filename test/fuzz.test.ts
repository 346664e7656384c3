/**
 * Every fixture and every case, cut off and mutated: the engine never throws, and what it says stays within the text.
 * The same each time; KERB_FUZZ_ROUNDS sets how many variants of each text are tried.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { test } from 'node:test';
import { compilePolicies, defaultConfiguration, judge, type Span } from '../engine/index.ts';
import { createNative, decodeText, loadPolicies } from '../repository/index.ts';

const root = path.resolve(import.meta.dirname, '..');
const rounds = Number(process.env.KERB_FUZZ_ROUNDS ?? 2);
const largest = 20_000;

interface Seed {
  readonly path: string;
  readonly text: string;
}

const native = createNative();
const policies = compilePolicies(loadPolicies([], null).policies, defaultConfiguration, native);
const seeds = [...fixtures(), ...cases()];

test(`${seeds.length} texts, ${rounds} variants of each`, () => {
  const random = randomFrom(20_261_122);
  for (const seed of seeds) {
    for (let round = 0; round < rounds; round++) {
      const text = round % 2 === 0 ? truncate(seed.text, random) : mutate(seed.text, random);
      judgeOne({ ...seed, text });
    }
  }
});

function judgeOne({ path: file, text }: Seed): void {
  const place = `${file}: ${JSON.stringify(text.slice(0, 20_000))}`;
  let verdict: ReturnType<typeof judge>;
  try {
    verdict = judge({ path: file, text }, { policies, native, context: { gate: 'check', date: '2026-11-22' } });
  } catch (error) {
    throw new Error(`judging threw on ${place}`, { cause: error });
  }
  const within = ({ start, end }: Span) => 0 <= start && start <= end && end <= text.length;
  for (const { span, related, policy, outcome, message } of verdict.findings) {
    assert.ok(within(span) && related.every((each) => within(each.span)), `${policy} leaves the text of ${place}`);
    assert.ok(
      outcome !== 'error' || !/TypeError|RangeError|undefined/.test(message),
      `${policy} broke (${message}) on ${place}`,
    );
  }
  assert.ok(
    verdict.problems.every(({ span }) => within(span)),
    `a problem leaves the text of ${place}`,
  );
}

function fixtures(): Seed[] {
  return globSync('test/fixtures/**/*', { cwd: root })
    .filter((file) => statSync(path.join(root, file)).isFile() && statSync(path.join(root, file)).size <= largest)
    .sort()
    .flatMap((file) => {
      const decoded = decodeText(readFileSync(path.join(root, file)));
      return decoded.kind === 'text' ? [{ path: file, text: decoded.text }] : [];
    });
}

function cases(): Seed[] {
  return globSync('policies/**/*.md', { cwd: root })
    .sort()
    .flatMap((page) => [...readFileSync(path.join(root, page), 'utf8').matchAll(/^```\S+ (\S+)\n([\s\S]*?)^```$/gm)])
    .map(([, name = '', text = '']) => ({ path: name, text: text.replace(/^.*\^\^.*\n/gm, '').replaceAll('¦', '') }));
}

function truncate(text: string, random: () => number): string {
  return text.slice(0, Math.floor(random() * (text.length + 1)));
}

/** What editing and malice do to a text: characters that mean something, repetition, loss, a move of a line. */
const tokens = [
  '{{',
  '}}',
  '${{',
  '"',
  "'",
  '\t',
  '\n',
  '\r',
  ':',
  '- ',
  '&a ',
  '*a ',
  '<<: ',
  '[',
  ']',
  '{',
  '}',
  '#',
  '\\',
  '|',
  '>',
  '---\n',
  '__proto__: ',
  '\uFEFF',
  '\uD800',
  '\u2028',
  '`',
  '$(',
  'null',
  '0x1',
  '!!map ',
  '/*',
  '*/',
  '//',
];

function mutate(text: string, random: () => number): string {
  let result = text;
  for (let times = 1 + Math.floor(random() * 4); times > 0; times--) {
    const at = Math.floor(random() * (result.length + 1));
    const length = Math.floor(random() * random() * 80);
    const token = tokens[Math.floor(random() * tokens.length)]!;
    const edits = [
      () => result.slice(0, at) + token + result.slice(at),
      () => result.slice(0, at) + result.slice(at + length),
      () => result.slice(0, at) + result.slice(at, at + length).repeat(3) + result.slice(at),
      () => result.slice(0, at) + token.repeat(1 + length) + result.slice(at + length),
      () => result.slice(at) + result.slice(0, at),
    ];
    result = edits[Math.floor(random() * edits.length)]!();
  }
  return result;
}

/** Mulberry32: small, and the same everywhere. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
