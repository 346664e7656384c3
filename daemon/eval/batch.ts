/** `kerb eval --batch`: a request a line in, an answer a line out, in the same order, whatever the lines say. */
import { StringDecoder } from 'node:string_decoder';
import { type CelValue, readCelJson } from '../../engine/index.ts';
import { type Answer, createEvaluator, type Evaluator, formatAnswer } from './evaluate.ts';

/** A longer line is answered with an error, in UTF-16 units. */
const maxLineLength = 10 * 1024 * 1024;

/** Answers every line of the input; `answer` is given whole lines. */
export async function answerBatch(
  input: AsyncIterable<Buffer>,
  answer: (text: string) => Promise<void>,
): Promise<void> {
  const evaluator = createEvaluator();
  for await (const lines of linesOf(input)) {
    await answer(lines.map((line) => `${formatAnswer(answerLine(line, evaluator))}\n`).join(''));
  }
}

/** Answers `{"expr": …, "vars": {…}}`. */
function answerLine(line: string | null, evaluator: Evaluator): Answer {
  if (line === null) return badLine(`the line is longer than ${maxLineLength} characters`);
  const read = readCelJson(line);
  if (read.kind === 'problem') return badLine(`the line ${read.message}`);
  const request = read.value;
  if (!isMap(request) || typeof request.expr !== 'string') return badLine('the line is no object with a text `expr`');
  const { vars = Object.create(null) } = request;
  if (!isMap(vars)) return badLine('`vars` is no object');
  return evaluator.evaluate(request.expr, vars);
}

function isMap(value: unknown): value is Record<string, CelValue> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.getPrototypeOf(value) === null;
}

function badLine(message: string): Answer {
  return { kind: 'error', error: { kind: 'input', message, range: null } };
}

/**
 * The lines of a stream, several at a time as they come; null for one that is too long. Only a line feed ends a line:
 * JSON may hold every other separator.
 */
async function* linesOf(input: AsyncIterable<Buffer>): AsyncGenerator<(string | null)[]> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  let isTooLong = false;
  for await (const chunk of input) {
    const pieces = (rest + decoder.write(chunk)).split('\n');
    rest = pieces.pop() ?? '';
    if (pieces.length > 0) {
      const lines: (string | null)[] = pieces.map((line) => (line.length > maxLineLength ? null : line));
      if (isTooLong) lines[0] = null;
      isTooLong = false;
      yield lines;
    }
    if (rest.length > maxLineLength) {
      isTooLong = true;
      rest = '';
    }
  }
  rest += decoder.end();
  if (isTooLong) yield [null];
  else if (rest !== '') yield [rest];
}
