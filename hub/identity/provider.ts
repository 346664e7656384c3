/**
 * An organisation's OpenID provider: where its people sign in, and what it says of them (OpenID Connect Core, code flow with
 * PKCE). Only what it has signed for this hub, for this sign-in and a moment ago is believed.
 */
import * as client from 'openid-client';
import * as z from 'zod';
import { boundedFetch } from './boundedText.ts';
import type { Role } from './role.ts';

/** Of one tenant. */
export interface ProviderSettings {
  /** What the page calls it. */
  readonly title: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scope: string;
  /** The claim by which people are called, here and in the log. */
  readonly nameClaim: string;
  /** The first that matches decides; nobody has a role otherwise. */
  readonly roles: readonly RoleRule[];
}

export interface RoleRule {
  readonly claim: ClaimPath;
  readonly value: string;
  readonly role: Role;
}

/** A claim by its name, dots and all; a list leads through claims that are objects. */
export type ClaimPath = string | readonly string[];

type Claims = Readonly<Record<string, unknown>>;

/** What is said under a claim; undefined where nothing is. */
export function claimAt(claims: Claims, claim: ClaimPath): unknown {
  let said: unknown = claims;
  for (const name of typeof claim === 'string' ? [claim] : claim) {
    if (typeof said !== 'object' || said === null || !Object.hasOwn(said, name)) return undefined;
    said = (said as Claims)[name];
  }
  return said;
}

/** What holds one sign-in together from its beginning to its end. */
export interface Flow {
  readonly redirectUri: string;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export type Answered =
  | { readonly kind: 'said'; readonly subject: string; readonly claims: Claims }
  /** `unreachable`: it does not answer, or not as a provider does. `refused`: its answer is not good. */
  | { readonly kind: 'unreachable' | 'refused'; readonly why: string };

export interface Provider {
  readonly settings: ProviderSettings;
  /** Where a browser has to go. */
  addressFor(flow: Flow): Promise<URL | Exclude<Answered, { kind: 'said' }>>;
  /** What the provider says of whoever came back with `answer`, the query of the address. */
  answerTo(flow: Flow, answer: string): Promise<Answered>;
}

const withinSeconds = 5;
const keepMs = 3_600_000;
const endpoints = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;

export function createProvider(settings: ProviderSettings, { now }: { readonly now: () => number }): Provider {
  let known: { readonly configuration: Promise<client.Configuration>; readonly until: number } | null = null;
  const configuration = (): Promise<client.Configuration> => {
    if (known !== null && known.until > now()) return known.configuration;
    const asked = { configuration: discover(settings), until: now() + keepMs };
    known = asked;
    // Whoever comes next asks again.
    asked.configuration.catch(() => {
      if (known === asked) known = null;
    });
    return asked.configuration;
  };
  return {
    settings,
    async addressFor(flow) {
      try {
        return await addressOf(await configuration(), settings, flow);
      } catch (error) {
        return { kind: 'unreachable', why: wordsOf(error) };
      }
    },
    async answerTo(flow, answer) {
      try {
        return await exchanged(await configuration(), settings, flow, answer);
      } catch (error) {
        return { kind: isOutage(error) ? 'unreachable' : 'refused', why: wordsOf(error) };
      }
    },
  };
}

async function discover({ issuer, clientId, clientSecret }: ProviderSettings): Promise<client.Configuration> {
  const isPlain = issuer.startsWith('http:');
  const configuration = await client.discovery(new URL(issuer), clientId, undefined, authenticationBy(clientSecret), {
    [client.customFetch]: fetchForClient,
    timeout: withinSeconds,
    // The signature of what comes from the token endpoint is verified too, not only the connection.
    execute: [client.enableNonRepudiationChecks, ...(isPlain ? [client.allowInsecureRequests] : [])],
  });
  const metadata = configuration.serverMetadata();
  // An issuer that stands for many organisations says of itself that it is another one.
  if (new URL(metadata.issuer).href !== new URL(issuer).href) throw new Error(`it says that it is ${metadata.issuer}`);
  const { userinfo_endpoint: userinfo } = metadata;
  for (const name of userinfo === undefined ? endpoints : ([...endpoints, 'userinfo_endpoint'] as const)) {
    if (!isLike(issuer, metadata[name])) throw new Error(`its ${name} is no address to go to`);
  }
  return configuration;
}

/** As secure as the issuer's own address: nothing is fetched in the clear, or from this machine, at a stranger's word. */
function isLike(issuer: string, address: string | undefined): boolean {
  if (address === undefined || !URL.canParse(address)) return false;
  const [own, { protocol, hostname, username, hash }] = [new URL(issuer), new URL(address)];
  const isAsSecure = protocol === 'https:' || (own.protocol === 'http:' && hostname === own.hostname);
  return isAsSecure && (protocol === 'https:' || protocol === 'http:') && username === '' && hash === '';
}

/** By whichever of the two ways the provider names; the first is the standard's default. */
function authenticationBy(secret: string): client.ClientAuth {
  const [basic, post] = [client.ClientSecretBasic(secret), client.ClientSecretPost(secret)];
  return (server, ...request) => {
    const { token_endpoint_auth_methods_supported: methods = ['client_secret_basic'] } = server;
    return (methods.includes('client_secret_basic') ? basic : post)(server, ...request);
  };
}

async function addressOf(
  configuration: client.Configuration,
  { scope }: ProviderSettings,
  { redirectUri, state, nonce, verifier }: Flow,
): Promise<URL> {
  return client.buildAuthorizationUrl(configuration, {
    redirect_uri: redirectUri,
    ...{ scope, state, nonce },
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
}

async function exchanged(
  configuration: client.Configuration,
  settings: ProviderSettings,
  { redirectUri, state, nonce, verifier }: Flow,
  answer: string,
): Promise<Answered> {
  const tokens = await client.authorizationCodeGrant(configuration, new URL(`${redirectUri}?${answer}`), {
    ...{ expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true },
  });
  const own = tokens.claims();
  if (own === undefined) return { kind: 'refused', why: 'it does not say who this is' };
  // OpenID Connect Core 3.1.3.7: whoever is named as the party that it was made for is this client.
  if (own.azp !== undefined && own.azp !== settings.clientId)
    return { kind: 'refused', why: 'its "azp" is another client' };
  const needed = [settings.nameClaim, ...settings.roles.map(({ claim }) => claim)];
  const isWhole = needed.every((claim) => claimAt(own, claim) !== undefined);
  const { userinfo_endpoint: endpoint } = configuration.serverMetadata();
  // Some providers say in the token who it is, and the rest only when asked.
  const more =
    isWhole || endpoint === undefined ? {} : await client.fetchUserInfo(configuration, tokens.access_token, own.sub);
  return { kind: 'said', subject: own.sub, claims: { ...more, ...own } };
}

function fetchForClient(
  url: string,
  { headers, method, redirect, signal, body }: client.CustomFetchOptions,
): Promise<Response> {
  return boundedFetch(url, {
    ...{ headers, method, redirect },
    ...(signal === undefined ? {} : { signal }),
    ...(body === undefined || body === null ? {} : { body }),
  });
}

function isOutage(error: unknown): boolean {
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError) return false;
  return !(error instanceof client.ClientError) || error.code === 'OAUTH_RESPONSE_IS_NOT_CONFORM';
}

/** What went wrong, without anything of the provider's own words but an error's code. */
function wordsOf(error: unknown): string {
  if (error instanceof client.AuthorizationResponseError || error instanceof client.ResponseBodyError)
    return `it says ${errorCode.safeParse(error.error).data ?? 'no'}`;
  const { cause, message } = error as Error;
  return cause instanceof Error ? cause.message : message;
}

/** RFC 6749: `access_denied`, `invalid_grant` … */
const errorCode = z.string().regex(/^[a-z_]{1,60}$/);
