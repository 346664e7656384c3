/** What is said of a change, and the form to say something. None of it approves anything. */
import { html, nothing, type TemplateResult } from 'lit';
import type { GivenComment, ShownComment } from '../../protocol/comment.ts';
import type { Api } from '../api.ts';
import { hrefOf } from '../route.ts';
import type { Place } from './difference.ts';
import { code, instant, none, said } from './value.ts';

/** All of them; what is said of a line of the difference stands there as well. */
export function commentList(comments: readonly ShownComment[]): TemplateResult {
  return comments.length === 0
    ? html`<p>${none('Nobody has said anything yet.')}</p>`
    : html`<ul class="comments">${comments.map(comment)}</ul>`;
}

function comment({ by, at, text, place, isOutdated, change }: ShownComment): TemplateResult {
  return html`<li>
    <p class="faint">
      <b>${said(by)}</b>, ${instant(at)}${place === null ? nothing : html`, at ${code(`${place.file}:${place.line}`)}`}
      ${isOutdated ? html`<a class="badge outdated" href=${hrefOf('changes', change)}>of an earlier version</a>` : nothing}
    </p>
    ${place === null || place.quote === '' ? nothing : html`<blockquote>${code(place.quote)}</blockquote>`}
    ${text.split('\n').map((line) => html`<p>${said(line)}</p>`)}
  </li>`;
}

const formId = 'comment';

export interface CommentForm {
  /** The path of the change at the hub. */
  readonly path: string;
  /** Files that the change alters. */
  readonly files: readonly string[];
  readonly api: Api;
  /** Called when it is there. */
  readonly done: () => void;
}

export function commentForm({ path, files, api, done }: CommentForm): TemplateResult {
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const output = form.querySelector('output')!;
    api.send('POST', `${path}/comments`, commentIn(new FormData(form))).then(
      () => {
        output.textContent = 'It is said.';
        form.reset();
        done();
      },
      (error: unknown) => {
        output.textContent = error instanceof Error ? error.message : String(error);
      },
    );
  };
  return html`<form class="comment" id=${formId} aria-label="Say something" @submit=${submit}>
    <label>About
      <select name="file"><option value="">the whole change</option>${files.map((file) => html`<option>${file}</option>`)}</select>
    </label>
    <label>Line <input name="line" type="number" min="1" max="1000000" value="1" /></label>
    <label class="words">Comment <textarea name="text" rows="3" maxlength="2000" required></textarea></label>
    <p><button class="button">Comment</button> <output></output></p>
  </form>`;
}

/** Puts a line that somebody pointed at into the form. */
export function pickPlace({ file, line }: Place): void {
  const form = document.querySelector<HTMLFormElement>(`#${formId}`);
  if (form === null) return;
  form.querySelector('select')!.value = file;
  form.querySelector('input')!.value = String(line);
  form.querySelector('textarea')!.focus();
}

function commentIn(form: FormData): GivenComment {
  const [file, line, text] = ['file', 'line', 'text'].map((name) => String(form.get(name) ?? ''));
  return { text: text ?? '', place: file === '' ? null : { file: file ?? '', line: Number(line) } };
}
