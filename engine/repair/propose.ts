/** From a policy's `fix` to edits of a file, not yet tried. */

import type { Context } from '../evaluate.ts';
import type { Origin } from '../evaluation/assemble.ts';
import { nodeAt, pathOfTarget } from '../evaluation/place.ts';
import { fileOf, scopeOf } from '../evaluation/scope.ts';
import { type Document, type Edit, type PartContent, type Path, Unknown, type Value } from '../model.ts';
import { renderTemplate } from '../policy/template.ts';
import { type Scope, valueAt } from '../rule/require.ts';
import { applyChange, type Change } from './change.ts';
import { jsonEdits } from './json.ts';
import { yamlEdits } from './yaml.ts';

/** A fix that was not tried yet. */
export interface Proposal {
  /** In the part's offsets. */
  readonly edits: readonly Edit[];
  /** What the part says afterwards, where that can be told: a fix that does anything else is dropped. */
  readonly expected: { readonly value: Value } | null;
}

/** What a fix would do; null where it cannot be done here. */
export function propose(document: Document, { mark }: Origin, context: Context): Proposal | null {
  const { policy, element, hit } = mark.judged;
  const fix = policy.enabled.policy.fix;
  if (fix === null || mark.judged.outcome !== 'fail') return null;
  const { action } = fix;
  const base: Path = ['self', ...(element?.path ?? [])];
  const absolute = (path: Path) => pathOfTarget(mark.content, mark.resource, [...base, ...path]);
  switch (action.kind) {
    case 'pattern':
      return hit?.fix == null ? null : { edits: hit.fix, expected: null };
    case 'remove': {
      const paths = action.paths.map(absolute).filter((path) => valueAt(mark.content.value, path) !== undefined);
      return changed(
        document,
        mark.content,
        paths.map((path) => ({ kind: 'remove', path })),
      );
    }
    case 'set':
      return changed(
        document,
        mark.content,
        action.values.map(({ path, value }) => ({ kind: 'set', path: absolute(path), value })),
      );
    case 'value':
      return replaced(document, mark, fixScope(document, mark, context));
    case 'insert':
      return inserted(document, mark, action.where, fixScope(document, mark, context));
  }
}

type Marked = Origin['mark'];

function fixScope(document: Document, { resource, judged, place, content }: Marked, context: Context): Scope {
  const scope = scopeOf(resource, fileOf(document), context);
  scope.params = judged.policy.enabled.parameters;
  if (judged.element !== null) {
    scope.item = judged.element.item;
    scope.key = judged.element.key;
  }
  const written = content.text.slice(place.span.start, place.span.end);
  scope.marked =
    resource.span === undefined && content.root !== null ? (valueAt(content.value, place.path) ?? null) : written;
  return scope;
}

/** Several changes, each on the text that the one before left. Only the last edits count, so more than one is written as one. */
function changed(document: Document, content: PartContent, changes: readonly Change[]): Proposal | null {
  const edits: Edit[] = [];
  let expected: { readonly value: Value } | null = { value: content.value };
  for (const change of changes) {
    const made = editsOf(document, content, change);
    expected = expected === null ? null : applyChange(expected.value, change);
    if (made === null || expected === null) return null;
    edits.push(...made);
  }
  // An adapter's own reading derives fields from others: what it says afterwards cannot be told beforehand.
  return edits.length === 0
    ? null
    : { edits: joined(edits), expected: isStructured(document, content) ? expected : null };
}

/** Whether the paths of a content lead through YAML or JSON, and not through what an adapter reads in the text. */
function isStructured({ kind, parts }: Document, content: PartContent): boolean {
  return (kind === 'yaml' || kind === 'json') && parts.some((part) => part.content === content);
}

/** Two insertions at one place are one edit: the first written stands first. */
function joined(edits: readonly Edit[]): readonly Edit[] {
  const byPlace = new Map<string, Edit>();
  for (const edit of edits) {
    const place = `${edit.span.start} ${edit.span.end}`;
    const before = byPlace.get(place);
    byPlace.set(place, before === undefined ? edit : { span: edit.span, text: before.text + edit.text });
  }
  return [...byPlace.values()];
}

function editsOf(document: Document, content: PartContent, change: Change): readonly Edit[] | null {
  if (content.root === null) return null;
  if (document.kind === 'yaml') return yamlEdits(content, change);
  if (document.kind === 'json') return jsonEdits(content, change);
  return change.kind === 'remove' ? withoutLines(content, change.path) : null;
}

/** In a file of lines (a Dockerfile), an element of a list goes with its lines. */
function withoutLines(content: PartContent, path: Path): readonly Edit[] | null {
  const node = typeof path.at(-1) === 'number' ? nodeAt(content.root, path) : null;
  if (node === null || content.text.slice(node.span.start, node.span.end).trim() === '') return null;
  const start = content.text.lastIndexOf('\n', node.span.start - 1) + 1;
  const end = content.text.indexOf('\n', node.span.end);
  return [{ span: { start, end: end < 0 ? content.text.length : end + 1 }, text: '' }];
}

function replaced(document: Document, mark: Marked, scope: Scope): Proposal | null {
  const evaluation = mark.judged.policy.fixValue?.evaluate(scope, { cost: 100_000 });
  if (evaluation?.kind !== 'value') return null;
  const value = evaluation.value;
  const isScalar = value === null || ['string', 'boolean', 'number', 'bigint'].includes(typeof value);
  if (value instanceof Unknown || !isScalar) return null;
  const hasPath = mark.resource.span === undefined && mark.judged.span === null && mark.content.root !== null;
  if (hasPath && isStructured(document, mark.content)) {
    return changed(document, mark.content, [{ kind: 'set', path: mark.place.path, value: value as Value }]);
  }
  return { edits: [{ span: mark.place.span, text: String(value) }], expected: null };
}

function inserted(document: Document, mark: Marked, where: 'before' | 'after', scope: Scope): Proposal | null {
  const { fixText } = mark.judged.policy;
  if (fixText === null || document.kind === 'json') return null;
  const { text } = mark.content;
  const lineStart = text.lastIndexOf('\n', mark.place.span.start - 1) + 1;
  const indent = /^[ \t]*/.exec(text.slice(lineStart))?.[0] ?? '';
  const end = text.indexOf('\n', Math.max(mark.place.span.end - 1, mark.place.span.start));
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = renderTemplate(fixText, scope)
    .split('\n')
    .map((line) => (line === '' ? '' : indent + line));
  const written = lines.join(newline);
  if (where === 'before')
    return { edits: [{ span: { start: lineStart, end: lineStart }, text: written + newline }], expected: null };
  const at = end < 0 ? text.length : end + 1;
  return {
    edits: [{ span: { start: at, end: at }, text: end < 0 ? newline + written : written + newline }],
    expected: null,
  };
}
