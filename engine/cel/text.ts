/** Strings as CEL sees them: sequences of Unicode code points, not of UTF-16 units. */

const astral = /[\ud800-\udfff]/;

/** The number of code points. */
export function codePointCount(text: string): number {
  if (!astral.test(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Orders by code points; -1, 0 or 1. */
export function compareText(left: string, right: string): number {
  if (left === right) return 0;
  const sign = left < right ? -1 : 1;
  if (!astral.test(left) && !astral.test(right)) return sign;
  let at = 0;
  while (left.charCodeAt(at) === right.charCodeAt(at)) at++;
  return comparePoints(left, right, at) || sign;
}

/** UTF-16 sorts surrogates below U+E000 to U+FFFF, code points sort them above. */
function comparePoints(left: string, right: string, at: number): number {
  return Math.sign(rank(left.charCodeAt(at)) - rank(right.charCodeAt(at))) || 0;
}

function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
