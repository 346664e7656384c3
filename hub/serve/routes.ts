/** Every route of the hub. */
import * as z from 'zod';
import { describeApi } from './openapi.ts';
import { json, type Route, route, text } from './route.ts';
import { alertRoutes } from './routes/alerts.ts';
import { changeRoutes } from './routes/changes.ts';
import { ciRoutes } from './routes/ci.ts';
import { commentRoutes } from './routes/comments.ts';
import { complianceRoutes } from './routes/compliance.ts';
import { decisionRoutes } from './routes/decisions.ts';
import { deviceRoutes } from './routes/devices.ts';
import { enrolmentRoutes } from './routes/enrolment.ts';
import { exceptionRoutes } from './routes/exceptions.ts';
import { exportRoutes } from './routes/exports.ts';
import { feedbackRoutes } from './routes/feedback.ts';
import { journalRoutes } from './routes/journal.ts';
import { logRoutes } from './routes/log.ts';
import { opaRoutes } from './routes/opa.ts';
import { policyRoutes } from './routes/policies.ts';
import { replayRoutes } from './routes/replays.ts';
import { retentionRoutes } from './routes/retention.ts';
import { rolloutRoutes } from './routes/rollout.ts';
import { sessionRoutes } from './routes/session.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { tufRoutes } from './routes/tuf.ts';

const ownRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/healthz',
    summary: 'Whether the hub and its database answer',
    permission: 'public',
    success: {
      status: 200,
      description: 'They do',
      content: z.object({ status: z.literal('ok'), version: z.string() }),
    },
    async run({ hub }) {
      await hub.store.tenants();
      return json(200, { status: 'ok', version: hub.version });
    },
  }),
  route({
    method: 'GET',
    path: '/metrics',
    summary: 'Figures for Prometheus: of the process, and of the caller’s tenant',
    permission: 'metrics:read',
    success: { status: 200, description: 'The text format of Prometheus', content: 'text/plain' },
    run: async ({ hub, caller: { tenant } }) => text(await hub.measures.expose({ tenant, ...hub })),
  }),
  route({
    method: 'GET',
    path: '/openapi.json',
    summary: 'This description',
    permission: 'public',
    success: { status: 200, description: 'OpenAPI 3.1', content: z.looseObject({ openapi: z.string() }) },
    run: async ({ hub }) => json(200, describeApi(routes, hub)),
  }),
];

export const routes: readonly Route[] = [
  ...ownRoutes,
  ...journalRoutes,
  ...logRoutes,
  ...decisionRoutes,
  ...enrolmentRoutes,
  ...deviceRoutes,
  ...tokenRoutes,
  ...sessionRoutes,
  ...tufRoutes,
  ...changeRoutes,
  ...commentRoutes,
  ...replayRoutes,
  ...policyRoutes,
  ...exceptionRoutes,
  ...feedbackRoutes,
  ...rolloutRoutes,
  ...opaRoutes,
  ...ciRoutes,
  ...alertRoutes,
  ...retentionRoutes,
  ...complianceRoutes,
  ...exportRoutes,
];
