/** `kerb hub`: runs until it is told to end. */
import process from 'node:process';
import { KeyError } from '../home.ts';
import { startHub } from '../start.ts';
import { readTraceSettings, type TraceSettings } from '../traces/settings.ts';
import { version } from '../version.ts';
import { addressOf, type HubArguments, homeOf, openStore, tlsOf, UsageError, urlOf } from './options.ts';
import { readPeople } from './people.ts';

export async function run(given: HubArguments): Promise<number> {
  const [address, url, tls] = [addressOf(given), urlOf(given), tlsOf(given)];
  const providers = given.people === undefined ? new Map() : readPeople(given.people, process.env);
  const traces = tracesIn(process.env);
  const home = homeOf(given);
  const store = await openStore(given, home);
  const options = {
    ...address,
    home,
    store,
    url,
    tls,
    providers,
    traces,
    tenant: given.tenant ?? 'default',
    newLogKey: given['new-log-key'],
    version: version(),
  };
  const hub = await startHub({ ...options, now: Date.now, say: complain }).catch(async (error: unknown) => {
    await store.close();
    throw explain(error, given);
  });
  process.stdout.write(`the hub listens on ${hub.url}\n`);
  process.stdout.write(
    `its keys are in ${home.folder}${given.database === undefined ? ', and so is its database' : ''}\n`,
  );
  if (hub.adminTokenFile !== null) process.stdout.write(`the first admin's token is in ${hub.adminTokenFile}\n`);
  // An address that signs in is for whoever sits here, and not for a log.
  const page = process.stdout.isTTY ? await hub.signInAddress() : null;
  process.stdout.write(page === null ? 'its page: kerb hub sign-in\n' : `its page, open for ten minutes: ${page}\n`);
  await toldToEnd();
  await hub.close();
  return 0;
}

function tracesIn(environment: Readonly<Record<string, string | undefined>>): TraceSettings | null {
  try {
    return readTraceSettings(environment);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function toldToEnd(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function complain(line: string): void {
  process.stderr.write(`kerb hub: ${oneLine(line)}\n`);
}

/** What a hub says names what others have named: nothing of it begins a line of its own, or steers a terminal. */
export function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
}

function explain(error: unknown, { listen = '127.0.0.1:7345' }: HubArguments): unknown {
  if (error instanceof KeyError) return new UsageError(error.message);
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return new UsageError(`somebody listens on ${listen} already: choose another with --listen`);
  if (code === 'EACCES') return new UsageError(`this user may not listen on ${listen}`);
  return error;
}
