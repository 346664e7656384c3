/** `kerb enroll URL`: makes this device known to a hub, with a person's consent. */
import { hostname } from 'node:os';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { createNative } from '../../repository/index.ts';
import { type Arguments, type Command, type ExitCode, UsageError } from '../command.ts';
import { type Home, requireHome } from '../home.ts';
import { complain, print } from '../output.ts';
import { printable } from '../report/style.ts';
import { rootIn } from '../review/hub.ts';
import { openStore } from '../store/open.ts';
import { type EnrolOptions, enrol } from '../sync/enrol.ts';
import { fileStore, keyStores } from '../sync/keyStore.ts';
import { HubFailure, systemNetwork } from '../sync/network.ts';
import { TrustRefusal } from '../sync/tuf/refusal.ts';
import { askDaemon, exitCodeOf, roundHere, tell } from './sync.ts';

export const enrollCommand: Command = {
  usage: 'enroll URL',
  summary: "make this device known to an organisation's hub",
  description: `Shows an address and a code: open the address, sign in, compare the code and the key's name, and allow the device.
After that policies and exceptions come from the hub, verified, and the journal of decisions goes to it. The
device key is made here and never leaves this machine.
The hub's root of trust is believed when it is first seen, unless --root says what it has to be.
Exit codes: 0 enrolled and in step, 2 not.`,
  options: {
    root: { value: 'SHA256', help: "the hash of the hub's first root, as whoever runs the hub tells it" },
    'key-store': { value: 'WHERE', help: "system (default: the system's key store where there is one) or file" },
  },
  dashes: 'options',
  run,
};

async function run(given: Arguments): Promise<ExitCode> {
  const [address = '', ...more] = given.words;
  if (address === '' || more.length > 0) throw new UsageError('name the address of one hub');
  const home = requireHome();
  try {
    const { enrolment, store, root } = await enrol({ ...partsOf(given, home), address });
    await print(`enrolled at ${printable(enrolment.hub)} as ${enrolment.device}\n`);
    await print(
      `the device key ${enrolment.keyId} is in ${printable(store.place)}\nthe root of trust is ${root.sha256}\n`,
    );
  } catch (error) {
    if (!(error instanceof HubFailure || error instanceof TrustRefusal)) throw error;
    await complain(`kerb: ${printable(error.message)}\n`);
    return 2;
  }
  const round = (await askDaemon(home)) ?? (await roundHere(home));
  await tell(round);
  return exitCodeOf(round);
}

function partsOf(given: Arguments, home: Home): Omit<EnrolOptions, 'address'> {
  const where = given.value('key-store') ?? 'system';
  if (where !== 'system' && where !== 'file') throw new UsageError(`--key-store ${where}: there is system and file`);
  const root = rootIn(given);
  return {
    home,
    device: journalOf(home),
    stores: where === 'file' ? [fileStore(home)] : keyStores(home),
    network: systemNetwork,
    sleep: (ms) => sleep(ms),
    rootSha256: root,
    about: { name: hostname().slice(0, 200), platform: `${process.platform}-${process.arch}` },
    show: async ({ grant, keyId }) => {
      await print(`open    ${printable(grant.verification_uri_complete ?? grant.verification_uri)}\n`);
      await print(
        `code    ${printable(grant.user_code)}\nkey     ${keyId}\nwaiting for somebody to allow this device …\n`,
      );
    },
  };
}

/** The name under which this machine's journal is chained: the hub knows the device by the same one. */
function journalOf(home: Home): string {
  const store = openStore({ home, device: crypto.randomUUID(), now: Date.now, sha256: createNative().sha256 });
  if (store.kind === 'problem') throw new UsageError(`without a journal there is nothing to enrol: ${store.message}`);
  const { device } = store.status();
  store.close();
  return device;
}
