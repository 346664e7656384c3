/** What of one of Kerb's own files can be folded away: each key and each element whose value goes on over several lines. */
import { readDocument } from '../../document/index.ts';
import type { Native, Node, Span } from '../../model.ts';

const noNative: Native = { sha256: () => '', parseCode: () => null };
/** More than anybody folds, in files longer than any of Kerb's own. */
const maxFolds = 2_000;
const maxLength = 200_000;

/** From the key, or the element's beginning, to the end of the value, in the order of the text. Never throws. */
export function foldsOf(text: string): readonly Span[] {
  if (text.length > maxLength) return [];
  const { parts } = readDocument({ path: 'policy.yaml', text }, noNative);
  return parts
    .flatMap(({ content, offset }) =>
      content.root === null ? [] : foldsIn(content.root).map((span) => trimmed(text, span, offset)),
    )
    .filter(({ start, end }) => isLong(text, start, end))
    .slice(0, maxFolds);
}

function foldsIn(node: Node): readonly Span[] {
  if (node.kind === 'scalar') return [];
  if (node.kind === 'list') return node.items.flatMap((item) => [item.span, ...foldsIn(item)]);
  return node.entries.flatMap(({ keySpan, value }) =>
    value === null ? [] : [{ start: keySpan.start, end: value.span.end }, ...foldsIn(value)],
  );
}

/** Without the empty lines behind. */
function trimmed(text: string, span: Span, offset: number): Span {
  let end = span.end + offset;
  while (end > span.start + offset && /\s/.test(text[end - 1] ?? '')) end--;
  return { start: span.start + offset, end };
}

function isLong(text: string, start: number, end: number): boolean {
  const lineEnd = text.indexOf('\n', start);
  return lineEnd !== -1 && lineEnd < end;
}
