/**
 * People by their organisation's provider. A sign-in under way is a state that the hub has signed: for one use, for ten
 * minutes, and for the page that began it, which has a key to it. The hub keeps nothing of it: the nonce and PKCE's verifier
 * come from the state by a secret of the hub. What comes of it is a token that nobody sees, for as long as a session lasts.
 */
import { createHmac, randomBytes } from 'node:crypto';
import * as z from 'zod';
import { sha256Hex } from '../cryptography.ts';
import { newId } from '../log/act.ts';
import { providerReturn } from '../protocol/page.ts';
import type { Person } from '../store/query/access.ts';
import type { Tenant } from '../store/query/tenant.ts';
import type { NewToken, Store } from '../store/store.ts';
import { mintToken } from './bearer.ts';
import { type Answered, claimAt, type Flow, type Provider, type RoleRule } from './provider.ts';
import type { Role } from './role.ts';
import { sessionMs } from './session.ts';
import { readTicket, signTicket, spendTicket, type Tickets } from './ticket.ts';

export interface People extends Tickets {
  readonly store: Tickets['store'] & Pick<Store, 'tenants'>;
  /** By the name of the tenant whose people it signs in. */
  readonly providers: ReadonlyMap<string, Provider>;
  readonly url: string;
}

export type Begun = { readonly kind: 'begun'; readonly address: string; readonly key: string } | SignInRefused;

interface SignInRefused {
  readonly kind: 'refused';
  readonly status: 400 | 403 | 404 | 502;
  readonly code: string;
  readonly message: string;
}

/** A token that nobody has seen. */
type SignInToken = NewToken & { readonly role: Role; readonly person: Person };

/** What a person lacks whom the provider vouches for. */
type Lacking = 'noName' | 'unverified' | 'noRole';

export type SignedIn =
  | { readonly kind: 'signedIn'; readonly tenant: Tenant; readonly token: SignInToken }
  | { readonly kind: 'unknown'; readonly tenant: Tenant; readonly person: Person; readonly why: Lacking }
  | SignInRefused;

const stateType = 'kerb-provider-state+jwt';
const stateMs = 10 * 60_000;
/** Nothing that cannot be seen: a name is compared by people. */
const personName = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^\P{C}+$/u);

/** Begins a sign-in at a tenant's provider: where the browser goes, and the key with which it comes back. */
export async function beginSignIn(name: string, people: People): Promise<Begun> {
  const tenant = (await people.store.tenants()).find((each) => each.name === name);
  const provider = people.providers.get(name);
  if (tenant === undefined || provider === undefined)
    return refused(404, 'notFound', 'nobody signs in here by that provider');
  const key = randomBytes(32).toString('base64url');
  const now = people.now();
  const claim = { tenant: tenant.id, sub: newId(now), exp: now + stateMs, page: sha256Hex(key) };
  const address = await provider.addressFor(flowOf(await signTicket(stateType, claim, people), people));
  return address instanceof URL ? { kind: 'begun', address: address.href, key } : failure(provider, address);
}

/** Ends it: `answer` is the query with which the provider sent the browser back. */
export async function finishSignIn(
  { answer, key }: { readonly answer: string; readonly key: string },
  people: People,
): Promise<SignedIn> {
  const state = new URLSearchParams(answer).get('state') ?? '';
  const claim = await readTicket(stateType, state, people);
  if (claim === null || claim.page !== sha256Hex(key) || !(await spendTicket(claim, people)))
    return refused(400, 'signInFailed', 'this sign-in was begun elsewhere, is over, or took too long: begin again');
  const tenant = (await people.store.tenants()).find(({ id }) => id === claim.tenant);
  const provider = tenant === undefined ? undefined : people.providers.get(tenant.name);
  if (tenant === undefined || provider === undefined)
    return refused(404, 'notFound', 'nobody signs in here by that provider any more');
  const answered = await provider.answerTo(flowOf(state, people), answer);
  if (answered.kind !== 'said') return failure(provider, answered);
  return admitted(provider, tenant, { ...answered, id: claim.sub, now: people.now() });
}

/** Everything of a flow follows from its state and a secret of the hub. */
function flowOf(state: string, { tokenSecret, url }: People): Flow {
  const derived = (what: string) => createHmac('sha256', tokenSecret).update(`${what} ${state}`).digest('base64url');
  return { redirectUri: `${url}${providerReturn}`, state, nonce: derived('nonce'), verifier: derived('verifier') };
}

function admitted(
  { settings }: Provider,
  tenant: Tenant,
  { subject, claims, id, now }: Extract<Answered, { kind: 'said' }> & { readonly id: string; readonly now: number },
): SignedIn {
  const person = { issuer: settings.issuer, subject };
  const { success, data: name } = personName.safeParse(claims[settings.nameClaim]);
  if (!success) return { kind: 'unknown', tenant, person, why: 'noName' };
  // Whoever may write any address into their account would be anybody.
  if (settings.nameClaim === 'email' && claims.email_verified !== true)
    return { kind: 'unknown', tenant, person, why: 'unverified' };
  const rule = settings.roles.find((each) => isMet(each, claims));
  if (rule === undefined) return { kind: 'unknown', tenant, person, why: 'noRole' };
  const { hash } = mintToken();
  const token = { id, hash, name, role: rule.role, createdAt: now, expiresAt: now + sessionMs, person };
  return { kind: 'signedIn', tenant, token };
}

function isMet({ claim, value }: RoleRule, claims: Readonly<Record<string, unknown>>): boolean {
  const said = claimAt(claims, claim);
  return said === value || (Array.isArray(said) && said.includes(value));
}

function failure({ settings }: Provider, { kind, why }: Exclude<Answered, { kind: 'said' }>): SignInRefused {
  return kind === 'unreachable'
    ? refused(
        502,
        'providerFailed',
        `${settings.title} cannot be asked who you are (${why}): try again later, or use a token`,
      )
    : refused(400, 'signInFailed', `the answer of ${settings.title} is not good (${why}): begin again`);
}

function refused(status: SignInRefused['status'], code: string, message: string): SignInRefused {
  return { kind: 'refused', status, code, message };
}
