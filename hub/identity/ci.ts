/**
 * Jobs of CI, by the token that their platform gives them (OpenID Connect): who runs them is the platform's word, which of
 * them are believed a rule's. A token is good once.
 */
import { decodeJwt, type JWTVerifyGetKey, jwtVerify } from 'jose';
import * as z from 'zod';
import type { CiRule } from '../store/query/ciRule.ts';
import type { Store } from '../store/store.ts';
import type { IssuerKeys } from './issuer.ts';

export interface Jobs {
  readonly store: Pick<Store, 'ciRulesOf' | 'spend'>;
  readonly issuerKeys: IssuerKeys;
  /** The audience that a token has to be for. */
  readonly url: string;
  readonly now: () => number;
}

/** What is kept of a token. */
export interface Job {
  readonly issuer: string;
  readonly subject: string;
  /** Claims that are texts, by name: `repository`, `ref`, `sha`, `run_id` … */
  readonly claims: Readonly<Record<string, string>>;
}

export type JobReading =
  | { readonly kind: 'job'; readonly rule: CiRule; readonly job: Job }
  | { readonly kind: 'refused'; readonly why: string };

const maxCharacters = 8_000;
const maxAgeSeconds = 600;
const skewSeconds = 30;
const algorithms = ['RS256', 'RS384', 'RS512', 'PS256', 'ES256', 'ES384', 'EdDSA', 'Ed25519'];
/** Somebody else's code runs with the repository's rights there, so a rule has to name it to mean it. */
const foreignEvent = 'pull_request_target';
const kept = [
  ...['repository', 'repository_id', 'repository_owner', 'repository_owner_id', 'ref', 'ref_protected', 'sha'],
  ...['workflow', 'workflow_ref', 'job_workflow_ref', 'environment', 'event_name', 'actor', 'actor_id'],
  ...['run_id', 'run_attempt', 'runner_environment', 'project_id', 'project_path', 'namespace_id', 'namespace_path'],
  ...['pipeline_id', 'job_id', 'ci_config_ref_uri', 'ci_config_sha', 'user_login'],
];

const own = z.looseObject({ sub: z.string().min(1).max(500), jti: z.string().min(8).max(500), exp: z.number() });

export function isJobToken(token: string): boolean {
  return token.split('.').length === 3;
}

export async function readJob(token: string, { store, issuerKeys, url, now }: Jobs): Promise<JobReading> {
  const issuer = issuerOf(token);
  const rules = issuer === null ? [] : await store.ciRulesOf(issuer);
  if (issuer === null || rules.length === 0) return refused('no rule here believes whoever issued the token');
  const keys = await issuerKeys.of(issuer);
  if (typeof keys === 'string') return refused(`the keys of ${issuer} cannot be had: ${keys}`);
  const signed = await signedIn(token, keys, { issuer, audience: url, now: now() });
  if (typeof signed === 'string') return refused(`the token is not good: ${signed}`);
  const { sub: subject, jti, exp } = signed;
  const claims = textsIn(signed);
  const rule = rules.find((each) => isBelieved(each, claims));
  if (rule === undefined) return refused('no rule here believes this job: compare its claims with the rules');
  const use = { what: `job ${issuer} ${jti}`, expiresAt: (exp + skewSeconds) * 1_000, now: now() };
  if (!(await store.spend(rule.tenant, use))) return refused('the token was used before: ask the platform for another');
  return { kind: 'job', rule, job: { issuer, subject, claims: pick(claims) } };
}

/** What the platform has signed; a text says why that is not good. */
async function signedIn(
  token: string,
  keys: JWTVerifyGetKey,
  { issuer, audience, now }: { readonly issuer: string; readonly audience: string; readonly now: number },
): Promise<z.infer<typeof own> | string> {
  try {
    const bounds = { maxTokenAge: maxAgeSeconds, clockTolerance: skewSeconds, currentDate: new Date(now) };
    return own.parse((await jwtVerify(token, keys, { issuer, audience, algorithms, ...bounds })).payload);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Whether each claim that the rule names has one of its values. */
function isBelieved({ claims: wanted }: Pick<CiRule, 'claims'>, claims: Job['claims']): boolean {
  if (claims.event_name === foreignEvent && wanted.event_name === undefined) return false;
  return Object.entries(wanted).every(([name, values]) => {
    const value = claims[name];
    return value !== undefined && values.some((each) => isValue(each, value));
  });
}

/** The whole of it, or with `*` at its end whatever begins so. */
function isValue(wanted: string, value: string): boolean {
  return wanted.endsWith('*') ? value.startsWith(wanted.slice(0, -1)) : value === wanted;
}

/** What it says of itself, before anything is verified. */
function issuerOf(token: string): string | null {
  if (token.length > maxCharacters) return null;
  try {
    return decodeJwt(token).iss ?? null;
  } catch {
    return null;
  }
}

/** Numbers too: platforms differ in how they write ids. */
function textsIn(payload: Readonly<Record<string, unknown>>): Job['claims'] {
  const texts = Object.entries(payload).flatMap(([name, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value) ? [[name, String(value).slice(0, 1_000)] as const] : [],
  );
  return Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(texts));
}

function pick(claims: Job['claims']): Job['claims'] {
  return Object.fromEntries(kept.flatMap((name) => (claims[name] === undefined ? [] : [[name, claims[name]]])));
}

function refused(why: string): JobReading {
  return { kind: 'refused', why };
}
