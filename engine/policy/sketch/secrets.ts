/** No credential of a real file goes into a policy or its page. */
import { readDocument } from '../../document/index.ts';
import type { Document, Native, Node, SourceFile, Span, Value } from '../../model.ts';
import { isMap } from '../../resource/adapter.ts';
import { liftResources } from '../../resource/index.ts';

const telling = /pass(?:word|wd|phrase)?$|pwd$|secret|token|credential|api[-_.]?key|private[-_.]?key|access[-_.]?key/i;

/** The file with an `x` for each character of what policies know to be a secret, and of what its name says is one. */
export function withoutSecrets(file: SourceFile, known: readonly Span[], native: Native): SourceFile {
  const spans = [...known, ...namedSecrets(readDocument(file, native))];
  return spans.length === 0 ? file : { ...file, text: struck(file.text, spans) };
}

/** Quotes and white space stay, so that the text parses as before. */
function struck(text: string, spans: readonly Span[]): string {
  return spans.reduce(
    (left, { start, end }) => left.slice(0, start) + left.slice(start, end).replace(/[^\s"'`]/g, 'x') + left.slice(end),
    text,
  );
}

/**
 * `password: …`, `{ name: DB_PASSWORD, value: … }`, and the data of a Kubernetes Secret; of what is read line by line, `ENV` and `ARG` and
 * the settings of an `.npmrc`.
 */
function namedSecrets(document: Document): readonly Span[] {
  const lifted = liftResources(document).map(({ part }) => part);
  return [...document.parts, ...lifted].flatMap(({ offset, content: { root, value } }) =>
    spansIn(root, value, isMap(value) && value.kind === 'Secret').map(({ start, end }) => ({
      start: start + offset,
      end: end + offset,
    })),
  );
}

function spansIn(node: Node | null, value: Value, isSecret: boolean): readonly Span[] {
  if (node === null || node.kind === 'scalar') return [];
  if (node.kind === 'list')
    return node.items.flatMap((item, index) => spansIn(item, Array.isArray(value) ? value[index] : null, isSecret));
  const values = isMap(value) ? value : {};
  const name = values.name ?? values.key;
  const isNamed = typeof name === 'string' && telling.test(name);
  return node.entries.flatMap(({ key, value: inner }) => {
    const isData = isSecret && (key === 'data' || key === 'stringData');
    if (inner?.kind === 'scalar')
      return telling.test(key) || (isNamed && key === 'value') ? secretSpan(inner.span, values[key]) : [];
    return isData ? scalarSpans(inner) : spansIn(inner, values[key] ?? null, isSecret);
  });
}

/** A flag or a number named `token…` is none: `automountServiceAccountToken: false`. */
function secretSpan(span: Span, value: Value | undefined): readonly Span[] {
  return typeof value === 'string' ? [span] : [];
}

function scalarSpans(node: Node | null): readonly Span[] {
  if (node === null) return [];
  if (node.kind === 'scalar') return [node.span];
  return node.kind === 'list'
    ? node.items.flatMap(scalarSpans)
    : node.entries.flatMap(({ value }) => scalarSpans(value));
}
