/** A running hub as its commands ask it: with the token of a file, or the first admin's. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { readJson } from '../../engine/index.ts';
import { boundedText } from '../identity/boundedText.ts';
import { addressAt, isOutwardAddress } from '../outward.ts';
import { addressOf, folderOf, type HubArguments, UsageError, urlOf } from './options.ts';

interface Question<T> {
  readonly path: string;
  readonly body?: unknown;
  readonly withinMs: number;
  readonly answer: z.ZodType<T>;
}

/** Throws `UsageError` where it cannot be reached, lets the token not do this, or is no hub. */
export async function askHub<T>(given: HubArguments, { path: where, answer, ...question }: Question<T>): Promise<T> {
  const url = urlOf(given) ?? addressAt('http', hereOf(addressOf(given)));
  if (!isOutwardAddress(url))
    throw new UsageError(
      `${url}: a token goes to another machine by HTTPS alone: --url https://… names the hub's address`,
    );
  const { status, text } = await send(`${url}${where}`, { ...question, token: readToken(given) });
  if (status === 401 || status === 403) throw new UsageError(`${url} does not let this token do that`);
  if (status < 200 || status > 299) throw new UsageError(`${url} answers ${status}`);
  const { success, data } = answer.safeParse(readJson(text));
  if (!success) throw new UsageError(`${url} answers, but not as a hub does: check the address`);
  return data;
}

/** What listens at every name of this machine is asked at the one that leads nowhere else. */
function hereOf({ host, port }: ReturnType<typeof addressOf>): ReturnType<typeof addressOf> {
  const names: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };
  return { host: names[host] ?? host, port };
}

function readToken(given: HubArguments): string {
  const file = given['token-file'] ?? path.join(folderOf(given), 'admin.token');
  if (!existsSync(file)) throw new UsageError(`${file} does not exist: name your token's file with --token-file`);
  return readFileSync(file, 'utf8').trim();
}

async function send(
  address: string,
  { token, body, withinMs }: Pick<Question<unknown>, 'body' | 'withinMs'> & { readonly token: string },
): Promise<{ readonly status: number; readonly text: string }> {
  const content =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  try {
    const answer = await fetch(address, {
      ...content,
      method: 'POST',
      headers: { ...content.headers, authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(withinMs),
    });
    return { status: answer.status, text: await boundedText(answer) };
  } catch (error) {
    const { message, cause } = error as Error;
    throw new UsageError(`${address} cannot be asked: ${cause instanceof Error ? cause.message : message}`);
  }
}
