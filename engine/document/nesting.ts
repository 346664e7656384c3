/** Bounds on how text nests, which guard parsers and matchers that recurse, or that look at each level's text again. */

/**
 * The offset where brackets and braces nest deeper than `limit`, or null. Quoted text in double quotes does not count.
 * It errs on the side of counting.
 */
export function deepestNesting(text: string, limit: number): number | null {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) at = stringEnd(text, at);
    else if (isOpening(unit)) {
      if (++depth > limit) return at;
    } else if (isClosing(unit) && depth > 0) depth--;
  }
  return null;
}

/**
 * The offset where a chain (`a.b().c().d()`) has more than `limit` links, or null. A chain is a tree as deep as it is
 * long, and each level holds the text of all before it.
 */
export function longestChain(text: string, limit: number): number | null {
  const links: number[] = [0];
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) at = stringEnd(text, at);
    else if (unit === dot) {
      links[depth]!++;
      if (links[depth]! > limit) return at;
    } else if (isOpening(unit)) links[++depth] = 0;
    else if (isClosing(unit)) depth = Math.max(0, depth - 1);
    else if (unit === comma || unit === semicolon || (unit === newline && !continues(text, at + 1))) links[depth] = 0;
  }
  return null;
}

const newline = 10;
const quote = 34;
const comma = 44;
const dot = 46;
const semicolon = 59;
const backslash = 92;

function isOpening(unit: number): boolean {
  return unit === 40 || unit === 91 || unit === 123;
}

function isClosing(unit: number): boolean {
  return unit === 41 || unit === 93 || unit === 125;
}

/** The offset of the closing quote; a string that its line does not close is passed over as one sign. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === quote) return at;
    if (unit === backslash) at++;
    else if (unit === newline) break;
  }
  return start;
}

/** Whether the line that begins at the offset goes on with the chain of the line before. */
function continues(text: string, offset: number): boolean {
  let at = offset;
  while (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9) at++;
  return text.charCodeAt(at) === dot;
}
