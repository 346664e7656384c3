/** Where findings stand on secrets: what a policy names under `masks`, no output may show. */
import { locate } from '../document/index.ts';
import type { Path, Span, Value } from '../model.ts';
import { valueAt } from '../rule/require.ts';
import type { Mark } from './mark.ts';
import { pathOfTarget } from './place.ts';

/** A value that is shorter is not looked for elsewhere: it stands in too many other words. */
const shortest = 6;

/** The places of all secrets that the marks are about, in the part's offsets. */
export function maskedSpans(marks: readonly Mark[]): readonly Span[] {
  return marks.flatMap((mark) => mark.judged.policy.enabled.policy.masks.flatMap((path) => spansOf(mark, path)));
}

function spansOf({ judged, resource, content }: Mark, path: Path): readonly Span[] {
  if (judged.hit !== null) {
    const variable = judged.hit.variables[String(path[0])];
    return variable?.span == null ? [] : [variable.span];
  }
  const target = [...(judged.element?.path ?? []), ...path];
  const found = locate(content, pathOfTarget(content, resource, ['self', ...target]));
  if (found.missing > 0 || found.value === null) return [];
  return [found.value, ...occurrences(content.text, valueAt(resource.self, target))];
}

/** An alias leads to where the value is written, and the same secret may be written more than once. */
function occurrences(text: string, value: Value | undefined): readonly Span[] {
  if (value === null || value === undefined || typeof value === 'object') return [];
  const secret = String(value);
  const spans: Span[] = [];
  if (secret.length < shortest) return spans;
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length)) {
    spans.push({ start: at, end: at + secret.length });
  }
  return spans;
}
