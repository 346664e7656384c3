/** Tokens of people and robots. Each is shown once, hashed at rest, scoped by its role, and expires. */
import * as z from 'zod';
import type { Hub } from '../../hub.ts';
import type { Caller } from '../../identity/authenticate.ts';
import { mintToken } from '../../identity/bearer.ts';
import { roles } from '../../identity/role.ts';
import { newId } from '../../log/act.ts';
import { pagePaths } from '../../protocol/page.ts';
import { type MadeToken, madeToken, type ShownToken, tokenList } from '../../protocol/token.ts';
import type { Person, Token } from '../../store/query/access.ts';
import type { NewToken } from '../../store/store.ts';
import { perform } from '../perform.ts';
import { json, notFound, type Route, refuse, route } from '../route.ts';

const dayMs = 86_400_000;
const name = z.string().min(1).max(200);
/** A device has a key, and a job of CI its platform's token. */
const role = z.enum(roles).exclude(['device', 'ci']);
/** Of one person, in force at a time. */
const maxOfPerson = 20;
const hourMs = 3_600_000;

export const tokenRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/tokens',
    summary: 'All tokens, without what they are',
    permission: 'token:read',
    success: { status: 200, description: 'Tokens', content: tokenList },
    run: async ({ hub, caller }) => json(200, { tokens: (await hub.store.tokens(caller.tenant.id)).map(shown) }),
  }),
  route({
    method: 'POST',
    path: '/v1/tokens',
    summary: 'Makes a token; the answer is the only place where it is ever shown',
    permission: 'token:write',
    body: z.strictObject({ name, role, days: z.int().min(1).max(366) }),
    success: { status: 201, description: 'The token', content: madeToken },
    run: async ({ hub, caller, body: { days, ...asked } }) =>
      json(201, await make(hub, caller, { ...asked, expiresAt: hub.now() + days * dayMs, person: null })),
  }),
  route({
    method: 'POST',
    path: pagePaths.sessionTokens,
    summary: 'Makes a token for the command line of whoever a provider has signed in, which ends when that does',
    permission: 'session',
    body: z.strictObject({ hours: z.int().min(1).max(12) }),
    success: { status: 201, description: 'The token', content: madeToken },
    async run({ hub, caller, body: { hours } }) {
      const all = await hub.store.tokens(caller.tenant.id);
      const own = all.find(({ id }) => id === caller.id);
      if (own === undefined || own.person === null)
        return refuse(409, 'notByProvider', 'you are here by a token already: use that, or ask an admin for another');
      const now = hub.now();
      const live = all.filter((each) => isOf(each, own.person) && each.revokedAt === null && each.expiresAt > now);
      if (live.length >= maxOfPerson) return refuse(409, 'tooMany', `you have ${maxOfPerson} already: let some end`);
      const expiresAt = Math.min(now + hours * hourMs, own.expiresAt);
      const made = await make(hub, caller, { name: own.name, role: own.role, expiresAt, person: own.person });
      // Whatever ends the sign-in from now on ends the new token too; what ended it meanwhile did not know of it.
      if ((await hub.store.token(caller.tenant.id, own.id))?.revokedAt === null) return json(201, made);
      await revoke(hub, caller, { ...own, id: made.id, person: null });
      return refuse(401, 'unauthorized', 'the session is over: sign in again');
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/tokens/:id',
    summary: 'Revokes a token at once; of somebody whom a provider has signed in, all that they have',
    permission: 'token:write',
    params: z.object({ id: z.uuid() }),
    success: { status: 204, description: 'Revoked', content: null },
    async run({ hub, caller, params: { id } }) {
      const known = (await hub.store.tokens(caller.tenant.id)).find((token) => token.id === id);
      if (known === undefined) return notFound(`token ${id}`);
      await revoke(hub, caller, known);
      return { status: 204, type: '', body: null };
    },
  }),
];

async function make(
  hub: Hub,
  caller: Caller,
  asked: Pick<NewToken, 'name' | 'role' | 'expiresAt' | 'person'>,
): Promise<MadeToken> {
  const { token, hash } = mintToken();
  const createdAt = hub.now();
  const id = newId(createdAt);
  const { name: called, role: may } = asked;
  const expiresAt = iso(asked.expiresAt);
  await perform(hub, caller, {
    act: 'token.create',
    subject: { id, name: called, role: may, expiresAt },
    changes: [{ kind: 'addToken', token: { id, hash, createdAt, ...asked } }],
  });
  return { id, token, expiresAt };
}

/** Of a person whom a provider has signed in, all that they have goes. */
async function revoke(hub: Hub, caller: Caller, { id, name: called, person }: Token): Promise<void> {
  const at = hub.now();
  await perform(hub, caller, {
    act: 'token.revoke',
    subject: { id, name: called },
    changes: [person === null ? { kind: 'revokeToken', id, at } : { kind: 'endSignIns', person, role: null, at }],
  });
}

function isOf({ person }: Token, other: Person | null): boolean {
  return person !== null && person.issuer === other?.issuer && person.subject === other.subject;
}

function shown({ id, name: called, role: may, createdAt, expiresAt, revokedAt, person }: Token): ShownToken {
  const times = { createdAt: iso(createdAt), expiresAt: iso(expiresAt) };
  const ended = revokedAt === null ? null : iso(revokedAt);
  return { id, name: called, role: may, ...times, revokedAt: ended, issuer: person?.issuer ?? null };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
