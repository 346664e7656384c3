/** The `rego` part of a policy's text: what its bundle is compiled from, and the text with another bundle. */
import { readDocument } from '../document/index.ts';
import type { Entry, MapNode, Native, Node, Span, Value } from '../model.ts';
import { valueAt } from '../rule/require.ts';

/** What a bundle is compiled from. The policy need not have one yet. */
export interface RegoSource {
  readonly entrypoint: string;
  /** Relative to the policy's file. */
  readonly files: readonly string[];
}

const noNative: Native = { sha256: () => '', parseCode: () => null };

/** What a policy's bundle is compiled from; null where its text names no source. */
export function regoSourceOf(text: string): RegoSource | null {
  const { value } = contentOf(text) ?? {};
  const [entrypoint, source] = ['entrypoint', 'source'].map((key) => valueAt(value ?? null, ['rego', key]));
  const files = (Array.isArray(source) ? source : [source]) as readonly Value[];
  const isWhole = typeof entrypoint === 'string' && files.every((file) => typeof file === 'string');
  return isWhole ? { entrypoint, files: files as readonly string[] } : null;
}

const width = 120;

/** The policy's text with this bundle, in base64, and nothing else changed; null where `rego` is no map in block style. */
export function withBundle(text: string, bundle: string): string | null {
  const content = contentOf(text);
  const rego = content?.root.kind === 'map' ? entryOf(content.root, 'rego')?.value : null;
  const first = rego?.kind === 'map' ? rego.entries[0] : undefined;
  if (content == null || rego?.kind !== 'map' || first === undefined) return null;
  if (text[content.offset + rego.span.start] === '{') return null;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const indent = ' '.repeat(columnOf(text, content.offset + first.keySpan.start));
  const lines = bundle.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
  const block = ['|', ...lines.map((line) => `${indent}  ${line}`)].join(newline);
  const span = (inPart: Span): Span => ({ start: inPart.start + content.offset, end: inPart.end + content.offset });
  const before = entryOf(rego, 'bundle');
  if (before?.value != null) return replaced(text, span(before.value.span), block);
  const end = lineEnd(text, span(before?.keySpan ?? rego.span).end);
  if (before !== null) return replaced(text, { start: span(before.keySpan).end, end }, `: ${block}`);
  return replaced(text, { start: end, end }, `${newline}${indent}bundle: ${block}`);
}

interface Content {
  readonly root: Node;
  readonly value: Value;
  readonly offset: number;
}

function contentOf(text: string): Content | null {
  for (const { offset, content } of readDocument({ path: 'policy.yaml', text }, noNative).parts)
    if (content.root !== null) return { root: content.root, value: content.value, offset };
  return null;
}

function entryOf({ entries }: MapNode, key: string): Entry | null {
  return entries.findLast((entry) => entry.key === key) ?? null;
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

function lineEnd(text: string, offset: number): number {
  return offset + text.slice(offset).search(/\r?\n|$/);
}

function replaced(text: string, { start, end }: Span, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}
