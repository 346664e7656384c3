/** The hub as a person asks it: with a token of their own, bounded, and every answer parsed. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { z } from 'zod';
import { readJson } from '../../engine/index.ts';
import { hubError, hubPaths, signedRoot } from '../../hub/protocol.ts';
import { type Arguments, UsageError } from '../command.ts';
import { homeFolder, openHome } from '../home.ts';
import { readEnrolment } from '../sync/enrolment.ts';
import { isHubAddress } from '../sync/hubAddress.ts';
import { type Answer, exchange, HubFailure, jsonOf, systemNetwork } from '../sync/network.ts';
import type { Source } from '../sync/tuf/source.ts';

export interface PersonsHub {
  ask<T>(method: 'GET' | 'POST', path: string, schema: z.ZodType<T>, body?: unknown): Promise<T>;
  /** Null where the hub has no such thing: an older one does not know every question. */
  find<T>(path: string, schema: z.ZodType<T>): Promise<T | null>;
  /** Its repository, for the verification that devices do. */
  readonly source: Source;
}

const maxAnswerBytes = 40_000_000;
const withinMs = 120_000;

/** Throws `UsageError` for whatever the hub or the network says. */
export function personsHub(given: Arguments): PersonsHub {
  const address = (given.value('hub') ?? ownHub())?.replace(/\/+$/, '') ?? '';
  if (address === '') throw new UsageError('--hub URL says which hub to ask: this device belongs to none');
  if (!isHubAddress(address))
    throw new UsageError(`${JSON.stringify(address)} is no address of a hub: it begins with https://`);
  const authorization = `Bearer ${tokenIn(given)}`;
  const send = async (method: 'GET' | 'POST', path: string, maxBytes: number, body?: unknown): Promise<Answer> => {
    const headers = { authorization, accept: 'application/json', 'content-type': 'application/json' };
    const content = body === undefined ? {} : { body: JSON.stringify(body) };
    const request = { method, url: address + path, headers, ...content, maxBytes, withinMs };
    return exchange(systemNetwork, request).catch((error: unknown) => {
      throw error instanceof HubFailure ? new UsageError(error.message) : error;
    });
  };
  return {
    async ask(method, path, schema, body) {
      return readAnswer(await send(method, path, maxAnswerBytes, body), schema);
    },
    async find(path, schema) {
      const answer = await send('GET', path, maxAnswerBytes);
      return answer.status === 404 ? null : readAnswer(answer, schema);
    },
    source: {
      async read(name, { maxBytes }) {
        const [kind, ...rest] = name.split('/');
        const root = kind === 'targets' ? hubPaths.targets : hubPaths.metadata;
        const answer = await send('GET', `${root}/${rest.join('/')}`, maxBytes);
        if (answer.status === 404) return null;
        if (answer.status !== 200) throw new UsageError(refusalIn(answer));
        return answer.body;
      },
    },
  };
}

function readAnswer<T>(answer: Answer, schema: z.ZodType<T>): T {
  if (answer.status >= 400) throw new UsageError(refusalIn(answer));
  const { success, data, error } = schema.safeParse(jsonOf(answer));
  if (success) return data;
  throw new UsageError(`the hub's answer is not as agreed (${error.issues[0]?.path.join('.') ?? ''}): update Kerb`);
}

/** The hub that this device belongs to; null where there is none. */
function ownHub(): string | null {
  if (!existsSync(path.join(homeFolder(), 'hub', 'enrolment.json'))) return null;
  const home = openHome();
  const enrolment = home.kind === 'home' ? readEnrolment(home) : null;
  return enrolment?.kind === 'record' ? enrolment.value.hub : null;
}

export const hubOptions = {
  hub: { value: 'URL', help: 'the hub; without it the one that this device belongs to' },
  'token-file': { value: 'FILE', help: 'the file that holds your token (else KERB_HUB_TOKEN)' },
} as const;

/** Of commands by which a person signs. */
export const signingOptions = {
  ...hubOptions,
  key: { value: 'FILE', help: 'your private key, which never leaves this machine' },
  root: { value: 'SHA256', help: "the hash of the hub's first root, as whoever runs the hub tells it" },
} as const;

export function keyFileIn(given: Arguments): string {
  const file = given.value('key');
  if (file === null) throw new UsageError('--key FILE names your private key');
  return file;
}

/** The first root's hash, where one was given. */
export function rootIn(given: Arguments): string | null {
  const root =
    given
      .value('root')
      ?.toLowerCase()
      .replace(/^sha256:/, '') ?? null;
  if (root !== null && !/^[0-9a-f]{64}$/.test(root)) throw new UsageError('--root is a SHA-256: 64 hexadecimal digits');
  return root;
}

/** A root of trust in a file. Throws `UsageError`. */
export function rootDocumentIn(file: string): z.infer<typeof signedRoot> {
  const { success, data } = signedRoot.safeParse(readJson(readText(file)));
  if (!success) throw new UsageError(`${file} is no root: kerb hub root makes one`);
  return data;
}

function refusalIn(answer: Answer): string {
  const parsed = hubError.safeParse(jsonOf(answer));
  return parsed.success
    ? `the hub refuses: ${parsed.data.error.message}`
    : `the hub refuses with ${answer.status} and does not say why`;
}

/** The token that the person gave. Throws `UsageError`. */
export function tokenIn(given: Arguments): string {
  const file = given.value('token-file');
  const token = file === null ? process.env.KERB_HUB_TOKEN : readText(file);
  if (!token) throw new UsageError('a token is needed: --token-file FILE, or KERB_HUB_TOKEN');
  return token.trim();
}

/** A file that somebody named. Throws `UsageError`. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}
