/** A rollout under way: how far it is, and what came of it with the new policies beside the old ones. */
import { html, nothing, type TemplateResult } from 'lit';
import type { RolloutStatus } from '../../protocol/rollout.ts';
import { count } from '../text.ts';
import { instant, policyLink, said } from './value.ts';

type Rollout = NonNullable<RolloutStatus['rollout']>;
type Counts = Rollout['counts']['new'];

const stateWords = { running: 'running', paused: 'paused', halted: 'halted by the hub', done: 'done' } as const;
const tones = { running: 'open', paused: 'open', halted: 'deny', done: 'good' } as const;

export function rolloutCard(rollout: Rollout): TemplateResult {
  const { version, base, state, reason, changed, stages, begun, nextAt, counts } = rollout;
  return html`<section class="card" aria-labelledby="rollout">
    <h2 id="rollout">
      Rollout of bundle ${version}, over bundle ${base} <span class="badge ${tones[state]}">${stateWords[state]}</span>
    </h2>
    ${reason === null ? nothing : html`<p class="verdict ${state === 'halted' ? 'bad' : 'calm'}">${said(reason)}</p>`}
    <ol class="stages">
      ${stages.map(
        (
          { name, percent, selector },
          at,
        ) => html`<li class=${at < begun ? 'begun' : ''} aria-current=${at === begun - 1 ? 'step' : 'false'}>
          <strong>${said(name)}</strong> ${count(percent)} %${Object.entries(selector).map(
            ([label, values]) => html`, ${said(label)}: ${said(values.join(', '))}`,
          )}
        </li>`,
      )}
    </ol>
    <p class="faint">
      Changed: ${changed.map((id, at) => html`${at > 0 ? ', ' : ''}${policyLink(id)}`)}.
      ${state === 'running' ? html`The next stage may begin ${instant(nextAt)}; its approvers sign for it.` : nothing}
    </p>
    <table>
      <thead><tr><th>Since this stage began</th><th class="number">Decisions</th><th class="number">Denied</th><th class="number">Failed</th></tr></thead>
      <tbody>${row('With the new bundle', counts.new)} ${row('With the old one', counts.old)}</tbody>
    </table>
  </section>`;
}

function row(name: string, { decisions, denied, failed }: Counts): TemplateResult {
  return html`<tr>
    <td>${name}</td>
    <td class="number">${count(decisions)}</td>
    <td class="number">${count(denied)}</td>
    <td class="number">${count(failed)}</td>
  </tr>`;
}
