/** What a GitHub Actions expression (the inside of `${{ }}`) reads. Tolerant: a broken expression says what it says so far. */

/** The reading of one expression. Names are in the order of the text, each once. */
export interface ExpressionReading {
  /**
   * Paths of contexts: `github.event.issue.title`. An index that is not a constant, and the filter `.*`, is `*`. The names
   * of contexts, and all of `github`, are in lower case, since they are compared without case.
   */
  readonly contexts: readonly string[];
  /** Those of them whose text may become part of the result: not what is only compared, negated or searched in. */
  readonly flows: readonly string[];
  /** Functions called, spelled as GitHub documents them. */
  readonly functions: readonly string[];
}

/** Reads an expression without its braces. */
export function readExpression(text: string): ExpressionReading {
  const reader: Reader = { tokens: tokenise(text), at: 0, depth: 0, contexts: new Set(), functions: new Set() };
  const flows = new Set<string>();
  while (reader.at < reader.tokens.length) {
    for (const flow of either(reader)) flows.add(flow);
    // What is left is a mistake (`a b`, a stray `)`): go on behind it, so that the rest is still read.
    reader.at++;
  }
  return { contexts: [...reader.contexts], flows: [...flows], functions: [...reader.functions] };
}

interface Reader {
  readonly tokens: readonly Token[];
  at: number;
  depth: number;
  readonly contexts: Set<string>;
  readonly functions: Set<string>;
}

interface Token {
  readonly kind: 'name' | 'string' | 'number' | 'sign';
  readonly text: string;
}

type Flows = readonly string[];
const none: Flows = [];

const maxTokens = 5_000;
const maxDepth = 100;
const tokenForm =
  /\s+|([A-Za-z_][\w-]*)|'((?:[^']|'')*)'?|([-+]?(?:0[xo][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?))|(&&|\|\||[!=<>]=|[^\s])/gy;

function tokenise(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(tokenForm)) {
    if (tokens.length >= maxTokens) break;
    if (match[1] !== undefined) tokens.push({ kind: 'name', text: match[1] });
    else if (match[2] !== undefined) tokens.push({ kind: 'string', text: match[2].replaceAll("''", "'") });
    else if (match[3] !== undefined) tokens.push({ kind: 'number', text: match[3] });
    else if (match[4] !== undefined) tokens.push({ kind: 'sign', text: match[4] });
  }
  return tokens;
}

function sign(reader: Reader, ...signs: readonly string[]): boolean {
  const token = reader.tokens[reader.at];
  if (token?.kind !== 'sign' || !signs.includes(token.text)) return false;
  reader.at++;
  return true;
}

function either(reader: Reader): Flows {
  let flows = both(reader);
  while (sign(reader, '||')) flows = [...flows, ...both(reader)];
  return flows;
}

/** `a && b` is `b`, or an `a` that is empty, zero, false or null: no text of `a` that could matter. */
function both(reader: Reader): Flows {
  let flows = compared(reader);
  while (sign(reader, '&&')) flows = compared(reader);
  return flows;
}

function compared(reader: Reader): Flows {
  let flows = negated(reader);
  while (sign(reader, '==', '!=', '<', '<=', '>', '>=')) {
    negated(reader);
    flows = none;
  }
  return flows;
}

function negated(reader: Reader): Flows {
  if (!sign(reader, '!')) return primary(reader);
  while (sign(reader, '!')) {
    // Each further one changes nothing about what is read.
  }
  primary(reader);
  return none;
}

function primary(reader: Reader): Flows {
  if (reader.depth >= maxDepth) return none;
  reader.depth++;
  const flows = operand(reader);
  reader.depth--;
  return flows;
}

function operand(reader: Reader): Flows {
  const token = reader.tokens[reader.at];
  if (token === undefined) return none;
  if (sign(reader, '(')) {
    const flows = either(reader);
    sign(reader, ')');
    skipSegments(reader);
    return flows;
  }
  if (token.kind === 'sign') return none;
  reader.at++;
  if (token.kind !== 'name' || literals.has(token.text)) return none;
  return sign(reader, '(') ? call(reader, token.text) : context(reader, token.text);
}

const literals = new Set(['true', 'false', 'null', 'NaN', 'Infinity']);

const functionNames = new Map(
  [
    'contains',
    'startsWith',
    'endsWith',
    'format',
    'join',
    'toJSON',
    'fromJSON',
    'hashFiles',
    'success',
    'always',
    'cancelled',
    'failure',
    'case',
  ].map((name) => [name.toLowerCase(), name]),
);
/** Their results hold the text of their arguments. */
const carriers = new Set(['format', 'join', 'toJSON', 'fromJSON', 'case']);

function call(reader: Reader, written: string): Flows {
  const name = functionNames.get(written.toLowerCase()) ?? written;
  reader.functions.add(name);
  const flows: string[] = [];
  while (reader.at < reader.tokens.length && !sign(reader, ')')) {
    const before = reader.at;
    flows.push(...either(reader));
    if (!sign(reader, ',') && reader.at === before) reader.at++;
  }
  skipSegments(reader);
  return carriers.has(name) ? flows : none;
}

/** `fromJSON(x).name`, `(a || b)[0]`: what is read within the brackets still counts. */
function skipSegments(reader: Reader): void {
  while (segment(reader) !== null) {
    // A segment of something that is no context has no name of its own.
  }
}

function context(reader: Reader, written: string): Flows {
  const path = [written.toLowerCase()];
  for (let next = segment(reader); next !== null; next = segment(reader)) path.push(next);
  const name = path[0] === 'github' ? path.join('.').toLowerCase() : path.join('.');
  reader.contexts.add(name);
  return [name];
}

function segment(reader: Reader): string | null {
  if (sign(reader, '.')) {
    const token = reader.tokens[reader.at];
    if (token?.kind === 'name') {
      reader.at++;
      return token.text;
    }
    return sign(reader, '*') ? '*' : null;
  }
  if (!sign(reader, '[')) return null;
  const token = reader.tokens[reader.at];
  const constant = token?.kind === 'string' && reader.tokens[reader.at + 1]?.text === ']' ? token.text : null;
  if (!sign(reader, '*')) either(reader);
  sign(reader, ']');
  return constant ?? '*';
}
