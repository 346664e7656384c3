/** Sketches from code: the call that is pointed at, as a pattern. */
import type { CodeLanguage, CodeMatch, CodeTree, Span } from '../../model.ts';
import type { Idea } from './idea.ts';
import { nameFor } from './name.ts';
import type { CodeTarget } from './target.ts';

/** How a grammar names a call, and the field in it that says what is called. */
const calls: Readonly<Record<CodeLanguage, { readonly kind: string; readonly field: string }>> = {
  typescript: { kind: 'call_expression', field: 'function' },
  tsx: { kind: 'call_expression', field: 'function' },
  javascript: { kind: 'call_expression', field: 'function' },
  python: { kind: 'call', field: 'function' },
  go: { kind: 'call_expression', field: 'function' },
  java: { kind: 'method_invocation', field: 'name' },
  bash: { kind: 'command', field: 'name' },
};

/** What may become a policy: the call's lines alone where they say enough, else the whole file. */
export function* codeIdeas({ document, language, code, offset }: CodeTarget): Iterable<Idea> {
  const call = callAt(code, language, offset);
  if (call === null) return;
  const { text } = document.file;
  const name = text.slice(call.name.start, call.name.end).replace(/\s+/g, '');
  for (const lines of [linesAround(text, call.whole), call.whole, { start: 0, end: text.length }]) {
    for (const rule of rulesFor(language, name)) {
      const cut = (middle: string) =>
        dedented(`${text.slice(lines.start, call.name.start)}${middle}${text.slice(call.name.end, lines.end)}`);
      yield {
        label: name,
        title: `${name.slice(0, 80)} must not be called`,
        message: `${name.slice(0, 80).replace(/[{}]/g, '')} is called`,
        rule: { kind: 'pattern', language, rule },
        path: nameFor(document.file.path),
        language,
        failing: cut(text.slice(call.name.start, call.name.end)),
        passing: cut('other'),
      };
    }
  }
}

/** A pattern is what people read most easily; where the grammar reads it otherwise, the node by its kind. */
function rulesFor(language: CodeLanguage, name: string): readonly object[] {
  const { kind, field } = calls[language];
  const byKind = { kind, has: { field, regex: `^${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$` } };
  const hasPattern = language !== 'bash' && language !== 'java' && language !== 'go' && /^[\w$.]+$/.test(name);
  return hasPattern ? [{ pattern: `${name}($$$ARGUMENTS)` }, byKind] : [byKind];
}

interface Call {
  readonly whole: Span;
  readonly name: Span;
}

/** The innermost call around an offset; on its line, the first. */
function callAt(code: CodeTree, language: CodeLanguage, offset: number): Call | null {
  const { kind, field } = calls[language];
  const found = code.find({ rule: { kind } });
  const holding = found.filter(({ span }) => span.start <= offset && offset <= span.end);
  const innermost = holding.reduce<CodeMatch | null>((best, one) => (isShorter(one, best) ? one : best), null);
  const whole = innermost ?? found.find(({ span }) => span.start >= offset) ?? null;
  if (whole === null) return null;
  const inner = found.map(({ span }) => span).filter((span) => span !== whole.span && isWithin(span, whole.span));
  const name = code
    .find({ rule: { regex: '.', inside: { kind, field } } })
    .map(({ span }) => span)
    .find((span) => isWithin(span, whole.span) && !inner.some((call) => isWithin(span, call) && !isWithin(call, span)));
  return name === undefined ? null : { whole: whole.span, name };
}

function isWithin({ start, end }: Span, outer: Span): boolean {
  return outer.start <= start && end <= outer.end;
}

function isShorter({ span }: CodeMatch, best: CodeMatch | null): boolean {
  return best === null || span.end - span.start < best.span.end - best.span.start;
}

function linesAround(text: string, { start, end }: Span): Span {
  const next = text.indexOf('\n', end);
  return { start: text.lastIndexOf('\n', start - 1) + 1, end: next < 0 ? text.length : next };
}

function dedented(text: string): string {
  const lines = text.split('\n');
  const indents = lines.filter((line) => line.trim() !== '').map((line) => line.length - line.trimStart().length);
  const least = Math.min(...indents);
  return `${lines.map((line) => line.slice(Math.min(least, line.length - line.trimStart().length))).join('\n')}\n`;
}
