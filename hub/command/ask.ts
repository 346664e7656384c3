/** A running hub as its commands ask it: with the token of a file, or the first admin's. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { addressOf, folderOf, type HubArguments, UsageError, urlOf } from './options.ts';

/** Throws `UsageError` where it cannot be reached, or lets the token not do this. */
export async function askHub(
  given: HubArguments,
  { path: where, body, withinMs }: { readonly path: string; readonly body?: unknown; readonly withinMs: number },
): Promise<unknown> {
  const { host, port } = addressOf(given);
  const url = urlOf(given) ?? `http://${host}:${port}`;
  const answer = await send(`${url}${where}`, { token: readToken(given), body, withinMs });
  if (answer.status === 401 || answer.status === 403) throw new UsageError(`${url} does not let this token do that`);
  if (!answer.ok) throw new UsageError(`${url} answers ${answer.status}`);
  return answer.json();
}

function readToken(given: HubArguments): string {
  const file = given['token-file'] ?? path.join(folderOf(given), 'admin.token');
  if (!existsSync(file)) throw new UsageError(`${file} does not exist: name your token's file with --token-file`);
  return readFileSync(file, 'utf8').trim();
}

async function send(
  address: string,
  { token, body, withinMs }: { readonly token: string; readonly body: unknown; readonly withinMs: number },
): Promise<Response> {
  const content =
    body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } };
  try {
    return await fetch(address, {
      ...content,
      method: 'POST',
      headers: { ...content.headers, authorization: `Bearer ${token}` },
      redirect: 'error',
      signal: AbortSignal.timeout(withinMs),
    });
  } catch (error) {
    const { message, cause } = error as Error;
    throw new UsageError(`${address} cannot be reached: ${cause instanceof Error ? cause.message : message}`);
  }
}
