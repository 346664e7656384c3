/** What somebody has to look at, what holds it back, and what was until a while ago. */
import { html, nothing, type TemplateResult } from 'lit';
import type { AlertShown } from '../../protocol/alert.ts';
import type { Page, Visit } from '../page.ts';
import { code, empty, instant, said, short } from '../part/value.ts';
import { hrefOf } from '../route.ts';

export const alertsPage: Page = {
  title: 'Alerts',
  permission: 'alert:read',
  hears: ['policies', 'exceptions', 'rollout', 'journal', 'alerts'],
  show,
};

const words: Readonly<Record<AlertShown['kind'], string>> = {
  repeatedRefusals: 'Refused again and again',
  newCiIdentity: 'New job of CI',
  bypass: 'Past the gates',
  missingDecisions: 'Decisions missing',
  logInconsistent: 'The log does not hold',
  staleDevice: 'Device not heard of',
  expiringException: 'Exception ends',
  haltedRollout: 'Rollout halted',
  unusualCount: 'Unusually many',
  fallenCount: 'Unusually few',
  newRepository: 'New repository',
};

async function show({ api }: Visit): Promise<TemplateResult> {
  const { alerts } = await api.get<{ readonly alerts: readonly AlertShown[] }>('/v1/alerts');
  const holding = alerts.filter(({ resolvedAt }) => resolvedAt === null);
  const over = alerts.filter(({ resolvedAt }) => resolvedAt !== null);
  return html`
    <header><h1 tabindex="-1">Alerts</h1></header>
    ${holding.length === 0 ? empty('Nothing to look at', 'The hub looks four times a minute.') : table('What holds', holding)}
    ${over.length === 0 ? nothing : html`<section><h2>Over, within seven days</h2>${table('What is over', over)}</section>`}`;
}

function table(title: string, alerts: readonly AlertShown[]): TemplateResult {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${title}>
    <table>
      <thead><tr><th>Since</th><th>Alert</th><th>What is seen</th><th>Records</th><th>State</th></tr></thead>
      <tbody>${alerts.map(row)}</tbody>
    </table>
  </div>`;
}

function row(alert: AlertShown): TemplateResult {
  return html`<tr>
    <td class="when">${instant(alert.since)}</td>
    <td><span class="badge ${alert.resolvedAt === null ? 'deny' : ''}">${words[alert.kind]}</span></td>
    <td>${said(alert.summary)}${alert.figures === null ? nothing : figures(alert.figures)}</td>
    <td>${alert.records.map((id) => html`<a href=${hrefOf('decisions', id)}>${short(id)}</a> `)}</td>
    <td>${stateOf(alert)}</td>
  </tr>`;
}

/** So that whoever wants to can work it out again. */
function figures({ measure, samples, median, mad, threshold }: NonNullable<AlertShown['figures']>): TemplateResult {
  const isDay = measure === 'deviceDecisions' || measure === 'repositoryDecisions';
  return html`<details><summary>Figures</summary>
    ${isDay ? 'The' : 'That hour of the'} ${samples.length} days before, the day before first: ${samples.join(', ')}. Median ${median}, MAD ${mad};
    median ${isDay ? '− 4' : '+ 6'} × the largest of 1.4826 × MAD, √median and 1 is ${threshold.toFixed(2)}.
  </details>`;
}

function stateOf({ resolvedAt, silencedBy }: AlertShown): TemplateResult {
  if (resolvedAt !== null) return html`over since ${instant(resolvedAt)}`;
  return silencedBy === null ? html`holds` : html`silenced by ${code(silencedBy)}`;
}
