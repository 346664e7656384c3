/** How the organisation does by the controls that its policies name, within the last 30 days. */
import { html, type TemplateResult } from 'lit';
import type { ComplianceReport, Spread } from '../../protocol/compliance.ts';
import type { Page, Visit } from '../page.ts';
import { save } from '../part/save.ts';
import { empty, policyLink, said } from '../part/value.ts';
import { count } from '../text.ts';

export const compliancePage: Page = {
  title: 'Compliance',
  permission: 'decision:read',
  hears: ['policies', 'exceptions'],
  show,
};

const exports = { oscal: 'kerb-assessment-results.json', csv: 'kerb-compliance.csv' } as const;

async function show({ api }: Visit): Promise<TemplateResult> {
  const report = await api.get<ComplianceReport>('/v1/compliance');
  const fetched = async (form: keyof typeof exports): Promise<void> =>
    save(exports[form], await api.text(`/v1/exports/compliance?format=${form}`));
  return html`
    <header>
      <h1 tabindex="-1">Compliance</h1>
      <p class="lead">The last 30 days: ${count(report.decisions.total)} decisions, of which ${count(report.decisions.deny)} were refusals.</p>
    </header>
    <p>
      <button class="button quiet" @click=${() => fetched('oscal')}>Save as OSCAL</button>
      <button class="button quiet" @click=${() => fetched('csv')}>Save as CSV</button>
    </p>
    ${report.controls.length === 0 ? empty('No control is named', 'Policies in force name those that they serve under “controls”.') : controls(report)}
    ${measures(report)}`;
}

function controls({ controls: all }: ComplianceReport): TemplateResult {
  return html`<section><h2>By control</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="By control"><table>
      <thead><tr><th>Control</th><th>Of</th><th>Policies</th><th class="number">Findings</th><th class="number">Excepted</th><th class="number">Open to 1,000 decisions</th></tr></thead>
      <tbody>${all.map(
        ({ control, framework, policies, findings, excepted, openPerThousand }) => html`<tr>
          <td>${said(control)}</td><td>${said(framework)}</td>
          <td>${policies.length > 3 ? html`${count(policies.length)} policies` : policies.map((id) => html`${policyLink(id)} `)}</td>
          <td class="number">${count(findings)}</td><td class="number">${count(excepted)}</td>
          <td class="number">${openPerThousand.toFixed(2)}</td>
        </tr>`,
      )}</tbody>
    </table></div></section>`;
}

function measures({ timeToDetect, timeToFix, exceptions, latency, hooks }: ComplianceReport): TemplateResult {
  const { lastDay } = latency;
  const rows: readonly (readonly [string, string])[] = [
    ['From a refusal to the hub’s knowing it', spread(timeToDetect)],
    ['From a refusal to the next pass', `${spread(timeToFix)}; ${count(timeToFix.open)} not yet`],
    [
      'Findings that an exception covered, and refusals',
      `${count(exceptions.exceptedFindings)} and ${count(exceptions.denials)}`,
    ],
    [
      'Exceptions in force, waiting, ending soon',
      `${count(exceptions.inForce)}, ${count(exceptions.waiting)}, ${count(exceptions.endingSoon)}`,
    ],
    [
      'Decisions of the last day: p50, p95, p99',
      [lastDay.p50Ms, lastDay.p95Ms, lastDay.p99Ms].map(duration).join(', '),
    ],
    [
      'What a hook of git waits for',
      `${duration(hooks.meanMs)} on average, ${duration(hooks.totalSeconds * 1_000)} in all`,
    ],
  ];
  return html`<section><h2>Measures</h2>
    <table>
      <thead><tr><th>What</th><th>How much</th></tr></thead>
      <tbody>${rows.map(([what, much]) => html`<tr><td>${what}</td><td>${much}</td></tr>`)}</tbody>
    </table></section>`;
}

function spread({ of, medianMs, p90Ms }: Spread): string {
  return of === 0 ? 'nothing to measure' : `median ${duration(medianMs)}, p90 ${duration(p90Ms)}, of ${count(of)}`;
}

function duration(ms: number | null): string {
  if (ms === null) return '–';
  if (ms < 1_000) return `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;
  if (ms < 120_000) return `${(ms / 1_000).toFixed(1)} s`;
  if (ms < 7_200_000) return `${(ms / 60_000).toFixed(0)} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}
