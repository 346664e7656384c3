/** The overview: whether all is well, what is refused, where, and by which policies. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Overview } from '../../protocol/decision.ts';
import { queryOf } from '../api.ts';
import type { Page, Visit } from '../page.ts';
import { empty, policyLink, said } from '../part/value.ts';
import { hrefOf } from '../route.ts';
import { ago, count, counted, momentOf } from '../text.ts';
import { type Bucket, bucketsOf, effectSeries, spanOf, spans } from './hours.ts';

export const overviewPage: Page = {
  title: 'Overview',
  permission: 'decision:read',
  hears: ['journal', 'policies', 'exceptions'],
  show,
};

async function show({ api, route, me }: Visit): Promise<TemplateResult> {
  const span = spanOf(route.query.get('span'));
  const now = Date.now();
  const since = new Date(now - span.ms).toISOString();
  const [overview, canDraw] = await Promise.all([
    api.get<Overview>(`/v1/overview${queryOf({ since })}`),
    chartLoaded(),
  ]);
  const buckets = bucketsOf(overview.hours, { now, span });
  return html`
    <header class="titled">
      <h1 tabindex="-1">Overview</h1>
      <nav class="tabs" aria-label="Span">
        ${spans.map(
          ({ name, words }) =>
            html`<a href=${hrefOf('overview', null, { span: name })} aria-current=${name === span.name ? 'true' : 'false'}>${words}</a>`,
        )}
      </nav>
    </header>
    ${cards(overview, buckets, { now, may: me.may })}
    <section class="card" aria-labelledby="over-time">
      <h2 id="over-time">Decisions over time</h2>
      ${overview.hours.length === 0 ? empty('Nothing in this span', 'What gates decide appears here as it happens.') : chart(buckets, { stepMs: span.stepMs, canDraw })}
    </section>
    <div class="columns">
      ${topPolicies(overview)} ${topRepositories(overview)}
    </div>`;
}

function cards(
  { missingDecisions, logSize, fleet, openChanges }: Overview,
  buckets: readonly Bucket[],
  { now, may }: { readonly now: number; readonly may: readonly string[] },
): TemplateResult {
  const total = (effect: keyof Bucket['counts']): number =>
    buckets.reduce((sum, { counts }) => sum + counts[effect], 0);
  const { longestUnseen, devices } = fleet;
  const seen =
    longestUnseen === null ? 'none yet' : longestUnseen.seenAt === null ? 'never' : ago(longestUnseen.seenAt, now);
  const decided = total('allow') + total('deny') + total('indeterminate');
  return html`<ul class="cards">
    ${card('Denied', count(total('deny')), `of ${counted(decided, 'decision')}`, { href: hrefOf('decisions', null, { effect: 'deny' }), tone: 'deny' })}
    ${card('No verdict', count(total('indeterminate')), 'could not be judged', { href: hrefOf('decisions', null, { effect: 'indeterminate' }), tone: total('indeterminate') > 0 ? 'warn' : '' })}
    ${card('Missing decisions', count(missingDecisions), missingDecisions === 0 ? 'every device is in step' : 'made, and not here', { href: may.includes('device:read') ? hrefOf('devices') : null, tone: missingDecisions > 0 ? 'warn' : 'good' })}
    ${card('Longest unseen', seen, longestUnseen === null ? 'no device is enrolled' : html`${said(longestUnseen.name)}, of ${counted(devices, 'device')}`, { href: may.includes('device:read') ? hrefOf('devices') : null, tone: '' })}
    ${card('In review', count(openChanges), openChanges === 1 ? 'change waits' : 'changes wait', { href: hrefOf('changes'), tone: '' })}
    ${card('Audit log', count(logSize), 'entries, provable', { href: hrefOf('log'), tone: '' })}
  </ul>`;
}

function card(
  name: string,
  value: string,
  words: TemplateResult | string,
  { href, tone }: { readonly href: string | null; readonly tone: string },
): TemplateResult {
  const inner = html`<span class="name">${name}</span><strong>${value}</strong><span class="faint">${words}</span>`;
  return html`<li class="figure ${tone}">${href === null ? html`<div>${inner}</div>` : html`<a href=${href}>${inner}</a>`}</li>`;
}

/** Whether the chart can be drawn in this browser: the drawing is loaded when it is first needed, and the table needs nothing. */
async function chartLoaded(): Promise<boolean> {
  try {
    await import('../part/chart.ts');
    return true;
  } catch {
    return false;
  }
}

function chart(
  buckets: readonly Bucket[],
  { stepMs, canDraw }: { readonly stepMs: number; readonly canDraw: boolean },
): TemplateResult {
  const data = {
    times: buckets.map(({ begin }) => begin / 1_000),
    stepSeconds: stepMs / 1_000,
    series: effectSeries.map(({ effect, name, colour }) => ({
      name,
      colour,
      values: buckets.map(({ counts }) => counts[effect]),
    })),
  };
  const busy = buckets.filter(({ counts }) => counts.allow + counts.deny + counts.indeterminate > 0);
  return html`<ul class="legend">
      ${effectSeries.map(({ effect, name }) => html`<li class=${effect}>${name}</li>`)}
    </ul>
    ${canDraw ? html`<kerb-chart aria-hidden="true" .data=${data}></kerb-chart>` : nothing}
    <details ?open=${!canDraw}>
      <summary>As a table</summary>
      <table>
        <thead><tr><th>From</th>${effectSeries.map(({ name }) => html`<th class="number">${name}</th>`)}</tr></thead>
        <tbody>
          ${busy.map(
            ({ begin, counts }) => html`<tr>
              <td>${momentOf(begin)}</td>
              ${effectSeries.map(({ effect }) => html`<td class="number">${count(counts[effect])}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </details>`;
}

function topPolicies({ policies }: Overview): TemplateResult {
  const most = Math.max(1, ...policies.map(({ findings }) => findings));
  return ranking('Top policies', 'Findings', policies.slice(0, 10), ({ policy, findings, excepted }) => ({
    name: policyLink(policy),
    value: findings,
    most,
    note: excepted > 0 ? html`<span class="faint">${count(excepted)} excepted</span>` : nothing,
  }));
}

function topRepositories({ repositories }: Overview): TemplateResult {
  const most = Math.max(1, ...repositories.map(({ decisions }) => decisions));
  return ranking(
    'Where commits are stopped',
    'Decisions',
    repositories.slice(0, 10),
    ({ repository, effect, decisions }) => ({
      name: html`<a href=${hrefOf('decisions', null, { repository, effect })}>${said(repository)}</a>`,
      value: decisions,
      most,
      note: effect === 'deny' ? nothing : html`<span class="faint">no verdict</span>`,
    }),
  );
}

interface Ranked {
  readonly name: TemplateResult;
  readonly value: number;
  readonly most: number;
  readonly note: TemplateResult | typeof nothing;
}

function ranking<T>(title: string, measure: string, rows: readonly T[], of: (row: T) => Ranked): TemplateResult {
  return html`<section class="card" aria-label=${title}>
    <h2>${title}</h2>
    ${
      rows.length === 0
        ? html`<p class="faint">None in this span.</p>`
        : html`<table class="ranking">
            <thead class="unseen"><tr><th>Name</th><th>Share</th><th>${measure}</th></tr></thead>
            <tbody>${rows.map((row) => ranked(of(row)))}</tbody>
          </table>`
    }
  </section>`;
}

function ranked({ name, value, most, note }: Ranked): TemplateResult {
  return html`<tr>
    <td>${name} ${note}</td>
    <td class="share"><meter min="0" max=${most} value=${value} aria-label="${count(value)} of ${count(most)}"></meter></td>
    <td class="number">${count(value)}</td>
  </tr>`;
}
