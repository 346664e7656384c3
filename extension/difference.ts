/**
 * How a case that failed differs, in a few words to stand beside it. `written`: as the page has it; `drawn`: as it is judged. They are
 * not the same.
 */
export function differenceOf(written: string, drawn: string): string {
  const [before, after] = [written.split('\n'), drawn.split('\n')];
  const [found] = after.filter((line) => !before.includes(line)).map(wordsOf);
  const [gone] = before.filter((line) => !after.includes(line)).map(wordsOf);
  if (found === undefined) return gone === undefined ? 'not drawn as it is judged' : `not found: ${gone}`;
  return gone === undefined || gone === found ? `found: ${found}` : `found: ${found} (drawn: ${gone})`;
}

/** What a drawing says behind its carets; of any other line, the line. */
function wordsOf(line: string): string {
  return /\^\s+(.+)$/.exec(line)?.[1] ?? line.trim();
}
