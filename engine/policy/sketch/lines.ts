/** Sketches from what is read line by line: a Dockerfile, an `.npmrc`. */
import type { Node, PartContent, Span } from '../../model.ts';
import type { Idea } from './idea.ts';
import { nameFor } from './name.ts';
import { suggestionsFor } from './rules.ts';
import { type LineTarget, nodeOf } from './target.ts';

/** What may become a policy: of a Dockerfile the stage's FROM and the instruction, else the line. */
export function* lineIdeas(target: LineTarget): Iterable<Idea> {
  const node = nodeOf(target);
  if (node === null) return;
  for (const suggestion of suggestionsFor({ ...target, isSecret: false })) {
    const { instead, ...said } = suggestion;
    for (const lines of [linesOf(target, node), everyLine(target.content)]) {
      const other = typeof instead === 'string' ? instead : 'other';
      yield {
        ...said,
        path: nameFor(target.document.file.path),
        language: target.document.kind === 'dockerfile' ? 'dockerfile' : 'ini',
        failing: only(target.content.text, lines, null),
        passing: only(target.content.text, lines, { span: node.span, text: other }),
      };
    }
  }
}

function linesOf({ content, resource }: LineTarget, node: Node): readonly Span[] {
  const from = stageSpan(content, resource.path);
  const own = spanAt(content, resource.path) ?? node.span;
  const kept = resource.kind === 'npm.config' ? node.span : own;
  return from === null ? [kept] : [from, kept];
}

function stageSpan(content: PartContent, [list, index]: LineTarget['path']): Span | null {
  return list === 'stages' && index !== undefined ? spanAt(content, [list, index]) : null;
}

function spanAt({ root }: PartContent, path: LineTarget['path']): Span | null {
  let node: Node | null = root;
  for (const key of path) {
    if (node === null || node.kind === 'scalar') return null;
    node =
      node.kind === 'list'
        ? (node.items[Number(key)] ?? null)
        : (node.entries.find((entry) => entry.key === key)?.value ?? null);
  }
  return node?.span ?? null;
}

function everyLine({ text }: PartContent): readonly Span[] {
  return [{ start: 0, end: text.length }];
}

/** The lines that the spans touch, with something else in one place. */
function only(
  text: string,
  spans: readonly Span[],
  edit: { readonly span: Span; readonly text: string } | null,
): string {
  const lines: string[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    const end = start + line.length;
    if (spans.some((span) => span.start <= end && start <= span.end - 1)) lines.push(edited(line, start, edit));
    start = end + 1;
  }
  return `${lines.filter((line) => line !== null).join('\n')}\n`;
}

function edited(line: string, start: number, edit: { readonly span: Span; readonly text: string } | null): string {
  if (edit === null) return line;
  const from = edit.span.start - start;
  const to = edit.span.end - start;
  if (to <= 0 || from > line.length) return line;
  return line.slice(0, Math.max(0, from)) + (from >= 0 ? edit.text : '') + line.slice(Math.min(line.length, to));
}
