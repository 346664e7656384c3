/**
 * The offset where brackets and braces nest deeper than `limit`, or null. Quoted text in double quotes does not count.
 * It guards parsers that recurse, so it errs on the side of counting.
 */
export function deepestNesting(text: string, limit: number): number | null {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 34) at = stringEnd(text, at);
    else if (unit === 91 || unit === 123 || unit === 40) {
      if (++depth > limit) return at;
    } else if ((unit === 93 || unit === 125 || unit === 41) && depth > 0) depth--;
  }
  return null;
}

/** The offset of the closing quote; a string that its line does not close is passed over as one sign. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === 34) return at;
    if (unit === 92) at++;
    else if (unit === 10) break;
  }
  return start;
}
