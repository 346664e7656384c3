/** `kerb hub`: the entry of its own that `bin/kerb` starts. Exit codes: 0 done, 2 it could not. */
import process from 'node:process';
import { parseArgs } from 'node:util';
import { backup } from './command/backup.ts';
import { UsageError } from './command/options.ts';
import { restore } from './command/restore.ts';
import { retain } from './command/retain.ts';
import { root } from './command/root.ts';
import { run } from './command/run.ts';
import { signIn } from './command/signIn.ts';

const usage = `kerb hub [--database URL] [--listen HOST:PORT]
kerb hub backup FILE
kerb hub restore FILE
kerb hub sign-in [--url URL] [--token-file FILE]
kerb hub retain DAYS [--url URL] [--token-file FILE]
kerb hub root FILE --root-key NAME=KEY… --approver NAME=KEY… [--previous FILE]

Runs the hub of an organisation until it is told to end (SIGINT, SIGTERM): it takes decisions in, keeps them in a log that
proves itself, and shows them. Without options it is one process with one SQLite file, reachable from this machine alone.

Options:
  --data DIR         keys, and the SQLite file (default: $KERB_HOME/hub-server, else ~/.kerb/hub)
  --database URL     postgres://… instead of the SQLite file
  --new-log-key      go on with a log that another key has signed: each device then needs kerb sync --accept-log
  --listen HOST:PORT where to listen (default: 127.0.0.1:7345)
  --url URL          the hub's address as others reach it (default: where it listens)
  --tls-cert FILE    serve HTTPS with this certificate chain (PEM), together with --tls-key
  --tls-key FILE     its private key (PEM)
  --root-key NAME=KEY, --approver NAME=KEY
                     who signs roots, and who approves policies; KEY as kerb review key prints it
  --root-threshold N, --threshold N
                     how many of them it takes (default: 2)
  --previous FILE    the root before, where there is one
  --token-file FILE  who signs in: an address of the page is printed that does it once (default: the first admin);
                     the same for retain, which deletes what is older than so many days
  --people FILE      where the people of each tenant sign in (OpenID Connect): see docs/operating.md
  --tenant NAME      the name of the first tenant, where there is none yet (default: default)
`;

process.exitCode = await main(process.argv.slice(process.argv[2] === 'hub' ? 3 : 2));

async function main(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    const fault = 'this is a fault in Kerb: ';
    const words = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`kerb hub: ${error instanceof UsageError ? error.message : fault + words}\n`);
    return 2;
  }
}

async function dispatch(args: readonly string[]): Promise<number> {
  const { values, words } = readArguments(args);
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const [verb, file, ...more] = words;
  if (verb === undefined) return run(values);
  if (verb === 'sign-in' && file === undefined) return signIn(values);
  if (file === undefined || more.length > 0)
    throw new UsageError('kerb hub backup FILE, restore FILE, root FILE, or retain DAYS');
  if (verb === 'retain') return retain(file, values);
  if (verb === 'backup') return backup(file, values);
  if (verb === 'root') return root(file, values);
  if (verb === 'restore') return restore(file, values);
  throw new UsageError(`there is no kerb hub ${verb} (kerb hub --help)`);
}

function readArguments(args: readonly string[]) {
  try {
    const text = { type: 'string' } as const;
    const list = { type: 'string', multiple: true } as const;
    const { values, positionals } = parseArgs({
      args: [...args],
      options: {
        ...{
          data: text,
          database: text,
          listen: text,
          url: text,
          tenant: text,
          people: text,
          'tls-cert': text,
          'tls-key': text,
        },
        'token-file': text,
        ...{ 'root-key': list, approver: list, 'root-threshold': text, threshold: text, previous: text },
        'new-log-key': { type: 'boolean' },
        help: { type: 'boolean', short: 'h', default: false },
      },
      allowPositionals: true,
    });
    return { values, words: positionals };
  } catch (error) {
    throw new UsageError(`${(error as Error).message.split('\n')[0]} (kerb hub --help)`);
  }
}
