/** The daemon's part in requests for exceptions: it keeps them, lets them go out, and tells editors when one is answered. */
import { UsageError } from '../command.ts';
import { type AskingOptions, askException, listRequested } from '../exception/answer.ts';
import type { AskedException, RequestedException } from '../protocol.ts';
import type { Store } from '../store/store.ts';
import { Refusal } from './answer.ts';

export interface RequestsOptions {
  /** Null where it could not be opened. */
  readonly store: Store | null;
  readonly organisation: () => AskingOptions['organisation'];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** A request is new, was sent or answered. */
  readonly changed: () => void;
}

export interface Requests {
  /** Throws `Refusal` where nobody could grant it. */
  ask(asked: AskedException): Promise<RequestedException>;
  list(): readonly RequestedException[];
  /** Looks whether anything was answered, by whatever process. */
  look(): void;
}

export function createRequests({ store, organisation, now, changed }: RequestsOptions): Requests {
  const list = (): readonly RequestedException[] => (store === null ? [] : listRequested(store));
  let told = JSON.stringify(list());
  const look = (): void => {
    const text = JSON.stringify(list());
    if (text === told) return;
    told = text;
    changed();
  };
  return {
    async ask(asked) {
      if (store === null)
        throw new Refusal(503, 'fault', 'there is no store that could keep it: `kerb daemon status` says why');
      const kept = await askException(asked, { store, organisation: organisation(), atMs: now() }).catch(refuse);
      if (typeof kept === 'string') throw new Refusal(503, 'fault', `the request could not be kept: ${kept}`);
      look();
      return kept;
    },
    list,
    look,
  };
}

function refuse(error: unknown): never {
  throw error instanceof UsageError ? new Refusal(400, 'badRequest', error.message) : error;
}
