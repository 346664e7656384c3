/** What a daemon serves, put together. */
import type { Home } from '../home.ts';
import type { Notice } from '../protocol.ts';
import { Refusal } from './answer.ts';
import type { Log } from './log.ts';
import type { Works } from './run.ts';

export interface WorksOptions {
  readonly home: Home;
  readonly tell: (notice: Notice) => void;
  readonly log: Log;
}

/** Opens what the daemon of a home serves. */
export async function openWorks(_options: WorksOptions): Promise<Works> {
  const decide = async (): Promise<never> => {
    throw new Refusal(404, 'unknownRequest', 'this daemon judges nothing yet');
  };
  return {
    gate: { decide, close: async () => undefined },
    status: () => ({ policies: null, journal: null, problems: [] }),
    warm: async () => undefined,
    close: async () => undefined,
  };
}
