/** Which hooks ask Kerb, as git would really run them. */
import path from 'node:path';
import { asideOf, readHook, readOwnHook } from './folder.ts';
import type { HookPlace } from './place.ts';
import { judgingHooks } from './script.ts';

export interface HooksStatus {
  readonly lines: readonly string[];
  /** Whether each hook asks Kerb. */
  readonly isComplete: boolean;
}

/** The state of each judging hook in the folder that git looks into. */
export function statusOf(place: HookPlace): HooksStatus {
  const states = judgingHooks.map((hook) => ({ hook, state: stateOf(path.join(place.effective, hook)) }));
  const isComplete = states.every(({ state }) => state.startsWith('asks Kerb'));
  return {
    lines: [
      `git looks for hooks in ${place.effective}`,
      ...states.map(({ hook, state }) => `  ${hook.padEnd(18)}${state}`),
      ...(isComplete ? [] : ['`kerb hooks install` lets them ask Kerb; `kerb doctor` says what is in the way']),
    ],
    isComplete,
  };
}

function stateOf(file: string): string {
  const hook = readHook(file);
  if (hook.kind === 'absent')
    return readOwnHook(file).kind === 'ours' ? 'asks Kerb once a policy speaks of messages' : 'not there';
  if (hook.kind === 'foreign') return "another program's, which does not ask Kerb that Kerb knows of";
  if (!hook.isExecutable) return "Kerb's, but git does not run it: it is not executable";
  return readHook(asideOf(file)).kind === 'absent' ? 'asks Kerb' : 'asks Kerb, then runs what was there before';
}
