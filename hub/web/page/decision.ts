/** One record: what was decided, why, and the evidence of it. */
import { html, nothing, type TemplateResult } from 'lit';
import { until } from 'lit/directives/until.js';
import type { ShownRecord } from '../../protocol/decision.ts';
import type { DecisionRecord, JournalEntry, RecordedFinding } from '../../protocol/journal.ts';
import type { Visit } from '../page.ts';
import { proofOf } from '../part/proof.ts';
import { code, effect, instant, none, policyLink, said, severity, short } from '../part/value.ts';
import { hrefOf } from '../route.ts';
import { count, counted, momentOf } from '../text.ts';

export async function showDecision({ api }: Visit, id: string): Promise<TemplateResult> {
  const record = await api.get<ShownRecord>(`/v1/decisions/${encodeURIComponent(id)}`);
  const body: unknown = record.body === null ? null : JSON.parse(record.body);
  const entry = isDecision(body) ? body : null;
  return html`
    <nav class="crumbs" aria-label="Where this is"><a href=${hrefOf('decisions')}>Decisions</a></nav>
    <header>
      <h1 tabindex="-1">${entry === null ? titleOf(record) : verdict(entry.record)}</h1>
      ${entry === null ? nothing : html`<p class="lead">${summary(entry.record)}</p>`}
    </header>
    ${entry === null ? plainBody(record) : html`${findingsOf(entry.record)} ${circumstances(entry, record)}`}
    <section class="card" aria-labelledby="proof">
      <h2 id="proof">Proof</h2>
      ${until(proofOf(api, record), html`<p class="faint" role="status">Verifying …</p>`)}
    </section>`;
}

/** A decision as its device chained it, or as a job of CI sent it. */
interface Entry extends Partial<Pick<JournalEntry, 'device' | 'seq'>> {
  readonly record: DecisionRecord;
  readonly job?: { readonly issuer: string; readonly claims: Readonly<Record<string, string>> };
}

function isDecision(body: unknown): body is Entry {
  return (body as { readonly record?: { readonly kind?: unknown } } | null)?.record?.kind === 'decision';
}

function titleOf({ kind, at }: ShownRecord): string {
  return `${kindWords[kind ?? 'decision']}${at === undefined ? '' : `, ${momentOf(at)}`}`;
}

const kindWords = {
  decision: 'A decision',
  act: 'Done on the hub',
  gap: 'A gap that a device reported',
  opa: 'Decided by an OPA',
} as const;

function verdict({ effect: what, gate, passed, origin }: DecisionRecord): TemplateResult {
  return html`${effect({ effect: what, passed, origin })} at ${said(gate)}`;
}

function summary({ subject, repository, at, findingCount }: DecisionRecord): TemplateResult {
  return html`${said(subject.name)} in ${said(repository)}, ${instant(at)}: ${counted(findingCount, 'finding')}`;
}

function findingsOf({ findings, findingCount }: DecisionRecord): TemplateResult {
  if (findingCount === 0) return html``;
  const rest = findingCount - findings.length;
  return html`<section>
    <h2>Findings</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Findings">
      <table>
        <thead><tr><th>Policy</th><th>Severity</th><th>File</th><th>Does</th><th>Fingerprint</th><th>Exception</th></tr></thead>
        <tbody>${findings.map(finding)}</tbody>
      </table>
    </div>
    ${rest > 0 ? html`<p class="faint">and ${count(rest)} more that the record does not name</p>` : nothing}
  </section>`;
}

function finding(each: RecordedFinding): TemplateResult {
  return html`<tr>
    <td>${policyLink(each.policy)}</td>
    <td>${severity(each.severity)}</td>
    <td>${code(each.file)}</td>
    <td>${each.outcome === 'fail' ? each.enforcement : html`<span class="badge indeterminate">${each.outcome}</span>`}</td>
    <td>${short(each.fingerprint)}</td>
    <td>${exceptionOf(each)}</td>
  </tr>`;
}

function exceptionOf({ exception }: RecordedFinding): TemplateResult {
  if (exception === null) return none('');
  return html`${exception.kind} ${exception.id === null ? nothing : code(exception.id)}`;
}

function circumstances({ device, seq, job, record }: Entry, { received }: ShownRecord) {
  const { subject, target, policies, inputDigest, exceptions, client } = record;
  const rows: readonly (readonly [string, TemplateResult | typeof nothing])[] = [
    ['Who', html`${said(subject.name)} <span class="faint">${said(subject.email)}</span>`],
    [
      'Repository',
      html`<a href=${hrefOf('decisions', null, { repository: record.repository })}>${said(record.repository)}</a>`,
    ],
    ['Reference', target.ref === null ? nothing : code(target.ref)],
    ['Commit', target.commit === null ? nothing : code(target.commit)],
    ['Tree', target.tree === null ? nothing : code(target.tree)],
    [
      'Passed',
      html`${record.passed ? 'yes' : 'no'}${record.origin === 'gate' ? nothing : html`, ${originWords[record.origin]}`}`,
    ],
    ['Reason given', record.reason === null ? nothing : said(record.reason)],
    [
      'Policies',
      html`bundle ${said(policies.revision)}${record.stale ? html`, <span class="badge indeterminate">older than allowed</span>` : nothing}`,
    ],
    ['Policy digest', code(policies.digest)],
    ['Ring', policies.ring === null ? nothing : said(policies.ring)],
    ['Input digest', code(inputDigest)],
    ['Exceptions used', exceptions.length === 0 ? none() : html`${exceptions.map((id) => code(id))}`],
    ['Judged in', html`${record.latencyMs.toFixed(1)} ms, by ${said(client.name)} ${said(client.version)}`],
    [
      'Device',
      device === undefined || seq === undefined
        ? nothing
        : html`<a href=${hrefOf('decisions', null, { device })}>${code(device)}</a>, its entry ${count(seq)}`,
    ],
    ...(job === undefined ? [] : jobRows(job)),
    ['Received', received === undefined ? nothing : instant(received)],
  ];
  return html`<section class="card" aria-labelledby="evidence">
    <h2 id="evidence">Evidence</h2>
    <dl>${rows.map(([name, value]) => (value === nothing ? nothing : html`<div><dt>${name}</dt><dd>${value}</dd></div>`))}</dl>
  </section>`;
}

/** What the platform says of the job that decided. */
function jobRows({ issuer, claims }: NonNullable<Entry['job']>): readonly (readonly [string, TemplateResult])[] {
  const shown = ['repository', 'job_workflow_ref', 'environment', 'run_id', 'actor', 'project_path', 'pipeline_id'];
  const known = shown.flatMap((name) => (claims[name] === undefined ? [] : [html`${name} ${code(claims[name])} `]));
  return [['Job of CI', html`${known} <span class="faint">as ${said(issuer)} says</span>`]];
}

const originWords = {
  gate: '',
  breakGlass: 'by breaking the glass',
  bypass: 'found afterwards: no gate was asked',
} as const;

function plainBody({ body }: ShownRecord): TemplateResult {
  if (body === null)
    return html`<p>The body of this record was deleted when its time had passed. Its leaf stays in the log.</p>`;
  return html`<pre tabindex="0" aria-label="The record">${JSON.stringify(JSON.parse(body), null, 2)}</pre>`;
}
