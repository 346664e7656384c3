/** The loop of a daemon that keeps in touch with its hub. No gate waits for it: gates read what it has put in force. */
import type { CurrentOrganisation, VerifiedBundle } from '../../engine/index.ts';
import { type Governing, identityOf, isOutdated, readGoverning, readStanding, ungoverned } from './current.ts';
import { type Network, systemNetwork } from './network.ts';
import type { Connection, Round, RoundOptions } from './round.ts';
import { pauseMs, sleepUntil, tellAfterMs } from './schedule.ts';
import { serial } from './serial.ts';
import { nothingOffered, type Offer } from './tuf/offer.ts';
import { createWatch, type News, type Watch } from './watch.ts';

export interface SyncOptions extends Omit<RoundOptions, 'network'> {
  /** Called when what governs has changed. */
  readonly changed: () => void;
  /** Called after each round, whatever came of it. */
  readonly afterRound?: () => void;
  /** One line for the log. */
  readonly log: (line: string) => void;
  readonly network?: Network;
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  /** Between 0 and 1. */
  readonly chance?: () => number;
}

interface SyncStatus {
  /** When everything last went well, in milliseconds since 1970; null before the first time. */
  readonly succeededAt: number | null;
  /** What is wrong now; null where nothing is. */
  readonly problem: string | null;
  /** What was seen of the hub's log that must not be; null where nothing was. */
  readonly alarm: string | null;
  /** Rounds that failed in a row. */
  readonly failures: number;
  readonly revision: string | null;
  readonly ring: string | null;
  /** When the policies in force were last seen to be the newest. */
  readonly refreshedAt: number | null;
}

export interface Sync {
  /** What governs, verified: the same object for as long as it says the same. Costs nothing: gates ask each time. */
  organisation(): CurrentOrganisation;
  /** What it was read from, for an editor to read it again. */
  bundle(): VerifiedBundle | null;
  /** Whether that is older than the organisation allows. */
  isOutdated(): boolean;
  /** A round now, whatever the schedule says. */
  now(): Promise<Round>;
  /** The journal has grown: it is sent on, unless the hub is known to be out of reach. */
  wake(): void;
  status(): SyncStatus;
  close(): Promise<void>;
}

/**
 * Starts from the copy on this disk, then goes round. Without a hub it waits for no time, only to be asked: an enrolment asks
 * for a round, and otherwise the next decision notices it.
 */
export async function startSync(options: SyncOptions): Promise<Sync> {
  return new Loop(options, await readGoverning(options.home));
}

/** Owns the timers, the requests and the WebSocket. */
class Loop implements Sync {
  readonly #options: SyncOptions;
  readonly #network: Network;
  readonly #ended = new AbortController();
  readonly #round = serial(() => this.#goRound().finally(() => this.#options.afterRound?.()));
  readonly #running: Promise<void>;
  #governing: Governing;
  #isAlone = false;
  #connection: Connection | null = null;
  readonly #watch: Watch;
  #succeededAt: number | null = null;
  #problem: string | null;
  #alarm: string | null = null;
  #failures = 0;
  #reach: Pick<Round, 'isAway' | 'retryAfterMs'> = { isAway: false, retryAfterMs: null };
  #rouse: () => void = () => undefined;
  /** Something has happened since the round began, which may not have come to it any more. */
  #isDue = false;
  /** Whether the next round is for everything, or for policies alone. */
  #isWhole = false;
  /** Policies that the hub has sent, until a round takes them in. */
  #offer: Offer | null = null;
  #taking: () => void = () => undefined;

  constructor(options: SyncOptions, governing: Governing) {
    const network = options.network ?? systemNetwork;
    this.#options = options;
    this.#network = { ...network, deadline: (ms) => AbortSignal.any([network.deadline(ms), this.#ended.signal]) };
    this.#watch = createWatch({ heard: (news) => this.#hearNews(news), ended: this.#ended.signal });
    this.#governing = governing;
    this.#problem = governing.organisation?.kind === 'problem' ? governing.organisation.message : null;
    this.#running = this.#loop();
  }

  organisation(): CurrentOrganisation {
    return this.#governing.organisation;
  }

  bundle(): VerifiedBundle | null {
    return this.#governing.bundle;
  }

  isOutdated(): boolean {
    return isOutdated(this.#governing, this.#network.now());
  }

  now(): Promise<Round> {
    this.#isWhole = true;
    return this.#round();
  }

  wake(): void {
    if (this.#isAlone || this.#failures === 0) this.#hear();
  }

  status(): SyncStatus {
    const { organisation: current, refreshedAt } = this.#governing;
    const organisation = current?.kind === 'organisation' ? current : null;
    return {
      succeededAt: this.#succeededAt,
      problem: this.#problem,
      alarm: this.#alarm,
      failures: this.#failures,
      revision: organisation?.revision ?? null,
      ring: organisation?.ring ?? null,
      refreshedAt,
    };
  }

  async close(): Promise<void> {
    this.#ended.abort();
    this.#rouse();
    this.#watch.close();
    await this.#running;
  }

  async #loop(): Promise<void> {
    while (!this.#ended.signal.aborted) {
      this.#isDue = false;
      await this.now().catch((error: unknown) => this.#fault(error));
      await this.#pause();
    }
  }

  #hear(): void {
    this.#isDue = true;
    this.#rouse();
  }

  #hearNews(news: News): void {
    if (news.about !== 'policies' || this.#failures > 0) {
      this.#hear();
    } else {
      this.#offer = news.offer;
      this.#taking();
    }
  }

  #fault(error: unknown): void {
    this.#options.log(`sync: a fault: ${stackOf(error)}`);
  }

  async #goRound(): Promise<Round> {
    const { home } = this.#options;
    const offer = this.#isWhole ? null : (this.#offer ?? nothingOffered);
    this.#isWhole = false;
    this.#offer = null;
    const wasAlone = this.#isAlone;
    this.#isAlone = readStanding(home).kind === 'none';
    if (this.#isAlone) {
      this.#govern(ungoverned);
      return idleRound;
    }
    // Somebody asked for this round while the loop waited for no time.
    if (wasAlone) this.#rouse();
    const { connect, doRound, takeIn } = await import('./round.ts');
    const parts = this.#parts();
    const made = this.#connection ?? (await connect(parts));
    const go = (to: Connection): Promise<Round> => (offer === null ? doRound(to, parts) : takeIn(to, offer, parts));
    const round = 'hub' in made ? await go(made) : made;
    // Whoever enrols meanwhile changes what a connection is made from, so one that fails is made anew.
    this.#connection = 'hub' in made && round.failure === null ? made : null;
    if (round.governing !== undefined) this.#govern(round.governing);
    this.#note(round);
    if (offer === null) this.#noteWhole(round);
    return round;
  }

  #parts(): RoundOptions {
    const { home, store, replays } = this.#options;
    return { home, store, network: this.#network, ...(replays === undefined ? {} : { replays }) };
  }

  #govern(next: Governing): void {
    const before = this.#governing;
    const isNew = identityOf(before) !== identityOf(next);
    this.#governing = isNew ? next : { ...before, refreshedAt: next.refreshedAt };
    if (isNew) this.#options.changed();
  }

  #note({ failure, refusal, passedOver, isAway, retryAfterMs, before, after }: Round): void {
    const problem = failure ?? refusal;
    if (this.#ended.signal.aborted) return;
    if (problem !== null && problem !== this.#problem) this.#options.log(`sync: ${problem}`);
    if (passedOver !== null) this.#options.log(`sync: what came with a hint was passed over: ${passedOver}`);
    if (before !== after) this.#options.log(`sync: bundle ${after} is in force`);
    if (problem === null) return;
    this.#problem = problem;
    this.#reach = { isAway, retryAfterMs };
    this.#failures++;
  }

  #noteWhole({ kind, failure, refusal, alarm }: Round): void {
    if (this.#ended.signal.aborted) return;
    if (alarm !== null && alarm !== this.#alarm) this.#options.log(`sync: ALARM: ${alarm}`);
    // A round that did not come to the log says nothing of it.
    if (failure === null || alarm !== null) this.#alarm = alarm;
    if (failure === null && refusal === null) {
      this.#problem = null;
      this.#failures = 0;
    }
    if (kind === 'done') this.#succeededAt = this.#network.now();
  }

  /**
   * Until it is time for a whole round, or somebody here has news. Policies that the hub sends meanwhile are taken in, and the
   * hub is told soon after.
   */
  async #pause(): Promise<void> {
    const { sleep = sleepUntil, chance = Math.random } = this.#options;
    const over = new AbortController();
    const signal = AbortSignal.any([over.signal, this.#ended.signal]);
    if (signal.aborted || (this.#isDue && this.#failures === 0)) return;
    const roused = new Promise<void>((resolve) => {
      this.#rouse = resolve;
    });
    const untilTime = this.#isAlone
      ? roused
      : sleep(pauseMs({ failures: this.#failures, ...this.#reach, chance: chance() }), signal);
    const isOver = Promise.race([untilTime, roused]).then(() => 'over' as const);
    const failures = this.#failures;
    if (this.#connection !== null && failures === 0)
      this.#watch.keep(this.#connection, signal).catch((error: unknown) => this.#fault(error));
    const untold: Promise<'tell'>[] = [];
    for (;;) {
      const next = await Promise.race([isOver, this.#offered(), ...untold]);
      if (next === 'over' || signal.aborted) break;
      if (next === 'tell') {
        untold.pop();
        await this.#tell().catch((error: unknown) => this.#fault(error));
        continue;
      }
      const { bundle: before } = this.#governing;
      await this.#round().catch((error: unknown) => this.#fault(error));
      if (this.#failures > failures) break;
      if (untold.length === 0 && this.#governing.bundle !== before)
        untold.push(sleep(tellAfterMs(chance()), signal).then(() => 'tell' as const));
    }
    over.abort();
  }

  /** As soon as the hub has sent policies. */
  #offered(): Promise<'offer'> {
    return new Promise((resolve) => {
      this.#taking = () => resolve('offer');
      if (this.#offer !== null) this.#taking();
    });
  }

  /** What the hub does not hear now, it hears at the next round. */
  async #tell(): Promise<void> {
    if (this.#connection === null) return;
    const { tell } = await import('./round.ts');
    const standing = { governing: this.#governing, alarm: this.#alarm };
    const failure = await tell(this.#connection, this.#parts(), standing);
    if (failure !== null) this.#options.log(`sync: the hub was not told which policies are in force: ${failure}`);
  }
}

/** Of a device that belongs to no hub. */
const idleRound: Round = {
  kind: 'none',
  before: null,
  after: null,
  uploaded: 0,
  refusal: null,
  passedOver: null,
  failure: null,
  isAway: false,
  retryAfterMs: null,
  alarm: null,
};

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
