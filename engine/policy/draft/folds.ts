/** What of one of Kerb's own files can be folded away: each key and each element whose value goes on over several lines. */
import { readDocument } from '../../document/index.ts';
import type { Native, Node, Span } from '../../model.ts';

const noNative: Native = { sha256: () => '', parseCode: () => null };
/** More than anybody folds. */
const maxFolds = 2_000;

/** From the key, or the element's beginning, to the end of the value, in the order of the text. Never throws. */
export function foldsOf(text: string): readonly Span[] {
  const { parts } = readDocument({ path: 'policy.yaml', text }, noNative);
  return parts
    .flatMap(({ content, offset }) =>
      content.root === null
        ? []
        : foldsIn(content.root).map(({ start, end }) => shortened(text, start + offset, end + offset)),
    )
    .filter(({ start, end }) => text.slice(start, end).includes('\n'))
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
function shortened(text: string, start: number, end: number): Span {
  return { start, end: start + text.slice(start, end).trimEnd().length };
}
