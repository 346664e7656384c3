/** What a rule gave, by conftest's conventions: a set of texts, or of objects with a `msg` and whatever else there is to say. */
import { readCelJson } from '../../cel/json.ts';
import { type CelValue, doubleOf, isDouble } from '../../cel/value.ts';
import type { Path, Value } from '../../model.ts';
import { parsePath } from '../../policy/path.ts';
import { valueAt } from '../require.ts';
import { Refusal } from './refusal.ts';

/** One thing that a rule has to say. */
export interface RegoResult {
  readonly msg: string;
  /** All that was said, `msg` included: what a policy's message sees as `match`. */
  readonly match: Readonly<Record<string, Value>>;
  /** Where in the input, as far as it says so. */
  readonly path: Path | null;
}

const maxResults = 1_000;

/** Reads the answer of a module: `[]` where the rule is undefined, else `[{"result": …}]`. Throws a `Refusal`. */
export function resultsOf(answer: string, input: Value): readonly RegoResult[] {
  const given = readCelJson(answer);
  if (given.kind === 'problem') throw new Refusal(`what it gave ${given.message}`);
  const result = valueAt(given.value as Value, [0, 'result']);
  if (result === undefined) return [];
  const said = Array.isArray(result) ? (result as readonly Value[]) : [result];
  if (said.length > maxResults) throw new Refusal(`it gave more than ${maxResults} results`);
  return said.map((one) => resultOf(one, input));
}

function resultOf(said: Value, input: Value): RegoResult {
  const msg = typeof said === 'string' ? said : valueAt(said, ['msg']);
  if (typeof msg !== 'string')
    throw new Refusal(
      'the rule gave something else than texts and objects with a `msg`: `entrypoint` names a rule such as main/deny, not its package',
    );
  const match = typeof said === 'string' ? Object.assign(Object.create(null), { msg }) : said;
  return { msg, match, path: pathIn(said) ?? pathInText(msg, input) };
}

const pathPlaces: readonly Path[] = [['path'], ['details', 'path'], ['metadata', 'path']];

/** The path that an object carries: a list of keys and indices, or a text such as `spec.containers[0].image`. */
function pathIn(said: Value): Path | null {
  for (const place of pathPlaces) {
    const path = pathFrom(valueAt(said, place));
    if (path !== null) return path;
  }
  return null;
}

function pathFrom(given: Value | undefined): Path | null {
  if (typeof given === 'string') return pathOfText(given);
  if (!Array.isArray(given)) return null;
  const keys = (given as readonly CelValue[]).map((key) => (isDouble(key) ? doubleOf(key) : key));
  return keys.every((key) => typeof key === 'string' || Number.isInteger(key)) ? (keys as Path) : null;
}

/** JSONPath's `$` and Rego's `input` mean the whole. */
function pathOfText(text: string): Path | null {
  const { path, problem } = parsePath(text.replace(/^(?:\$|input)(?:\.|(?=\[)|$)/, ''));
  return problem === null && path.length > 0 ? path : null;
}

const pathInWords = /[A-Za-z_$][\w$-]*(?:\.[A-Za-z_$][\w$-]*|\[(?:\d{1,9}|"[^"\\]{1,200}")\])+/g;

/** The first path in a message that the input has. */
function pathInText(msg: string, input: Value): Path | null {
  for (const [text] of msg.slice(0, 2_000).matchAll(pathInWords)) {
    const path = pathOfText(text);
    if (path !== null && valueAt(input, path) !== undefined) return path;
  }
  return null;
}
