/** The fleet: which devices there are, what each says of itself, and how one is shut out. */
import * as z from 'zod';
import { devicePage, type ListedDevice } from '../../protocol/fleet.ts';
import { deviceStatus, hubPaths, labels } from '../../protocol.ts';
import type { Device } from '../../store/query/device.ts';
import { perform } from '../perform.ts';
import { json, notFound, type Route, route } from '../route.ts';

const name = z.string().max(500);
export const deviceRoutes: readonly Route[] = [
  route({
    method: 'PUT',
    path: hubPaths.deviceStatus,
    summary: 'Takes what a device says of itself',
    permission: 'journal',
    body: deviceStatus,
    success: { status: 204, description: 'Kept', content: null },
    async run({ hub, caller, body }) {
      await hub.store.noteStatus(caller.tenant.id, caller.id, { status: JSON.stringify(body), at: hub.now() });
      hub.news.announce(caller.tenant.id, 'journal');
      return { status: 204, type: '', body: null };
    },
  }),
  route({
    method: 'GET',
    path: '/v1/devices',
    summary: 'Devices by id, a page at a time',
    permission: 'device:read',
    query: z.strictObject({
      after: z.string().max(500).default(''),
      limit: z.coerce.number().int().min(1).max(200).default(100),
    }),
    success: { status: 200, description: 'A page', content: devicePage },
    async run({ hub, caller, query }) {
      const devices = await hub.store.devices(caller.tenant.id, query);
      return json(200, { devices: devices.map(shown) });
    },
  }),
  route({
    method: 'PUT',
    path: '/v1/devices/:id/labels',
    summary: 'Says where a device belongs; it hears of it with its next token, and stages of a rollout go by it',
    permission: 'device:write',
    params: z.object({ id: name }),
    body: z.strictObject({ labels }),
    success: { status: 204, description: 'Labelled', content: null },
    async run({ hub, caller, params: { id }, body }) {
      const device = await hub.store.device(caller.tenant.id, id);
      if (device === null) return notFound(`device ${id}`);
      await perform(hub, caller, {
        act: 'device.label',
        subject: { id, name: device.name, labels: JSON.stringify(body.labels) },
        changes: [{ kind: 'labelDevice', id, labels: body.labels }],
      });
      return { status: 204, type: '', body: null };
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/devices/:id',
    summary: 'Revokes a device: it gets no token any more, and those that it has end at once',
    permission: 'device:write',
    params: z.object({ id: name }),
    success: { status: 204, description: 'Revoked', content: null },
    async run({ hub, caller, params: { id } }) {
      const device = await hub.store.device(caller.tenant.id, id);
      if (device === null) return notFound(`device ${id}`);
      await perform(hub, caller, {
        act: 'device.revoke',
        subject: { id, name: device.name },
        changes: [{ kind: 'revokeDevice', id, at: hub.now() }],
      });
      return { status: 204, type: '', body: null };
    },
  }),
];

function shown({ id, name: called, keyId, platform, labels: given, status, ...rest }: Device): ListedDevice {
  const { enrolledAt, revokedAt, seenAt, seq, missing, awaited, forked } = rest;
  return {
    ...{ id, name: called, keyId, platform, labels: { ...given }, seq, says: saidBy(status) },
    ...{ missing: missing + awaited, forked: forked === 1 },
    ...{ enrolledAt: new Date(enrolledAt).toISOString(), revokedAt: iso(revokedAt), seenAt: iso(seenAt) },
  };
}

function saidBy(status: string | null): ListedDevice['says'] {
  const said = status === null ? null : deviceStatus.safeParse(JSON.parse(status));
  if (!said?.success) return null;
  const { revision, ring, refusal, kerb } = said.data;
  return { revision, ring, refusal, kerb };
}

function iso(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
