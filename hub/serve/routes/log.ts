/** The log itself (C2SP tlog-tiles), and the proofs that clients would else compute from its tiles. */
import * as z from 'zod';
import { formatNoteKey, readTilePath, type TileId, tileWidth } from '../../../engine/index.ts';
import { consistencyProof, entryBundle, logKey, receiptOf, signEnd, tileBytes } from '../../log/log.ts';
import { hubPaths } from '../../protocol.ts';
import { bytes, immutable, json, notFound, type Route, refuse, route, text } from '../route.ts';

const size = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const checkpointText = { status: 200, description: 'A C2SP checkpoint', content: 'text/plain' } as const;
const tileParams = z.object({ level: z.coerce.number().int().min(0).max(63), '*': z.string().max(100) });
const proofBody = z.object({ hashes: z.array(z.base64()) });

export const logRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: hubPaths.checkpoint,
    summary: 'The newest signed checkpoint of the log',
    permission: 'log:read',
    success: checkpointText,
    run: async ({ hub, caller }) => {
      const stored = await hub.store.checkpoint(caller.tenant.id);
      return text((stored ?? (await signEnd(hub.store, caller.tenant, signing(hub)))).note);
    },
  }),
  route({
    method: 'GET',
    path: hubPaths.logKey,
    summary: 'The key that signs the checkpoints, in the form of Go’s note package',
    permission: 'log:read',
    success: { status: 200, description: 'name+id+key', content: 'text/plain' },
    run: async ({ hub, caller }) => text(`${formatNoteKey(logKey(caller.tenant, hub.logKey))}\n`),
  }),
  route({
    method: 'GET',
    path: hubPaths.consistency,
    summary: 'Proves that the log of one size begins with the log of a smaller one',
    permission: 'log:read',
    query: z.object({ from: size, to: size }),
    success: { status: 200, description: 'Hashes of an RFC 6962 consistency proof', content: proofBody },
    async run({ hub, caller, query: { from, to } }) {
      const { size: end } = await hub.store.frontier(caller.tenant.id);
      if (from > to || to > end)
        return refuse(404, 'notFound', `the log has ${end} entries: there is no way from ${from} to ${to}`);
      const hashes = await consistencyProof(hub.store, caller.tenant.id, from, to);
      return json(200, { hashes: hashes.map((hash) => Buffer.from(hash).toString('base64')) });
    },
  }),
  route({
    method: 'GET',
    path: `${hubPaths.receipts}/:id`,
    summary: 'A receipt of a record, to be verified without the hub (C2SP tlog-proof)',
    permission: 'log:read',
    params: z.object({ id: z.uuid() }),
    success: { status: 200, description: 'A tlog-proof that carries the leaf', content: 'text/plain' },
    async run({ hub, caller: { tenant }, params: { id } }) {
      const checkpoint = await signEnd(hub.store, tenant, signing(hub));
      const receipt = await receiptOf(hub.store, tenant.id, id, checkpoint);
      return receipt === null ? notFound(`record ${id}`) : text(receipt);
    },
  }),
  route({
    method: 'GET',
    path: '/v1/log/export',
    summary: 'Leaves and bodies from an index on, for an audit of the whole log',
    permission: 'entry:read',
    query: z.strictObject({ from: size.default(0), limit: z.coerce.number().int().min(1).max(1_000).default(500) }),
    success: {
      status: 200,
      description: 'Entries in their order',
      content: z.object({
        entries: z.array(z.object({ index: z.int(), leaf: z.string(), body: z.string().nullable() })),
      }),
    },
    async run({ hub, caller, query: { from, limit } }) {
      const rows = await hub.store.exported(caller.tenant.id, { begin: from, end: from + limit });
      return json(200, { entries: rows.map(({ index, leaf, body }) => ({ index, leaf, body })) });
    },
  }),
  route({
    method: 'GET',
    path: '/v1/log/tile/entries/*',
    summary: 'An entry bundle of tlog-tiles',
    permission: 'entry:read',
    params: z.object({ '*': z.string().max(100) }),
    success: { status: 200, description: 'Entries, each after its length', content: 'application/octet-stream' },
    async run({ hub, caller, params }) {
      const place = readTilePath(params['*']);
      const bundle = place && (await entryBundle(hub.store, caller.tenant.id, place.index, place.width));
      return bundle === null ? notFound('such entry bundle') : bytes(bundle, immutable);
    },
  }),
  route({
    method: 'GET',
    path: '/v1/log/tile/:level/*',
    summary: 'A hash tile of tlog-tiles',
    permission: 'log:read',
    params: tileParams,
    success: { status: 200, description: `Up to ${tileWidth} hashes`, content: 'application/octet-stream' },
    async run({ hub, caller, params }) {
      const place = readTilePath(params['*']);
      const tile: TileId | null = place && { level: params.level, index: place.index };
      const hashes = place && tile && (await tileBytes(hub.store, caller.tenant.id, tile, place.width));
      return hashes === null ? notFound('such tile') : bytes(hashes, immutable);
    },
  }),
];

function signing({
  logKey: key,
  now,
}: {
  readonly logKey: Parameters<typeof signEnd>[2]['key'];
  readonly now: () => number;
}) {
  return { key, now };
}
