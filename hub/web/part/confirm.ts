/** What cannot be taken back is asked for twice: a button opens, and another one does it. */
import { html, type TemplateResult } from 'lit';

export interface Confirmation {
  /** What the first button says: `Revoke`. */
  readonly what: string;
  /** What it means. */
  readonly words: TemplateResult | string;
  readonly act: () => Promise<unknown>;
  /** Called when it is done. */
  readonly done: () => void;
}

export function confirmed({ what, words, act, done }: Confirmation): TemplateResult {
  const go = (event: Event): void => {
    const place = (event.currentTarget as HTMLElement).parentElement?.querySelector('output');
    act().then(done, (error: unknown) => {
      if (place) place.textContent = error instanceof Error ? error.message : String(error);
    });
  };
  return html`<details class="confirm">
    <summary>${what} …</summary>
    <p>${words}</p>
    <p><button class="button" @click=${go}>${what}</button> <output></output></p>
  </details>`;
}
