/** The policies that this organisation has published: what each does, and who answers for it. */
import { html, nothing, type TemplateResult } from 'lit';
import type {
  Concern,
  ListedPolicy,
  PolicyCatalogue,
  PublicationShown,
  ShownPolicy,
} from '../../protocol/catalogue.ts';
import type { ShownFeedback } from '../../protocol/feedback.ts';
import { Refusal } from '../api.ts';
import type { Page, Visit } from '../page.ts';
import { feedbackOn, feedbackTable } from '../part/feedback.ts';
import { code, empty, instant, none, policyLink, said, severity, short } from '../part/value.ts';
import { hrefOf } from '../route.ts';
import { count, dayOf } from '../text.ts';

export const policiesPage: Page = {
  title: 'Policies',
  permission: 'change:read',
  hears: ['policies'],
  show: (visit) => (visit.route.id === null ? showList(visit) : showOne(visit, visit.route.id)),
};

async function showList({ api }: Visit): Promise<TemplateResult> {
  const { inForce, policies } = await api.get<PolicyCatalogue>('/v1/policies');
  return html`
    <header>
      <h1 tabindex="-1">Policies</h1>
      ${inForce === null ? nothing : html`<p class="lead">${provenance(inForce)}, SHA-256 ${short(inForce.sha256)}</p>`}
    </header>
    ${inForce === null ? nothingYet() : table(policies)}`;
}

function table(policies: readonly ListedPolicy[]): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Policies in force">
    <table>
      <thead>
        <tr><th>Policy</th><th>Severity</th><th>Does</th><th>Owners</th><th>As it is since</th><th>Approved by</th>
          <th class="number">Findings, 30 days</th><th class="number">Reported</th></tr>
      </thead>
      <tbody>${policies.map(row)}</tbody>
    </table>
  </div>`;
}

function row(policy: ListedPolicy): TemplateResult {
  const { id, title, since, findings, excepted } = policy;
  return html`<tr>
    <td>${policyLink(id)}<br /><span class="faint">${said(title)}</span></td>
    <td>${severity(policy.severity)}</td>
    <td>${policy.enforcement}${marks(policy)}</td>
    <td>${names(policy.owners)}</td>
    <td class="when">${since.isOlder ? 'before ' : ''}${dayOf(since.at)}<br /><span class="faint">bundle ${since.number}</span></td>
    <td>${names(since.reviewers)}</td>
    <td class="number">${count(findings)}${excepted > 0 ? html`<br /><span class="faint">${count(excepted)} excepted</span>` : nothing}</td>
    <td class="number">${reported(policy)}</td>
  </tr>`;
}

function reported({ complaints: { wrong, unclear } }: Pick<ListedPolicy, 'complaints'>): TemplateResult {
  if (wrong + unclear === 0) return none();
  return html`${count(wrong)} wrong<br /><span class="faint">${count(unclear)} unclear</span>`;
}

function marks({ isLocked, concerns }: Pick<ListedPolicy, 'isLocked' | 'concerns'>): TemplateResult {
  return html`${isLocked ? html` <span class="badge" title="No repository can loosen it">locked</span>` : nothing}
    ${concerns.map((each) => html`<span class="badge indeterminate" title=${concernTitles[each]}>${concernWords[each]}</span> `)}`;
}

const concernWords: Readonly<Record<Concern, string>> = {
  due: 'due for review',
  disputed: 'disputed',
  excepted: 'mostly excepted',
  unused: 'unused',
};

const concernTitles: Readonly<Record<Concern, string>> = {
  due: 'Its author has asked for a review by now',
  disputed: 'People say of three of its findings or more that they are wrong or unclear',
  excepted: 'Half of its findings or more are excepted',
  unused: 'No finding in 30 days: a candidate for retirement',
};

async function showOne({ api, me }: Visit, id: string): Promise<TemplateResult> {
  const policy = await api
    .get<ShownPolicy>(`/v1/policies/${id.split('/').map(encodeURIComponent).join('/')}`)
    .catch(whereKnown);
  if (policy === null) return elsewhere(id, (await feedbackOn(id, api)).feedback);
  const { title, why, remedy, since } = policy;
  const { feedback } = await feedbackOn(id, api);
  return html`
    ${crumbs()}
    <header>
      <h1 tabindex="-1">${said(title)}</h1>
      <p class="lead">${code(id)} ${severity(policy.severity)} ${policy.enforcement}${marks(policy)}</p>
    </header>
    <div class="columns">
      <section class="card" aria-labelledby="why"><h2 id="why">Why</h2><p>${said(why)}</p></section>
      <section class="card" aria-labelledby="remedy"><h2 id="remedy">Remedy</h2><p>${said(remedy)}</p></section>
    </div>
    <section class="card" aria-labelledby="provenance">
      <h2 id="provenance">Provenance</h2>
      <dl>
        ${pair('As it is since', html`${since.isOlder ? 'before ' : ''}${instant(since.at)}`)}
        ${pair('Published by', html`<a href=${hrefOf('changes', since.change)}>${said(since.title)}</a>, bundle ${since.number}`)}
        ${pair('Author', said(since.author))} ${pair('Reviewers', names(since.reviewers))}
        ${pair('Owners', names(policy.owners))} ${pair('SHA-256', code(policy.sha256))}
        ${pair('Adopted', policy.adopted === null ? none('not said') : html`${policy.adopted}`)}
        ${pair('Review by', policy.review === null ? none('not said') : html`${policy.review}`)}
        ${pair('Controls', names(policy.controls))} ${pair('Elsewhere called', names(policy.equivalents))}
      </dl>
    </section>
    ${history(policy)} ${feedbackTable(feedback, policy.sha256)}
    ${text('The policy', policy.source)} ${policy.page === null ? nothing : text('Its page, with its cases', policy.page)}
    ${me.may.includes('change:propose') ? html`<p class="faint">To change it: <code>kerb publish</code>. Its reviewers sign by <code>kerb review sign</code>.</p>` : nothing}`;
}

/** Null for a policy that this organisation has not published. */
function whereKnown(error: unknown): null {
  if (error instanceof Refusal && error.status === 404) return null;
  throw error;
}

function elsewhere(id: string, feedback: readonly ShownFeedback[]): TemplateResult {
  return html`${crumbs()}
    <header><h1 tabindex="-1">${code(id)}</h1></header>
    <p>
      This organisation has not published it in its bundle: it comes with Kerb, or from a repository of its own. On your
      machine, <code>kerb explain</code> says what it is about.
    </p>
    <p><a href=${hrefOf('decisions', null, { policy: id })}>Decisions in which it had findings</a></p>
    ${feedbackTable(feedback, null)}`;
}

/** What it does to people, in 30 days. */
function history({ id, findings, excepted, firing, outcome }: ShownPolicy): TemplateResult {
  const { fixed, passed, open } = outcome;
  const known = fixed + passed + open;
  return html`<section class="card" aria-labelledby="history">
    <h2 id="history">In 30 days</h2>
    <dl>
      ${pair('Fires in', html`<a href=${hrefOf('decisions', null, { policy: id })}>${count(firing.decisions)} of ${count(firing.of)} decisions</a>${share(firing.decisions, firing.of)}`)}
      ${pair('Excepted', html`${count(excepted)} of ${count(findings)} findings${share(excepted, findings)}`)}
      ${pair('Fixed or left out', html`${count(fixed)} of ${count(known)} findings that devices saw${share(fixed, known)}`)}
      ${pair('Let pass', html`${count(passed)}`)} ${pair('Still in the way', html`${count(open)}`)}
    </dl>
  </section>`;
}

function share(part: number, whole: number): TemplateResult {
  return whole === 0 ? html`` : html`, ${Math.round((100 * part) / whole)} %`;
}

function crumbs(): TemplateResult {
  return html`<nav class="crumbs" aria-label="Where this is"><a href=${hrefOf('policies')}>Policies</a></nav>`;
}

function pair(name: string, value: TemplateResult): TemplateResult {
  return html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
}

function text(title: string, content: string): TemplateResult {
  return html`<section aria-label=${title}>
    <h2>${title}</h2>
    <pre tabindex="0" aria-label=${title}>${content}</pre>
  </section>`;
}

function names(all: readonly string[]): TemplateResult {
  return all.length === 0 ? none() : html`${all.map((each, at) => html`${at > 0 ? ', ' : ''}${said(each)}`)}`;
}

/** Who is behind a publication, in a line. */
function provenance({ number, title, author, reviewers, at }: PublicationShown): TemplateResult {
  return html`Bundle ${number}, ${said(title)}: by ${said(author)}, signed by ${names(reviewers)}, ${instant(at)}`;
}

function nothingYet(): TemplateResult {
  return empty(
    'No policy is published yet',
    html`Hold the key ceremony, then <code>kerb publish policies/</code>: once its reviewers have signed, every device has them.`,
  );
}
