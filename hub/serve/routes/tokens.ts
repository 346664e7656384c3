/** Tokens of people and robots. Each is shown once, hashed at rest, scoped by its role, and expires. */
import * as z from 'zod';
import { mintToken } from '../../identity/bearer.ts';
import { roles } from '../../identity/role.ts';
import { newId } from '../../log/act.ts';
import { perform } from '../perform.ts';
import { json, notFound, type Route, route } from '../route.ts';

const dayMs = 86_400_000;
const name = z.string().min(1).max(200);
/** A device has a key, and a job of CI its platform's token. */
const role = z.enum(roles).exclude(['device', 'ci']);
const shownToken = z.object({
  id: z.uuid(),
  name,
  role: z.enum(roles),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().nullable(),
});

export const tokenRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/tokens',
    summary: 'All tokens, without what they are',
    permission: 'token:read',
    success: { status: 200, description: 'Tokens', content: z.object({ tokens: z.array(shownToken) }) },
    run: async ({ hub, caller }) => json(200, { tokens: (await hub.store.tokens(caller.tenant.id)).map(shown) }),
  }),
  route({
    method: 'POST',
    path: '/v1/tokens',
    summary: 'Makes a token; the answer is the only place where it is ever shown',
    permission: 'token:write',
    body: z.strictObject({ name, role, days: z.int().min(1).max(366) }),
    success: {
      status: 201,
      description: 'The token',
      content: z.object({ id: z.uuid(), token: z.string(), expiresAt: z.iso.datetime() }),
    },
    async run({ hub, caller, body }) {
      const { token, hash } = mintToken();
      const createdAt = hub.now();
      const expiresAt = createdAt + body.days * dayMs;
      const id = newId(createdAt);
      await perform(hub, caller, {
        act: 'token.create',
        subject: { id, name: body.name, role: body.role, expiresAt: new Date(expiresAt).toISOString() },
        changes: [
          {
            kind: 'addToken',
            token: { id, hash, name: body.name, role: body.role, createdAt, expiresAt, person: null },
          },
        ],
      });
      return json(201, { id, token, expiresAt: new Date(expiresAt).toISOString() });
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/tokens/:id',
    summary: 'Revokes a token at once',
    permission: 'token:write',
    params: z.object({ id: z.uuid() }),
    success: { status: 204, description: 'Revoked', content: null },
    async run({ hub, caller, params: { id } }) {
      const known = (await hub.store.tokens(caller.tenant.id)).find((token) => token.id === id);
      if (known === undefined) return notFound(`token ${id}`);
      await perform(hub, caller, {
        act: 'token.revoke',
        subject: { id, name: known.name },
        changes: [{ kind: 'revokeToken', id, at: hub.now() }],
      });
      return { status: 204, type: '', body: null };
    },
  }),
];

function shown(token: {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly revokedAt: number | null;
}) {
  const { id, name: called, role: may, createdAt, expiresAt, revokedAt } = token;
  const times = { createdAt: iso(createdAt), expiresAt: iso(expiresAt) };
  return { id, name: called, role: may, ...times, revokedAt: revokedAt === null ? null : iso(revokedAt) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
