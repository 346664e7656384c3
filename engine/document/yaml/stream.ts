/**
 * The offsets where the documents of a YAML stream begin. By YAML 1.2.2 §9 a `---` or `...` at the beginning of a line
 * can be inside no scalar, so this is exact. What precedes a `---` at the beginning or after `...`, if it is directives
 * and comments alone, belongs to the document that the `---` opens.
 */
export function documentStarts(text: string): readonly number[] {
  const starts = [0];
  let open = false;
  let from = 0;
  for (const { offset, sign, end } of markers(text)) {
    if (sign === '...') {
      if (hasContent(text, end)) starts.push(end);
      open = false;
      from = end;
    } else {
      if (open || !isPrefix(text.slice(from, offset))) starts.push(offset);
      open = true;
    }
  }
  return starts;
}

interface Marker {
  readonly offset: number;
  readonly sign: '---' | '...';
  /** Where the next line begins. */
  readonly end: number;
}

function markers(text: string): readonly Marker[] {
  const found = [...marked(text, '---'), ...marked(text, '...')];
  return found.sort((one, other) => one.offset - other.offset);
}

/** Searching for the sign is many times faster than looking at each line. */
function marked(text: string, sign: Marker['sign']): readonly Marker[] {
  const found: Marker[] = [];
  const first = text.startsWith('\uFEFF') ? 1 : 0;
  let at = text.startsWith(sign, first) ? first : next(text, sign, first);
  for (; at > 0 || (at === 0 && found.length === 0); at = next(text, sign, at)) {
    const feed = text.indexOf('\n', at);
    if (isMarker(text, at)) found.push({ offset: at, sign, end: feed < 0 ? text.length : feed + 1 });
  }
  return found;
}

/** The next line that begins with the sign, or -1. */
function next(text: string, sign: string, from: number): number {
  const at = text.indexOf(`\n${sign}`, from);
  return at < 0 ? -1 : at + 1;
}

/** Whether the document marker at the offset stands by itself. */
export function isMarker(text: string, offset: number): boolean {
  const next = text.charCodeAt(offset + 3);
  return Number.isNaN(next) || next === 32 || next === 9 || next === 10 || next === 13;
}

/** Whether there are comments and directives alone, so that a `---` after it opens the document that they belong to. */
export function isPrefix(text: string): boolean {
  return /^\uFEFF?(?:[ \t]*(?:#.*)?\r?\n|%.*\n)*$/.test(text);
}

function hasContent(text: string, from: number): boolean {
  return /\S/.test(text.slice(from, from + 10_000)) || text.length > from + 10_000;
}
