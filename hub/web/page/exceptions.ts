/** Exceptions: what was asked for, what holds, and until when. They are granted on the reviewer's own machine. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ExceptionShown, ExceptionSummary } from '../../protocol/exception.ts';
import { queryOf } from '../api.ts';
import type { Page, Visit } from '../page.ts';
import { code, empty, instant, none, policyLink, said, severity } from '../part/value.ts';
import { hrefOf } from '../route.ts';

export const exceptionsPage: Page = {
  title: 'Exceptions',
  permission: 'exception:read',
  hears: ['exceptions', 'journal'],
  show: (visit) => (visit.route.id === null ? showList(visit) : showOne(visit, visit.route.id)),
};

const states = {
  '': 'All',
  pending: 'Waiting',
  granted: 'In force',
  expired: 'Expired',
  revoked: 'Revoked',
  refused: 'Refused',
};

async function showList({ api, route }: Visit): Promise<TemplateResult> {
  const state = route.query.get('state') ?? '';
  const { exceptions } = await api.get<{ readonly exceptions: readonly ExceptionSummary[] }>(
    `/v1/exceptions${queryOf({ state })}`,
  );
  return html`
    <header class="titled">
      <h1 tabindex="-1">Exceptions</h1>
      <nav class="tabs" aria-label="State">
        ${Object.entries(states).map(
          ([name, words]) =>
            html`<a href=${hrefOf('exceptions', null, { state: name })} aria-current=${name === state ? 'true' : 'false'}>${words}</a>`,
        )}
      </nav>
    </header>
    ${exceptions.length === 0 ? empty('None', state === '' ? html`Who is stopped asks by <code>kerb exception request</code>, or from the editor.` : 'No exception is in this state.') : table(exceptions)}`;
}

function table(exceptions: readonly ExceptionSummary[]): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Exceptions">
    <table>
      <thead><tr><th>Asked</th><th>State</th><th>Policy</th><th>Severity</th><th>Repository</th><th>By</th><th>Ends</th></tr></thead>
      <tbody>
        ${exceptions.map(
          (each) => html`<tr>
            <td class="when"><a href=${hrefOf('exceptions', each.id)}>${instant(each.askedAt)}</a></td>
            <td>${badge(each.state)}${waiting(each)}</td>
            <td>${policyLink(each.policy)}</td>
            <td>${severity(each.severity)}</td>
            <td>${said(each.repository)}</td>
            <td>${said(each.requestedBy)}</td>
            <td class="when">${instant(each.expiresAt)}</td>
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const tones = { pending: 'open', granted: 'good', expired: '', revoked: 'deny', refused: 'deny' } as const;

function badge(state: ExceptionSummary['state']): TemplateResult {
  return html`<span class="badge ${tones[state]}">${states[state].toLowerCase()}</span>`;
}

/** How far it has come, where several people have to approve. */
function waiting({ state, needed, approvedBy }: ExceptionSummary): TemplateResult | typeof nothing {
  if (state !== 'pending' || needed === 1) return nothing;
  return html` <span class="faint">${approvedBy.length} of ${needed}</span>`;
}

async function showOne({ api }: Visit, id: string): Promise<TemplateResult> {
  const exception = await api.get<ExceptionShown>(`/v1/exceptions/${encodeURIComponent(id)}`);
  const { state, policy, repository, requestedBy, askedAt, expiresAt, decidedAt, decidedBy, note, device } = exception;
  const rows: readonly (readonly [string, TemplateResult])[] = [
    ['Policy', html`${policyLink(policy)} ${severity(exception.severity)}`],
    ['Repository', html`<a href=${hrefOf('decisions', null, { repository })}>${said(repository)}</a>`],
    ['Asked by', html`${said(requestedBy)}, ${instant(askedAt)}`],
    [state === 'pending' ? 'Asked until' : 'Ends', instant(expiresAt)],
    [
      'Decided',
      decidedAt === null
        ? none('not yet')
        : html`${instant(decidedAt)}${decidedBy === null ? nothing : html` by ${said(decidedBy)}`}`,
    ],
    ...approvalRows(exception),
    ['Note', note === null ? none() : said(note)],
    ['Device', code(device)],
  ];
  return html`
    <nav class="crumbs" aria-label="Where this is"><a href=${hrefOf('exceptions')}>Exceptions</a></nav>
    <header><h1 tabindex="-1">${badge(state)} exception</h1></header>
    <section class="card" aria-labelledby="terms">
      <h2 id="terms">Terms</h2>
      <dl>${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
      ${state === 'pending' ? html`<p class="faint">${exception.needed > 1 ? `${exception.needed} approvers grant` : 'An approver grants'} it by <code>kerb exception approve ${id} --key YOUR.pem</code>, or refuses it by <code>kerb exception deny ${id}</code>.</p>` : nothing}
      ${state === 'granted' ? html`<p class="faint">An approver takes it back by <code>kerb exception revoke ${id} --key YOUR.pem</code>.</p>` : nothing}
    </section>
    <section aria-labelledby="request">
      <h2 id="request">The request, as its device has signed it</h2>
      <pre tabindex="0" aria-label="The request">${pretty(exception.request)}</pre>
    </section>`;
}

/** Who has approved by a signature of their own, and how many people have to. */
function approvalRows({ state, needed, approvals }: ExceptionShown): readonly (readonly [string, TemplateResult])[] {
  if (approvals.length === 0 && (needed === 1 || state !== 'pending')) return [];
  const people = approvals.map(
    ({ who, at, expiresAt }) => html`<li>${said(who)}, ${instant(at)}, until ${instant(expiresAt)}</li>`,
  );
  return [
    ['Approvals', html`${approvals.length} of ${needed}${people.length === 0 ? nothing : html`<ul>${people}</ul>`}`],
  ];
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
