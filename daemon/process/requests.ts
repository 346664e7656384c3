/** The daemon's part in requests for exceptions and in feedback: it keeps both, lets them go out, and tells editors what became of them. */
import { UsageError } from '../command.ts';
import { type AskingOptions, askException, listRequested } from '../exception/answer.ts';
import { giveFeedback, listGiven } from '../feedback/give.ts';
import type { AskedException, GivenFeedback, RequestedException, SaidOfFinding } from '../protocol.ts';
import type { Store } from '../store/store.ts';
import { Refusal } from './answer.ts';

export interface RequestsOptions {
  /** Null where it could not be opened. */
  readonly store: Store | null;
  readonly organisation: () => AskingOptions['organisation'];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Something is new, was sent or answered. */
  readonly changed: () => void;
  /** Sends what waits. Whoever asked does not wait for the hub: what became of it is told when it is known. */
  readonly letGo: () => void;
}

export interface Requests {
  /** Throws `Refusal` where nobody could grant it. */
  ask(asked: AskedException): Promise<RequestedException>;
  list(): readonly RequestedException[];
  /** Throws `Refusal` where it cannot be kept. */
  give(said: SaidOfFinding): Promise<GivenFeedback>;
  given(): readonly GivenFeedback[];
  /** Looks whether anything was answered, by whatever process. */
  look(): void;
}

export function createRequests({ store, organisation, now, changed, letGo }: RequestsOptions): Requests {
  const list = (): readonly RequestedException[] => (store === null ? [] : listRequested(store));
  const given = (): readonly GivenFeedback[] => (store === null ? [] : listGiven(store));
  const textOfAll = (): string => JSON.stringify([list(), given()]);
  let told = textOfAll();
  const look = (): void => {
    const text = textOfAll();
    if (text === told) return;
    told = text;
    changed();
  };
  const kept = async <T>(keep: (options: AskingOptions) => Promise<T | string>): Promise<T> => {
    if (store === null)
      throw new Refusal(503, 'fault', 'there is no store that could keep it: `kerb daemon status` says why');
    const outcome = await keep({ store, organisation: organisation(), atMs: now() }).catch(refuse);
    if (typeof outcome === 'string') throw new Refusal(503, 'fault', `it could not be kept: ${outcome}`);
    look();
    letGo();
    return outcome;
  };
  return {
    ask: (asked) => kept((options) => askException(asked, options)),
    list,
    give: (said) => kept((options) => giveFeedback(said, options)),
    given,
    look,
  };
}

function refuse(error: unknown): never {
  throw error instanceof UsageError ? new Refusal(400, 'badRequest', error.message) : error;
}
