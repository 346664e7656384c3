/** How the organisation does by control: for people, and in forms that other tools read. */
import * as z from 'zod';
import { complianceOf } from '../../compliance/report.ts';
import { csv } from '../../exports/csv.ts';
import { assessmentResults } from '../../exports/oscal.ts';
import { complianceTable } from '../../exports/tables.ts';
import type { Hub } from '../../hub.ts';
import type { Caller } from '../../identity/authenticate.ts';
import { type ComplianceReport, complianceReport } from '../../protocol/compliance.ts';
import { json, type Route, route, textAs } from '../route.ts';

const dayMs = 86_400_000;
const days = z.coerce.number().int().min(1).max(366).default(30);

export const complianceRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/compliance',
    summary: 'Rates by control, time to detect and to fix, exceptions against denials, latency',
    permission: 'decision:read',
    query: z.strictObject({ days }),
    success: { status: 200, description: 'Of so many days, until now', content: complianceReport },
    run: async ({ hub, caller, query }) => json(200, await reportFor(hub, caller, query.days)),
  }),
  route({
    method: 'GET',
    path: '/v1/exports/compliance',
    summary: 'The same by control, as OSCAL assessment results or as CSV',
    permission: 'decision:read',
    query: z.strictObject({ format: z.enum(['oscal', 'csv']).default('oscal'), days }),
    success: { status: 200, description: 'OSCAL 1.1.2', content: z.looseObject({}), others: ['text/csv'] },
    async run({ hub, caller, query: { format, days: wanted } }) {
      const report = await reportFor(hub, caller, wanted);
      if (format === 'csv') return textAs('text/csv', csv(complianceTable(report)));
      const { url, version } = hub;
      return json(200, assessmentResults(report, { tenant: caller.tenant.name, url, version, now: hub.now() }));
    },
  }),
];

async function reportFor(hub: Hub, { tenant }: Caller, wanted: number): Promise<ComplianceReport> {
  const [catalogue, now] = [await hub.catalogues.of(tenant.id), hub.now()];
  return complianceOf({ store: hub.store, tenant: tenant.id, catalogue, from: now - wanted * dayMs, now });
}
