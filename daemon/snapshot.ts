/**
 * `kerb hook` as a snapshot: policies are read and compiled, and have judged, while it is made. Only what is in memory goes
 * along; files, sockets, the clock and native code are those of the process that starts.
 */
import process from 'node:process';
import { startupSnapshot } from 'node:v8';
import { createNative } from '../repository/index.ts';
import { main } from './cli.ts';
import './command/hook.ts';
import './gate/open.ts';
import { createRulings } from './gate/ruling.ts';
import { warmSteps } from './process/warm.ts';
import './sync/current.ts';

startupSnapshot.setDeserializeMainFunction(
  () => void main(process.argv.slice(2), { keepCode: () => undefined, snapshot: () => null }),
);
void rehearse();

/** Code is left out: what parses it is no JavaScript, and cannot go along. */
async function rehearse(): Promise<void> {
  const native = { ...createNative(), parseCode: () => null };
  const nowhere = { root: '/', resolve: async (names: readonly string[]) => names.map(() => null) };
  const { policies } = await createRulings({ native, organisation: () => null }).of(nowhere, {
    commit: null,
    gate: 'commit',
  });
  for (const step of warmSteps(policies, native)) step();
}
