/**
 * What an editor asks of a policy file or a `kerb.yaml` that is being written, at an offset: what may stand here, what
 * this is, where it was said, where else it is. Everything is in the file's offsets, and nothing throws.
 */
import { complete } from '../../cel/assist/complete.ts';
import { describe, occurrences, type Signatures, signatures } from '../../cel/assist/describe.ts';
import { type SemanticToken, semanticTokens } from '../../cel/assist/tokens.ts';
import type { Span } from '../../model.ts';
import { type Draft, type DraftExpression, readDraft } from './draft.ts';
import { describeKey, type OwnFile, type PolicyName, pathAt, type WrittenPath, yamlItems } from './keys.ts';

export type { TokenKind } from '../../cel/assist/tokens.ts';
export { foldsOf } from './folds.ts';
export { formatDraft } from './format.ts';
export type { OwnFile } from './keys.ts';

/** Something that may be written. */
export interface DraftCompletion {
  readonly kind: 'field' | 'variable' | 'function' | 'method' | 'macro' | 'keyword' | 'key' | 'value';
  readonly label: string;
  /** A type or a signature; empty for keys and values. */
  readonly detail: string;
  readonly documentation: string;
  /** `snippet`: `$1` and the like are places to fill in. */
  readonly insert: { readonly text: string; readonly form: 'plain' | 'snippet' };
  readonly replace: Span;
}

/** What may stand at an offset. `known`: the policies that a configuration may name. */
export function completeDraft(
  file: OwnFile,
  text: string,
  offset: number,
  known: readonly PolicyName[] = [],
): readonly DraftCompletion[] {
  const found = file === 'policy' ? (expressionAt(readDraft(text), offset) ?? expressionBegun(text, offset)) : null;
  if (found === null) {
    const path = file === 'policy' ? pathAt(text, offset) : null;
    if (path !== null) return completePath(readDraft(text), path);
    return yamlItems(file, text, offset, known).map(({ insert, ...item }) => ({
      ...item,
      detail: '',
      insert: { text: insert, form: 'plain' },
    }));
  }
  const { expression, at, ends } = found;
  return complete(expression.source, at, expression.environment).map(({ insert, replace, ...item }) => ({
    ...item,
    documentation: '',
    insert: { text: insert, form: insert.includes('$') ? 'snippet' : 'plain' },
    // The word around the cursor is on one line, so that it is as long in the file as in the expression.
    replace: { start: offset - (at - replace.start), end: offset + Math.min(replace.end, ends) - at },
  }));
}

/** Fields on the way that a path takes, without its indices. */
function completePath({ judged }: Draft, { text, key, span }: WrittenPath): readonly DraftCompletion[] {
  const source = `${key === 'each' ? 'self' : judged.name}.${text}`;
  const last = { start: span.start + text.lastIndexOf('.') + 1, end: span.end };
  return complete(source, source.length, judged.environment)
    .filter(({ kind }) => kind === 'field')
    .map(({ insert, ...item }) => ({
      ...item,
      documentation: '',
      insert: { text: insert, form: 'plain' },
      replace: last,
    }));
}

/** What stands at an offset: CEL with its type, or the meaning of a key. */
export function describeDraft(
  file: OwnFile,
  text: string,
  offset: number,
): { readonly span: Span; readonly form: 'cel' | 'prose'; readonly text: string } | null {
  const found = file === 'policy' ? expressionAt(readDraft(text), offset) : null;
  if (found === null) {
    const key = describeKey(file, text, offset);
    return key === null ? null : { ...key, form: 'prose' };
  }
  const said = describe(found.expression.source, found.at, found.expression.environment);
  return said === null ? null : { span: found.expression.toFile(said.span), form: 'cel', text: said.lines.join('\n') };
}

/** The call that an offset is in. */
export function signaturesOfDraft(text: string, offset: number): Signatures | null {
  const found = expressionAt(readDraft(text), offset);
  return found === null ? null : signatures(found.expression.source, found.at, found.expression.environment);
}

/**
 * Everywhere that what stands at an offset is named, the place that declares it first: a parameter of the policy, or a
 * variable of a macro. Null for anything else.
 */
export function occurrencesInDraft(text: string, offset: number): readonly Span[] | null {
  const draft = readDraft(text);
  const parameter = parameterAt(draft, offset);
  if (parameter !== null) return [parameter.declared, ...usesOf(draft, parameter.name)];
  const found = expressionAt(draft, offset);
  if (found === null) return null;
  const spans = occurrences(found.expression.source, found.at, found.expression.environment);
  return spans.length === 0 ? null : spans.map((span) => found.expression.toFile(span));
}

/** The colours of all CEL in a policy file, in order. */
export function tokensOfDraft(text: string): readonly SemanticToken[] {
  return readDraft(text)
    .expressions.flatMap((expression) =>
      semanticTokens(expression.source, expression.environment).map(({ span, kind }) => ({
        span: expression.toFile(span),
        kind,
      })),
    )
    .sort((a, b) => a.span.start - b.span.start);
}

interface FoundExpression {
  readonly expression: DraftExpression;
  /** The offset in its source, and where what is in the file ends. */
  readonly at: number;
  readonly ends: number;
}

function expressionAt({ expressions }: Draft, offset: number): FoundExpression | null {
  for (const expression of expressions) {
    const at = expression.fromFile(offset);
    if (at !== null) return { expression, at, ends: expression.source.length };
  }
  return null;
}

/** An expression of which nothing is there yet: it is read as if a name began it. */
function expressionBegun(text: string, offset: number): FoundExpression | null {
  const line = text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);
  if (!/^ +$|: +$/.test(line) || /^[^\r\n]*\S/.test(text.slice(offset))) return null;
  const found = expressionAt(readDraft(`${text.slice(0, offset)}x${text.slice(offset)}`), offset);
  return found?.expression.source.trim() === 'x' ? { ...found, ends: found.at } : null;
}

/** The parameter whose declaration or use is at an offset. */
function parameterAt(draft: Draft, offset: number): { readonly name: string; readonly declared: Span } | null {
  for (const [name, declared] of draft.parameters) {
    const spans = [declared, ...usesOf(draft, name)];
    if (spans.some(({ start, end }) => start <= offset && offset <= end)) return { name, declared };
  }
  return null;
}

/** Each `params.name`, where the name stands. */
function usesOf({ expressions }: Draft, name: string): readonly Span[] {
  const use = new RegExp(`\\bparams\\s*\\.\\??\\s*${name}\\b`, 'g');
  return expressions.flatMap(({ source, toFile }) =>
    [...source.matchAll(use)].map(({ index, 0: { length } }) =>
      toFile({ start: index + length - name.length, end: index + length }),
    ),
  );
}
