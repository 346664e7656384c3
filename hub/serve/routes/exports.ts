/** What the hub has, in forms that other tools read. */
import * as z from 'zod';
import { readExceptions } from '../../../engine/index.ts';
import { inForceAt, openVex, sarifSuppressions } from '../../exceptions/export.ts';
import { readTarget } from '../../policies/inForce.ts';
import { readShelf } from '../../policies/shelf.ts';
import { deskOf } from '../../policies/turn.ts';
import { exceptionsTarget } from '../../protocol.ts';
import { json, type Route, route } from '../route.ts';

const forms = { openvex: openVex, sarif: sarifSuppressions } as const;

export const exportRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/exports/exceptions',
    summary: 'The exceptions that hold, as OpenVEX or as suppressed results of SARIF',
    permission: 'exception:read',
    query: z.strictObject({ format: z.enum(['openvex', 'sarif']).default('openvex') }),
    success: { status: 200, description: 'From the document that was signed', content: z.looseObject({}) },
    async run({ hub, caller: { tenant }, query: { format } }) {
      const desk = deskOf(hub, tenant.id);
      const { exceptions: signed } = await readShelf(desk);
      const text = await readTarget(desk, signed, exceptionsTarget);
      const exceptions = inForceAt(text === null ? [] : readExceptions(text).exceptions, desk.now);
      const { url, version } = hub;
      return json(200, forms[format](exceptions, { tenant: tenant.name, url, version, now: desk.now }));
    },
  }),
];
