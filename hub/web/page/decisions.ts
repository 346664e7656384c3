/** Decisions as they come in, by what somebody looks for; and one of them. */
import { html, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { ListedRecord, Overview, RecordPage } from '../../protocol/decision.ts';
import { queryOf } from '../api.ts';
import type { Page, Visit } from '../page.ts';
import { effect, empty, instant, none, policyLink, said } from '../part/value.ts';
import { hrefOf } from '../route.ts';
import { count } from '../text.ts';
import { showDecision } from './decision.ts';
import { filterForm, filterOf } from './filter.ts';

export const decisionsPage: Page = {
  title: 'Decisions',
  permission: 'decision:read',
  hears: ['journal'],
  show: (visit) => (visit.route.id === null ? showList(visit) : showDecision(visit, visit.route.id)),
};

const daysOfNames = 30;

async function showList({ api, route, remembered }: Visit): Promise<TemplateResult> {
  const filter = filterOf(route.query);
  const after = route.query.get('after');
  const since = new Date(Date.now() - daysOfNames * 86_400_000).toISOString();
  const [{ decisions, next }, names] = await Promise.all([
    api.get<RecordPage>(`/v1/decisions${queryOf({ ...filter.asked, after })}`),
    remembered('names', () => api.get<Overview>(`/v1/overview${queryOf({ since })}`)),
  ]);
  const more = { ...filter.typed, after: next ?? '' };
  return html`
    <header><h1 tabindex="-1">Decisions</h1></header>
    ${filterForm(filter, names)}
    ${decisions.length === 0 ? nothingFound(filter.isEmpty) : table(decisions)}
    <nav class="pager" aria-label="More decisions">
      ${after === null ? null : html`<a href=${hrefOf('decisions', null, filter.typed)}>Newest</a>`}
      ${next === null ? null : html`<a href=${hrefOf('decisions', null, more)}>Older</a>`}
    </nav>`;
}

function table(decisions: readonly ListedRecord[]): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Decisions">
    <table>
      <thead>
        <tr><th>When</th><th>Effect</th><th>Gate</th><th>Repository</th><th>Findings</th><th>Who</th></tr>
      </thead>
      <tbody>${repeat(decisions, ({ id }) => id, row)}</tbody>
    </table>
  </div>`;
}

function row({ id, at, gate, repository, about, ...rest }: ListedRecord): TemplateResult {
  return html`<tr data-id=${id}>
    <td class="when"><a href=${hrefOf('decisions', id)}>${instant(at)}</a></td>
    <td>${effect(rest)}</td>
    <td>${gate === null ? none(rest.kind) : said(gate)}</td>
    <td>${repository === null ? said(about?.act ?? '') : said(repository)}</td>
    <td>${findings(about)}</td>
    <td>${about === null ? none('') : said(about.who)}</td>
  </tr>`;
}

function findings(about: ListedRecord['about']): TemplateResult {
  if (about === null || about.findings === 0) return none('');
  const rest = about.findings - about.policies.reduce((sum, { findings: many }) => sum + many, 0);
  return html`<ul class="inline">
    ${about.policies.map(
      ({ policy, findings: many }) => html`<li>${policyLink(policy)}${many > 1 ? ` ×${count(many)}` : ''}</li>`,
    )}
    ${rest > 0 ? html`<li class="faint">and ${count(rest)} more</li>` : null}
  </ul>`;
}

function nothingFound(isEmpty: boolean): TemplateResult {
  return isEmpty
    ? empty(
        'No decision yet',
        html`Enrol a device with <code>kerb enroll ${location.origin}</code>: what its gates decide appears here.`,
      )
    : empty('Nothing matches', html`<a href=${hrefOf('decisions')}>Take all filters away</a>`);
}
