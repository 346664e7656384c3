/** A device with a home of its own, enrolled at a test hub. */
import type { TestContext } from 'node:test';
import type { Home } from '../../daemon/home.ts';
import type { Store } from '../../daemon/store/store.ts';
import { type Governing, readGoverning } from '../../daemon/sync/current.ts';
import { enrol } from '../../daemon/sync/enrol.ts';
import { fileStore } from '../../daemon/sync/keyStore.ts';
import type { Network } from '../../daemon/sync/network.ts';
import { type Connection, connect, doRound, type Round, takeIn } from '../../daemon/sync/round.ts';
import { createHome } from '../store.ts';
import { startTestHub, type TestHub } from './hub.ts';
import { type Publication, write } from './publication.ts';
import { type Content, createPeople, type People, publicationOf } from './publisher.ts';

/** A clock that only tests move, in milliseconds since 1970. */
export interface Clock {
  at: number;
}

interface TestDevice {
  readonly home: Home;
  round(): Promise<Round>;
  /** What it does with files that came with a hint. */
  takeIn(files: ReadonlyMap<string, Buffer>): Promise<Round>;
  /** What the copy on the disk says by itself. */
  governing(): Promise<Governing>;
}

export interface World {
  readonly clock: Clock;
  readonly hub: TestHub;
  readonly people: People;
  readonly network: Network;
  /** Publishes something right as the nth publication. */
  publish(version: number, content: Content): Publication;
  enrol(options?: EnrolledOptions): Promise<TestDevice>;
}

interface EnrolledOptions {
  readonly store?: Store;
  readonly home?: Home;
}

/** The machine's clock, for devices that are processes of their own. Nobody moves it. */
export const machineClock: Clock = Object.defineProperty({ at: 0 }, 'at', { get: Date.now, set: () => undefined });

/** A hub and a clock, put away when the test ends. */
export async function createWorld(
  context: Pick<TestContext, 'after'>,
  clock: Clock = { at: Date.parse('2026-11-28T09:00:00.000Z') },
): Promise<World> {
  const hub = await startTestHub({ now: () => clock.at });
  context.after(() => hub.close());
  const people = createPeople();
  // Nothing here takes long, and a test that has a deadline brings its own.
  const network: Network = {
    fetch: (...args) => fetch(...args),
    deadline: () => new AbortController().signal,
    now: () => clock.at,
  };
  return {
    clock,
    hub,
    people,
    network,
    publish(version, content) {
      const publication = publicationOf(people, content, { version, at: clock.at });
      hub.files = write(publication);
      return publication;
    },
    enrol: (options) => enrolDevice(context, { hub, network, clock }, options),
  };
}

type Parts = Pick<World, 'hub' | 'network' | 'clock'>;

async function enrolDevice(
  context: Pick<TestContext, 'after'>,
  { hub, network, clock }: Parts,
  { store, home = createHome(context) }: EnrolledOptions = {},
): Promise<TestDevice> {
  await enrol({
    home,
    address: hub.address,
    device: store?.status().device ?? crypto.randomUUID(),
    stores: [fileStore(home)],
    network,
    sleep: async (ms) => {
      clock.at += ms;
    },
    rootSha256: null,
    about: { name: 'laptop', platform: 'linux' },
    show: async () => undefined,
  });
  const options = { home, store: store ?? null, network };
  let connection: Connection | null = null;
  const connected = async (go: (to: Connection) => Promise<Round>): Promise<Round> => {
    const made: Connection | Round = connection ?? (await connect(options));
    if (!('hub' in made)) return made;
    connection = made;
    return go(made);
  };
  return {
    home,
    round: () => connected((to) => doRound(to, options)),
    takeIn: (files) => connected((to) => takeIn(to, { files: withNoMoreRoots(files), etag: null }, options)),
    governing: () => readGoverning(home),
  };
}

/** As a hub sends them: it says that the newest root is the newest. */
export function withNoMoreRoots<File>(files: ReadonlyMap<string, File>): ReadonlyMap<string, File | null> {
  const roots = [...files.keys()].map((name) => Number(/^metadata\/(\d+)\.root\.json$/.exec(name)?.[1] ?? 0));
  return new Map<string, File | null>([...files, [`metadata/${Math.max(...roots) + 1}.root.json`, null]]);
}
