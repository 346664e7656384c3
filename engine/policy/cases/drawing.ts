/**
 * Findings drawn under the code, in the language's comment:
 *
 *     privileged: true
 *     #           ^^^^ container web runs privileged
 *
 * A mark that begins where the comment sign must stand is drawn `#<^^ message`: it begins under the sign and is as wide
 * as all of it. Where neither fits, `#@3-5 message` gives the columns, from 0. Only a mark's first line is drawn.
 * `¦` in a line is not part of the text: it keeps complete made-up credentials out of the repository.
 */

/** A finding on one line of the text: columns in UTF-16 units of the line as it is shown, from 0, the end exclusive. */
export interface Drawing {
  /** Index of the line in the text without drawings. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

/** A block, taken apart. */
export interface Drawn {
  /** The lines that are judged, still with separators. */
  readonly lines: readonly string[];
  readonly drawings: readonly Drawing[];
}

/** Stands in cases between the parts of a made-up credential. */
export const separator = '¦';

const drawn = /^([ \t]*)(#|\/\/|--|;)(<\^*|[ \t]*\^+|@\d{1,5}-\d{1,5})(?:[ \t]+(\S.*))?$/;

/** Takes the drawings out of a block. */
export function readDrawings(block: readonly string[]): Drawn {
  const lines: string[] = [];
  const drawings: Drawing[] = [];
  for (const line of block) {
    const match = drawn.exec(line);
    if (match === null || lines.length === 0) lines.push(line);
    else drawings.push({ line: lines.length - 1, ...columnsOf(match), message: (match[4] ?? '').trim() });
  }
  return { lines, drawings };
}

/** Puts drawings under their lines; several under one line in their order. */
export function draw(lines: readonly string[], drawings: readonly Drawing[], language: string): readonly string[] {
  const sign = signOf(language);
  return lines.flatMap((line, index) => [
    line,
    ...drawings.filter((drawing) => drawing.line === index).map((drawing) => drawOne(line, drawing, sign)),
  ]);
}

function drawOne(line: string, { start, end, message }: Drawing, sign: string): string {
  const lead = /^[ \t]*/.exec(line)?.[0].length ?? 0;
  const before = line.slice(0, start).replace(/[^\t]/g, ' ');
  const carets = '^'.repeat(end - start);
  const said = message === '' ? '' : ` ${message}`;
  if (start - lead >= sign.length)
    return before.slice(0, lead) + sign + before.slice(lead + sign.length) + carets + said;
  if (start >= sign.length && !before.slice(0, sign.length).includes('\t'))
    return sign + before.slice(sign.length) + carets + said;
  if (end - start > sign.length) return `${before}${sign}<${'^'.repeat(end - start - sign.length - 1)}${said}`;
  return `${sign}@${start}-${end}${said}`;
}

function columnsOf([, indent = '', sign = '', mark = '']: readonly string[]): {
  readonly start: number;
  readonly end: number;
} {
  if (mark.startsWith('<')) return { start: indent.length, end: indent.length + sign.length + mark.length };
  if (mark.startsWith('@')) {
    const [start = 0, end = 0] = mark.slice(1).split('-').map(Number);
    return { start, end };
  }
  const space = mark.length - mark.trimStart().length;
  const start = indent.length + sign.length + space;
  return { start, end: start + mark.length - space };
}

const slashes: readonly string[] = [
  'ts',
  'tsx',
  'typescript',
  'js',
  'jsx',
  'mjs',
  'cjs',
  'javascript',
  'json',
  'jsonc',
  'json5',
  'go',
  'java',
];

function signOf(language: string): string {
  return slashes.includes(language.toLowerCase()) ? '//' : '#';
}
