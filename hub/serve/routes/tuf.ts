/** The repository that devices verify: files as they were signed, and a timestamp that can be waited for. */
import * as z from 'zod';
import type { Hub } from '../../hub.ts';
import type { Caller } from '../../identity/authenticate.ts';
import { timestampName } from '../../policies/published.ts';
import { installRoot } from '../../policies/root.ts';
import { hubPaths, publicationType, signedRoot } from '../../protocol.ts';
import { held, takesPublications, wantedSeconds } from '../hold.ts';
import { type Answer, immutable, json, notFound, type Route, refuse, route } from '../route.ts';
import { rule } from '../rule.ts';

const content = 'application/octet-stream' as const;

export const tufRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: `${hubPaths.metadata}/:name`,
    summary: 'A file of TUF metadata; with If-None-Match and Prefer: wait=N the timestamp is held until it is new',
    permission: 'policy:read',
    params: z.object({ name: z.string().max(200) }),
    success: { status: 200, description: 'The file, JSON as it was signed', content },
    async run({ hub, caller, params: { name }, headers }) {
      const tenant = caller.tenant.id;
      const file = `metadata/${name}`;
      if (file !== timestampName) return answerOf(hub, { tenant, file, headers: immutable });
      if (wantedSeconds(headers) > 0 && takesPublications(caller, headers))
        return whileKnown(hub, caller, await held({ hub, tenant, headers }, () => newestFor(hub, tenant)));
      return held({ hub, tenant, headers }, () => answerOf(hub, { tenant, file, headers: {} }));
    },
  }),
  route({
    method: 'GET',
    path: `${hubPaths.targets}/*`,
    summary: 'A target by its hash',
    permission: 'policy:read',
    params: z.object({ '*': z.string().max(300) }),
    success: { status: 200, description: 'The very bytes that were signed for', content },
    run: async ({ hub, caller, params }) =>
      answerOf(hub, { tenant: caller.tenant.id, file: `targets/${params['*']}`, headers: immutable }),
  }),
  route({
    method: 'POST',
    path: hubPaths.root,
    summary: 'Takes in a root that its people have signed',
    permission: 'root:write',
    body: signedRoot,
    maxBody: 512_000,
    success: {
      status: 201,
      description: 'In force',
      content: z.object({ version: z.int(), sha256: z.string() }),
    },
    run: async ({ hub, caller, body }) =>
      rule(
        hub,
        caller,
        (desk) => installRoot(desk, body),
        (installed) => json(201, installed),
      ),
  }),
];

/** What the newest publication changed. */
async function newestFor({ newestPublication }: Hub, tenant: number): Promise<Answer> {
  const publication = await newestPublication(tenant);
  if (publication === null) return notFound(timestampName);
  const { message, etag } = publication;
  return { status: 200, type: publicationType, body: message, headers: { etag } };
}

/** Whoever has waited may have been revoked meanwhile. */
async function whileKnown({ store }: Hub, { tenant, device }: Caller, answer: Answer): Promise<Answer> {
  if (answer.status !== 200 || device === null) return answer;
  const known = await store.device(tenant.id, device.id);
  return known !== null && known.revokedAt === null && known.keyId === device.keyId
    ? answer
    : refuse(403, 'deviceRevoked', 'this device was revoked: enrol it again');
}

async function answerOf({ fetchPublished }: Hub, { tenant, file, headers }: Wanted): Promise<Answer> {
  const fetched = await fetchPublished(tenant, file);
  if (fetched === null) return notFound(file);
  const { bytes, etag } = fetched;
  return { status: 200, type: 'application/json', body: bytes, headers: { etag, ...headers } };
}

interface Wanted {
  readonly tenant: number;
  readonly file: string;
  readonly headers: Readonly<Record<string, string>>;
}
