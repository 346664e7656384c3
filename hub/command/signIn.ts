/** `kerb hub sign-in`: an address of a running hub's page that signs in whoever has a token, once. */
import process from 'node:process';
import { pagePaths } from '../protocol/page.ts';
import { signIn as answerSchema } from '../protocol/session.ts';
import { askHub } from './ask.ts';
import type { HubArguments } from './options.ts';

const withinMs = 10_000;

export async function signIn(given: HubArguments): Promise<number> {
  const { address } = await askHub(given, { path: pagePaths.signIns, withinMs, answer: answerSchema });
  // A whole address again, so that nothing in it reaches a terminal but what an address is made of.
  process.stdout.write(`${new URL(address).href}\n`);
  process.stderr.write('It signs in whoever opens it first, within ten minutes.\n');
  return 0;
}
