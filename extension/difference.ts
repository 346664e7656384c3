/** What a case that failed shows beside its code: where it first differs, and what was found there in a few words. */
export interface Difference {
  /** From 0, within the case. */
  readonly line: number;
  readonly text: string;
}

/** `written`: the case as the page has it; `drawn`: as it is judged. They differ. */
export function differenceOf(written: string, drawn: string): Difference {
  const [before, after] = [written.split('\n'), drawn.split('\n')];
  const found = after.filter((line) => !before.includes(line)).map(wordsOf);
  const gone = before.filter((line) => !after.includes(line)).map(wordsOf);
  const line = before.findIndex((text, at) => text !== after[at]);
  return { line: line < 0 ? before.length : line, text: textOf(found[0], gone[0]) };
}

function textOf(found: string | undefined, gone: string | undefined): string {
  if (found === undefined) return gone === undefined ? 'not drawn as it is judged' : `not found: ${gone}`;
  return gone === undefined || gone === found ? `found: ${found}` : `found: ${found} (drawn: ${gone})`;
}

/** What a drawing says behind its carets; of any other line, the line. */
function wordsOf(line: string): string {
  return /\^\s+(.+)$/.exec(line)?.[1] ?? line.trim();
}
