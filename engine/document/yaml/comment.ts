import type { Span } from '../../model.ts';

/** Comments of a stretch of YAML: a `#` after white space that no scalar contains, to the end of its line. */
export function findComments(text: string, scalars: readonly Span[]): readonly Span[] {
  const comments: Span[] = [];
  let next = 0;
  for (let at = text.indexOf('#'); at >= 0; ) {
    while (next < scalars.length && scalars[next]!.end <= at) next++;
    const inside = next < scalars.length && scalars[next]!.start <= at;
    if (inside) {
      at = text.indexOf('#', scalars[next]!.end);
    } else if (at > 0 && !' \t\r\n'.includes(text[at - 1]!)) {
      at = text.indexOf('#', at + 1);
    } else {
      const end = lineEnd(text, at);
      comments.push({ start: at, end });
      at = text.indexOf('#', end);
    }
  }
  return comments;
}

function lineEnd(text: string, from: number): number {
  const feed = text.indexOf('\n', from);
  const end = feed < 0 ? text.length : feed;
  return text[end - 1] === '\r' ? end - 1 : end;
}
