/** Looking again when there is news: at once, and then with pauses, so that a busy hub is not asked all the time. */

export interface Clock {
  readonly now: () => number;
  readonly later: (ms: number, work: () => void) => void;
}

export interface Pace {
  /** There is something new: it is looked at now, or once after the pause, however often this is called. */
  ask(): void;
}

const shortestPauseMs = 500;
/** Pauses to one answer: with it a page takes a fifth of one request after the other. */
const pauses = 4;

export function createPace(look: () => Promise<void>, { now, later }: Clock): Pace {
  let [isBusy, isDue] = [false, false];
  const run = async (): Promise<void> => {
    [isBusy, isDue] = [true, false];
    const began = now();
    await look();
    later(Math.max(shortestPauseMs, pauses * (now() - began)), () => {
      isBusy = false;
      if (isDue) void run();
    });
  };
  return {
    ask() {
      if (isBusy) isDue = true;
      else void run();
    },
  };
}
