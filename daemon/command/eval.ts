/** `kerb eval`: CEL by hand, or line by line for another program. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { type CelValue, readDocument } from '../../engine/index.ts';
import { createNative, decodeText } from '../../repository/index.ts';
import { type Arguments, type Command, type ExitCode, UsageError } from '../command.ts';
import { answerBatch } from '../eval/batch.ts';
import { createEvaluator } from '../eval/evaluate.ts';
import { complain, print } from '../output.ts';

export const evalCommand: Command = {
  usage: 'eval EXPR',
  summary: 'evaluate a CEL expression',
  description: `Evaluates a CEL expression and prints its value as JSON. Exit code 2 when it has none.
With --batch, each line of stdin is {"expr": …, "vars": {…}} and is answered by one line, {"value": …} or
{"error": {"message", "range", "kind"}}; lines and columns count from 1, the end is exclusive.`,
  options: {
    input: { value: 'FILE', help: 'a YAML or JSON file: its keys are variables, and `self` is the whole' },
    batch: { help: 'read requests from stdin, a line each' },
  },
  dashes: 'words',
  run,
};

async function run(given: Arguments): Promise<ExitCode> {
  if (given.has('batch')) {
    if (given.words.length > 0 || given.has('input'))
      throw new UsageError('--batch reads everything from stdin: no EXPR, no --input');
    await answerBatch(process.stdin as AsyncIterable<Buffer>, print);
    return 0;
  }
  const [expression, ...more] = given.words;
  if (expression === undefined || more.length > 0)
    throw new UsageError('give one expression: kerb eval \'size("kerb") == 4\'');
  const answer = createEvaluator().evaluate(expression, variablesOf(given.value('input')));
  if (answer.kind === 'value') {
    await print(`${answer.json}\n`);
    return 0;
  }
  const { message, range } = answer.error;
  const place = range === null ? '' : `${range.start.line}:${range.start.column}: `;
  await complain(`kerb: ${place}${message}\n${range === null ? '' : underlined(expression, range)}`);
  return 2;
}

function underlined(
  expression: string,
  { start, end }: { start: { line: number; column: number }; end: { line: number; column: number } },
): string {
  const line = expression.split(/\r?\n/)[start.line - 1] ?? '';
  const last = start.line === end.line ? end.column : line.length + 1;
  return `  ${line}\n  ${' '.repeat(start.column - 1)}${'^'.repeat(Math.max(1, last - start.column))}\n`;
}

function variablesOf(file: string | null): Readonly<Record<string, CelValue>> {
  const variables: Record<string, CelValue> = Object.create(null);
  if (file === null) return variables;
  const self = readInput(file);
  variables.self = self;
  if (typeof self !== 'object' || self === null || Array.isArray(self)) return variables;
  for (const [name, value] of Object.entries(self)) if (/^[A-Za-z_]\w*$/.test(name)) variables[name] = value;
  return variables;
}

function readInput(file: string): CelValue {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file === '-' ? 0 : file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UsageError(`--input ${file}: ${code === 'ENOENT' ? 'does not exist' : message}`);
  }
  const decoded = decodeText(bytes);
  if (decoded.kind !== 'text')
    throw new UsageError(`--input ${file}: ${decoded.kind === 'binary' ? 'is not a text' : decoded.message}`);
  const name = /\.(json|ya?ml)$/.test(file) ? path.basename(file) : 'input.yaml';
  const document = readDocument({ path: name, text: decoded.text }, createNative());
  const [problem] = document.problems;
  if (problem !== undefined) throw new UsageError(`--input ${file}: ${problem.message}`);
  const parts = document.parts.filter((part) => part.content.root !== null);
  if (parts.length > 1) throw new UsageError(`--input ${file}: holds ${parts.length} documents, and one is needed`);
  return parts[0]?.content.value ?? null;
}
