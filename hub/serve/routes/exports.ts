/** What the hub has, in forms that other tools read. */
import * as z from 'zod';
import { type ApprovedException, type Policy, readExceptions } from '../../../engine/index.ts';
import { silenceOf } from '../../alerts/notice.ts';
import { type ExportAbout, inForceAt, openVex, sarifSuppressions } from '../../exceptions/export.ts';
import { csv } from '../../exports/csv.ts';
import { detectionEvent } from '../../exports/detection.ts';
import { findingsOf } from '../../exports/finding.ts';
import { ocsfEvent } from '../../exports/ocsf.ts';
import { planOfAction } from '../../exports/oscal.ts';
import { sarifFindings } from '../../exports/sarif.ts';
import { exceptionTable, findingTable } from '../../exports/tables.ts';
import type { Hub } from '../../hub.ts';
import type { Caller } from '../../identity/authenticate.ts';
import { readTarget } from '../../policies/inForce.ts';
import { readShelf } from '../../policies/shelf.ts';
import { deskOf } from '../../policies/turn.ts';
import { exceptionsTarget } from '../../protocol.ts';
import { json, notFound, type Route, route, textAs } from '../route.ts';

const instant = z.iso.datetime().transform((text) => Date.parse(text));
/** The `after` of the following page. */
const nextHeader = 'kerb-next';

export const exportRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/exports/exceptions',
    summary: 'The exceptions that hold: OpenVEX, suppressed results of SARIF, a plan of action of OSCAL, or CSV',
    permission: 'exception:read',
    query: z.strictObject({ format: z.enum(['openvex', 'sarif', 'oscal', 'csv']).default('openvex') }),
    success: {
      ...{ status: 200, description: 'From the document that was signed', content: z.looseObject({}) },
      others: ['text/csv'],
    },
    async run({ hub, caller, query: { format } }) {
      const exceptions = await exceptionsInForce(hub, caller);
      const about = aboutOf(hub, caller);
      if (format === 'openvex') return json(200, openVex(exceptions, about));
      if (format === 'sarif') return json(200, sarifSuppressions(exceptions, about));
      if (format === 'csv') return textAs('text/csv', csv(exceptionTable(exceptions)));
      const plan = planOfAction(exceptions, about);
      return plan === null
        ? notFound('exception that holds, and OSCAL knows no plan without an item')
        : json(200, plan);
    },
  }),
  route({
    method: 'GET',
    path: '/v1/exports/findings',
    summary:
      'Findings of decisions, the newest first: SARIF, events of OCSF a line, or CSV; `kerb-next` is the `after` of the following page',
    permission: 'decision:read',
    query: z.strictObject({
      format: z.enum(['sarif', 'ocsf', 'csv']).default('sarif'),
      from: instant.optional(),
      to: instant.optional(),
      after: z.uuid().optional(),
      /** Decisions that are looked through. */
      limit: z.coerce.number().int().min(1).max(2_000).default(500),
    }),
    success: {
      ...{ status: 200, description: 'Of so many decisions', content: z.looseObject({}) },
      others: ['application/x-ndjson', 'text/csv'],
    },
    async run({ hub, caller, query: { format, ...query } }) {
      const rows = await hub.store.search(caller.tenant.id, { ...query, kind: 'decision' });
      const findings = findingsOf(rows);
      const policies = await policiesInForce(hub, caller);
      const about = aboutOf(hub, caller);
      const next: Record<string, string> = rows.length === query.limit ? { [nextHeader]: rows.at(-1)!.id } : {};
      if (format === 'csv') return textAs('text/csv', csv(findingTable(findings)), next);
      if (format === 'sarif') return json(200, sarifFindings(findings, policies, about), next);
      const events = findings.map((finding) => ocsfEvent(finding, policies.get(finding.policy), about));
      return textAs('application/x-ndjson', events.map((event) => `${JSON.stringify(event)}\n`).join(''), next);
    },
  }),
  route({
    method: 'GET',
    path: '/v1/exports/alerts',
    summary: 'Alerts, and those of the last week that are over: Detection Findings of OCSF, a line each',
    permission: 'alert:read',
    query: z.strictObject({ format: z.enum(['ocsf']).default('ocsf') }),
    success: { status: 200, description: 'At most 5,000, the newest first', content: 'application/x-ndjson' },
    async run({ hub, caller }) {
      const { store, now } = hub;
      const { id: tenant } = caller.tenant;
      const [alerts, silences] = await Promise.all([store.alerts(tenant), store.silences(tenant, now())]);
      const about = aboutOf(hub, caller);
      const events = alerts.map((alert) =>
        detectionEvent(alert, { ...about, silencedBy: silenceOf(alert, silences, now())?.id ?? null }),
      );
      return textAs('application/x-ndjson', events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    },
  }),
];

async function exceptionsInForce(hub: Hub, { tenant }: Caller): Promise<readonly ApprovedException[]> {
  const desk = deskOf(hub, tenant.id);
  const { exceptions: signed } = await readShelf(desk);
  const text = await readTarget(desk, signed, exceptionsTarget);
  return inForceAt(text === null ? [] : readExceptions(text).exceptions, desk.now);
}

async function policiesInForce({ catalogues }: Hub, { tenant }: Caller): Promise<ReadonlyMap<string, Policy>> {
  const catalogue = await catalogues.of(tenant.id);
  return new Map((catalogue?.policies ?? []).map(({ policy }) => [policy.id, policy]));
}

function aboutOf({ url, version, now }: Hub, { tenant }: Caller): ExportAbout {
  return { tenant: tenant.name, url, version, now: now() };
}
