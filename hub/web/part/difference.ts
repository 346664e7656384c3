/** What a change alters, line by line, and what was said of these lines. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ShownComment } from '../../protocol/comment.ts';
import { instant, said } from './value.ts';

export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A line of a difference, with where it stands as proposed; null for what stands nowhere there. */
export interface PlacedLine {
  readonly text: string;
  readonly place: Place | null;
}

/** Follows the heads of files and hunks, as `bundleDifference` writes them. */
export function placedLines(lines: readonly string[]): readonly PlacedLine[] {
  let [file, line] = ['', 0];
  return lines.map((text) => {
    const head = /^── (?:new |gone )?(.+)$/.exec(text)?.[1];
    const hunk = /^@@ line (\d+) @@$/.exec(text)?.[1];
    if (head !== undefined) file = head;
    // Up to two lines stand before the one that a hunk names.
    if (hunk !== undefined) line = Math.max(1, Number(hunk) - 2);
    if (!text.startsWith('  ') && !text.startsWith('+ ')) return { text, place: null };
    return { text, place: { file, line: line++ } };
  });
}

/** Whether somebody said it of this line, as it is proposed now. */
function isOn({ place, isOutdated }: ShownComment, at: Place | null): boolean {
  return !isOutdated && place !== null && at !== null && place.file === at.file && place.line === at.line;
}

/** `pick`: called with a line that somebody points at. */
export function difference(
  lines: readonly PlacedLine[],
  comments: readonly ShownComment[],
  pick: (place: Place) => void,
): TemplateResult {
  return html`<pre class="difference" tabindex="0" aria-label="What it alters">${lines.map(({ text, place }) => {
    const own = comments.filter((comment) => isOn(comment, place));
    return html`<span class=${kindOf(text)} @click=${() => place && pick(place)}><i>${place?.line ?? ''}</i>${text}${'\n'}</span>${
      own.length === 0 ? nothing : own.map(remark)
    }`;
  })}</pre>`;
}

function remark({ by, at, text }: ShownComment): TemplateResult {
  return html`<span class="remark"><b>${said(by)}</b>, ${instant(at)}: ${text.split('\n').map((line) => html`${said(line)}${'\n'}`)}</span>`;
}

function kindOf(line: string): string {
  if (line.startsWith('── ')) return 'file';
  return { '+': 'added', '-': 'gone', '@': 'place' }[line[0] ?? ''] ?? '';
}
