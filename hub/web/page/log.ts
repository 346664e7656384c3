/** The audit log: how long it is, what of it this browser has verified, and what was done on the hub. */
import { html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ListedRecord, RecordPage } from '../../protocol/decision.ts';
import { queryOf } from '../api.ts';
import type { Page, Visit } from '../page.ts';
import { save } from '../part/save.ts';
import { code, instant, none, said } from '../part/value.ts';
import { hrefOf } from '../route.ts';
import { count, dayOf } from '../text.ts';
import { type Observation, observe } from '../witness.ts';

export const logPage: Page = {
  title: 'Audit log',
  permission: 'log:read',
  hears: ['journal'],
  show,
};

async function show({ api, route, me }: Visit): Promise<TemplateResult> {
  const after = route.query.get('after');
  const [observation, { decisions, next }] = await Promise.all([
    observe(api, me.tenant),
    api.get<RecordPage>(`/v1/decisions${queryOf({ kind: 'act', after })}`),
  ]);
  return html`
    <header><h1 tabindex="-1">Audit log</h1></header>
    ${witness(observation)}
    <section aria-labelledby="acts">
      <h2 id="acts">What was done on the hub of ${said(me.tenant)}</h2>
      ${acts(decisions)}
    </section>
    <nav class="pager" aria-label="More acts">
      ${after === null ? null : html`<a href=${hrefOf('log')}>Newest</a>`}
      ${next === null ? null : html`<a href=${hrefOf('log', null, { after: next })}>Older</a>`}
    </nav>`;
}

function witness({ key, note, verdict, since }: Observation): TemplateResult {
  const checkpoint = verdict.kind === 'consistent' ? verdict.checkpoint : null;
  const followed = `This browser has followed it since ${dayOf(since.at)}, when it had ${count(since.size)} entries.`;
  return html`<section class="card" aria-labelledby="checkpoint">
    <h2 id="checkpoint">Checkpoint</h2>
    ${
      verdict.kind === 'consistent'
        ? html`<p class="verdict good" data-witness="consistent">
            <strong>Consistent.</strong> The log’s key has signed it, and nothing of what was there before was changed. ${followed}
          </p>`
        : html`<p class="verdict bad" role="alert" data-witness=${verdict.alarm}>
            <strong>Alarm, ${verdict.alarm}:</strong> ${verdict.what}. Ask who runs the hub before you believe anything that it shows.
          </p>`
    }
    <dl>
      <div><dt>Log</dt><dd>${checkpoint === null ? none('not signed') : code(checkpoint.origin)}</dd></div>
      <div><dt>Entries</dt><dd>${checkpoint === null ? none('not signed') : count(checkpoint.size)}</dd></div>
      <div><dt>Root</dt><dd>${code(note.split('\n')[2] ?? '')}</dd></div>
      <div><dt>Key</dt><dd>${code(key)}</dd></div>
    </dl>
    <p class="actions">
      <button class="button" @click=${() => save('checkpoint', note)}>Download the checkpoint</button>
      <button class="button quiet" @click=${() => save('log.pub', `${key}\n`)}>Download the log’s key</button>
    </p>
    <p class="faint">
      Kept elsewhere, a checkpoint shows what the hub and its key together would change. All of it verifies without the
      hub: <code>kerb audit export</code>, then <code>kerb audit verify</code>.
    </p>
  </section>`;
}

function acts(all: readonly ListedRecord[]): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="What was done">
    <table>
      <thead><tr><th>When</th><th>What</th><th>Who</th><th class="number">Entry</th></tr></thead>
      <tbody>
        ${repeat(
          all,
          ({ id }) => id,
          ({ id, at, about, index }) => html`<tr>
            <td class="when"><a href=${hrefOf('decisions', id)}>${instant(at)}</a></td>
            <td>${about?.act == null ? none('') : code(about.act)}</td>
            <td>${about === null ? none('') : said(about.who)}</td>
            <td class="number">${count(index)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
