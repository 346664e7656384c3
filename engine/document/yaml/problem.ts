import type { ErrorCode, YAMLParseError } from 'yaml';
import type { Problem } from '../../model.ts';

/** Parse errors in our own words, at most one a line: what is wrong behind the first follows from it. */
export function problemsOf(errors: readonly YAMLParseError[], text: string, most: number): Problem[] {
  const problems: Problem[] = [];
  let lineEnd = -1;
  for (const error of errors) {
    if (problems.length >= most) break;
    const problem = problemOf(error, text.length);
    if (problem.span.start <= lineEnd) continue;
    problems.push(problem);
    lineEnd = text.indexOf('\n', problem.span.start);
    if (lineEnd < 0) break;
  }
  return problems;
}

/** A parse error in our own words: the parser's messages quote the document. What is missing at the end stands there. */
function problemOf(error: YAMLParseError, length: number): Problem {
  const [start, end] = error.pos.map((at) => Math.min(at, length)) as [number, number];
  return {
    span: { start, end: Math.max(start, end) },
    message: unclosed(error.message) ?? messages[error.code] ?? 'This is not valid YAML here.',
  };
}

/** The parser has one code for brackets and for indentation: its message tells them apart. */
function unclosed(message: string): string | null {
  const kind = /^Flow (sequence|map) (?:in|must)\b/.exec(message)?.[1];
  if (kind === undefined) return null;
  const [what, bracket] = kind === 'map' ? ['map', '}'] : ['list', ']'];
  return `A ${what} in brackets is not closed here: \`${bracket}\` is missing, or what is in it is not indented further than its key.`;
}

const messages: Partial<Record<ErrorCode, string>> = {
  ALIAS_PROPS: 'An alias takes no anchor and no tag.',
  BAD_ALIAS: 'An anchor or alias needs a name.',
  BAD_COLLECTION_TYPE: 'The tag does not fit this kind of collection.',
  BAD_DIRECTIVE: 'This directive is not understood.',
  BAD_DQ_ESCAPE: 'This escape sequence does not exist in double quotes.',
  BAD_INDENT: 'The indentation does not fit the lines around it.',
  BAD_PROP_ORDER: 'Anchors and tags belong after the sign, before the value.',
  BAD_SCALAR_START: 'A plain value cannot begin with this character; put it in quotes.',
  BLOCK_AS_IMPLICIT_KEY:
    'A mapping cannot begin on the line of another key; a text with a colon and a space in it stands in quotes.',
  BLOCK_IN_FLOW: 'A block value cannot stand within brackets or braces.',
  DUPLICATE_KEY: 'The key is there twice.',
  KEY_OVER_1024_CHARS: 'A key and its colon must fit within 1,024 characters.',
  MISSING_CHAR: 'A closing quote, bracket, brace, comma, colon or space is missing.',
  MULTILINE_IMPLICIT_KEY: 'A key must stand on one line, with its colon.',
  MULTIPLE_ANCHORS: 'A value has one anchor at most.',
  MULTIPLE_TAGS: 'A value has one tag at most.',
  NON_STRING_KEY: 'A key must be a string.',
  TAB_AS_INDENT: 'YAML is indented with spaces, not tabs.',
  TAG_RESOLVE_FAILED: 'The value does not fit its tag.',
  UNEXPECTED_TOKEN:
    'Something stands here that YAML does not expect; a text that begins with a quote, {, [, *, & or ! stands in quotes as a whole.',
};
