/** Changes of policies: what waits for whom, and what exactly it is. Signing is done on the reviewer's own machine. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ChangeDifference } from '../../protocol/catalogue.ts';
import type { ChangeShown, ChangeSummary } from '../../protocol/change.ts';
import type { ShownComment } from '../../protocol/comment.ts';
import { hubPaths } from '../../protocol/path.ts';
import type { ReplayShown } from '../../protocol/replay.ts';
import type { RolloutStatus } from '../../protocol/rollout.ts';
import type { Page, Visit } from '../page.ts';
import { commentForm, commentList, pickPlace } from '../part/comments.ts';
import { difference, placedLines } from '../part/difference.ts';
import { replayCard } from '../part/replay.ts';
import { rolloutCard } from '../part/rollout.ts';
import { empty, instant, none, said } from '../part/value.ts';
import { hrefOf } from '../route.ts';
import { counted } from '../text.ts';

export const changesPage: Page = {
  title: 'Changes',
  permission: 'change:read',
  hears: ['policies', 'rollout', 'journal'],
  isOneLive: true,
  show: (visit) => (visit.route.id === null ? showList(visit) : showOne(visit, visit.route.id)),
};

async function showList({ api }: Visit): Promise<TemplateResult> {
  const [{ changes }, { rollout }] = await Promise.all([
    api.get<{ readonly changes: readonly ChangeSummary[] }>('/v1/changes'),
    api.get<RolloutStatus>(hubPaths.rollout),
  ]);
  const open = changes.filter(({ state }) => state === 'open');
  return html`
    <header>
      <h1 tabindex="-1">Changes</h1>
      <p class="lead">${open.length === 0 ? 'Nothing waits for a signature.' : `${counted(open.length, 'change')} for reviewers to sign.`}</p>
    </header>
    ${rollout === null ? nothing : rolloutCard(rollout)}
    ${
      changes.length === 0
        ? empty('No change was proposed yet', html`<code>kerb publish policies/</code> proposes one.`)
        : html`<div class="scroll" tabindex="0" role="region" aria-label="Changes">
            <table>
              <thead><tr><th>Change</th><th>State</th><th>Bundle</th><th>Author</th><th>Proposed</th></tr></thead>
              <tbody>${changes.map(row)}</tbody>
            </table>
          </div>`
    }`;
}

function row({ id, title, state, number, author, openedAt }: ChangeSummary): TemplateResult {
  return html`<tr>
    <td><a href=${hrefOf('changes', id)}>${said(title)}</a></td>
    <td>${badge(state)}</td>
    <td>${number}</td>
    <td>${said(author)}</td>
    <td class="when">${instant(openedAt)}</td>
  </tr>`;
}

function badge(state: ChangeSummary['state']): TemplateResult {
  return html`<span class="badge ${state}">${state === 'open' ? 'waits' : state}</span>`;
}

async function showOne({ api, me, look, remembered }: Visit, id: string): Promise<TemplateResult> {
  const path = `/v1/changes/${encodeURIComponent(id)}`;
  const change = await api.get<ChangeShown>(path);
  const [replay, altered, { comments }] = await Promise.all([
    api.get<ReplayShown>(`${path}/replay`),
    // What it differs from is another once it is decided.
    remembered(`difference while ${change.state}`, () => api.get<ChangeDifference>(`${path}/difference`)),
    api.get<{ readonly comments: readonly ShownComment[] }>(`${path}/comments`),
  ]);
  const { title, state, author, number, openedAt, approvals, threshold, replaces } = change;
  const lines = placedLines(altered.lines);
  const files = [...new Set(lines.flatMap(({ place }) => place?.file ?? []))];
  const maySay = state === 'open' && me.may.includes('change:comment');
  return html`
    <nav class="crumbs" aria-label="Where this is"><a href=${hrefOf('changes')}>Changes</a></nav>
    <header>
      <h1 tabindex="-1">${said(title)}</h1>
      <p class="lead">${badge(state)} bundle ${number}, proposed by ${said(author)}, ${instant(openedAt)}${
        replaces ? html`, a later version of <a href=${hrefOf('changes', replaces)}>another change</a>` : nothing
      }</p>
    </header>
    <section class="card" aria-labelledby="approvals">
      <h2 id="approvals">Approvals</h2>
      <p>${counted(approvals.length, 'signature')} of the ${threshold} that the root of trust asks for.</p>
      ${
        approvals.length === 0
          ? none('Nobody has signed yet.')
          : html`<ul class="lines">${approvals.map(({ owner, at }) => html`<li>${said(owner)}, ${instant(at)}</li>`)}</ul>`
      }
      ${state === 'open' ? howToSign(id) : nothing}
    </section>
    ${replayCard(id, replay, state === 'open' ? 'open' : 'over')}
    <section aria-labelledby="difference">
      <h2 id="difference">What it alters</h2>
      ${lines.length === 0 ? none('Nothing: the same is in force.') : difference(lines, comments, pickPlace)}
      ${altered.isWhole ? nothing : html`<p class="verdict bad">There is more than is shown here: <code>kerb review show ${id}</code> shows all of it.</p>`}
    </section>
    <section aria-labelledby="comments">
      <h2 id="comments">What is said of it</h2>
      ${commentList(comments)}
      ${maySay ? commentForm({ path, files, api, done: look }) : nothing}
    </section>`;
}

function howToSign(id: string): TemplateResult {
  return html`<p class="faint">
      The signature is made on your own machine, by a key that the hub never has, over what is verified there:
    </p>
    <pre tabindex="0" aria-label="The command">kerb review sign ${id} --key YOUR.pem --root SHA256 --hub ${location.origin} --token-file YOUR.token</pre>`;
}
