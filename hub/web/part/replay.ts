/** What a change would have decided, as devices that replayed it say. Their texts are shown as texts. */
import { html, nothing, type TemplateResult } from 'lit';
import type { ReplayGroup, ReplayObstacle, ReplayOwner, ReplayShown, ReplaySummary } from '../../protocol/replay.ts';
import { countedWords, findingWords, obstacleWords, turnedWords } from '../../protocol/replayWords.ts';
import { counted } from '../text.ts';
import { code, instant, none, policyLink, said } from './value.ts';

export function replayCard(
  id: string,
  { asked, devices, total, owners }: ReplayShown,
  ask: 'open' | 'over',
): TemplateResult {
  return html`<section class="card" aria-labelledby="replay">
    <h2 id="replay">What it would have decided</h2>
    ${
      asked === null
        ? html`<p>${none('Nobody has asked the fleet to replay it.')}</p>${ask === 'open' ? howToAsk(id) : nothing}`
        : html`<p>
            ${devices.answered} of ${counted(devices.taken, 'device')} that took the question have answered;
            ${devices.enrolled} are enrolled. ${said(asked.owner)} asked, ${instant(asked.at)}.
          </p>`
    }
    ${total === null ? nothing : summary(total)}
    ${owners.length === 0 ? nothing : ownerTable(owners)}
  </section>`;
}

function howToAsk(id: string): TemplateResult {
  return html`<p class="faint">Devices that agreed judge their own recent commits, and answer with figures alone:</p>
    <pre tabindex="0" aria-label="The command that asks">kerb review replay ${id} --key YOUR.pem --root SHA256 --hub ${location.origin} --token-file YOUR.token</pre>`;
}

function summary({
  since,
  decisions,
  replayed,
  obstacles,
  effects,
  groups,
  groupsLeftOut,
}: ReplaySummary): TemplateResult {
  const missed = Object.entries(obstacles).filter(([, count]) => count > 0);
  return html`<p>
      ${counted(decisions, 'decision')} since ${instant(since)}, ${replayed} replayed: <strong>${turnedWords(effects)}</strong>.
    </p>
    ${
      missed.length === 0
        ? nothing
        : html`<ul class="lines">${missed.map(
            ([obstacle, count]) => html`<li>${count} not replayed: ${obstacleWords[obstacle as ReplayObstacle]}</li>`,
          )}</ul>`
    }
    ${groups.length === 0 ? nothing : table(groups)}
    ${groupsLeftOut === 0 ? nothing : html`<p>${counted(groupsLeftOut, 'group')} of less weight are left out.</p>`}`;
}

function table(groups: readonly ReplayGroup[]): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="By policy, repository and gate">
    <table>
      <thead><tr><th>Policy</th><th>Repository</th><th>Gate</th><th>Decisions</th><th>Findings</th><th>Some of them</th></tr></thead>
      <tbody>${groups.map(row)}</tbody>
    </table>
  </div>`;
}

function row({ policy, repository, gate, decisions, findings, fingerprints }: ReplayGroup): TemplateResult {
  const some = [...fingerprints.added, ...fingerprints.gone];
  return html`<tr>
    <td>${policyLink(policy)}</td>
    <td>${said(repository)}</td>
    <td>${said(gate)}</td>
    <td>${turnedWords(decisions)}</td>
    <td>${countedWords(findings, findingWords)}</td>
    <td>${some.slice(0, maxShown).map((each) => html`${code(each.slice(0, 8))} `)}</td>
  </tr>`;
}

function ownerTable(owners: readonly ReplayOwner[]): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="By owner">
    <table>
      <thead><tr><th>Owner</th><th class="number">Policies</th><th class="number">Repositories</th><th>Decisions</th><th>Findings</th></tr></thead>
      <tbody>${owners.map(
        ({ owner, policies, repositories, decisions, findings }) => html`<tr>
          <td>${owner === null ? none('not known here') : said(owner)}</td>
          <td class="number">${policies}</td>
          <td class="number">${repositories}</td>
          <td>${turnedWords(decisions)}</td>
          <td>${countedWords(findings, findingWords)}</td>
        </tr>`,
      )}</tbody>
    </table>
  </div>`;
}

const maxShown = 5;
