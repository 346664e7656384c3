/** `kerb hub sign-in`: an address of a running hub's page that signs in whoever has a token, once. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { pagePaths } from '../protocol/page.ts';
import { signIn as answerSchema } from '../protocol/session.ts';
import { addressOf, folderOf, type HubArguments, UsageError, urlOf } from './options.ts';

const withinMs = 10_000;

export async function signIn(given: HubArguments): Promise<number> {
  const { host, port } = addressOf(given);
  const url = urlOf(given) ?? `http://${host}:${port}`;
  const answer = await ask(`${url}${pagePaths.signIns}`, readToken(given));
  if (answer.status === 401 || answer.status === 403) throw new UsageError(`${url} does not let this token sign in`);
  if (!answer.ok) throw new UsageError(`${url} answers ${answer.status}`);
  const { address } = answerSchema.parse(await answer.json());
  process.stdout.write(`${address}\n`);
  process.stderr.write('It signs in whoever opens it first, within ten minutes.\n');
  return 0;
}

function readToken(given: HubArguments): string {
  const file = given['token-file'] ?? path.join(folderOf(given), 'admin.token');
  if (!existsSync(file)) throw new UsageError(`${file} does not exist: name your token's file with --token-file`);
  return readFileSync(file, 'utf8').trim();
}

async function ask(address: string, token: string): Promise<Response> {
  try {
    const headers = { authorization: `Bearer ${token}` };
    return await fetch(address, { method: 'POST', headers, redirect: 'error', signal: AbortSignal.timeout(withinMs) });
  } catch (error) {
    const { message, cause } = error as Error;
    throw new UsageError(`${address} cannot be reached: ${cause instanceof Error ? cause.message : message}`);
  }
}
