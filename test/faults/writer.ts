// Appends decisions to the journal of KERB_HOME until it is killed, or as many as the first argument says. Each line on
// stdout is an acknowledgement: `number id`, written after `append` has returned. `refused reason` where it was refused.
import { writeSync } from 'node:fs';
import process from 'node:process';
import { openStore } from '../../daemon/store/open.ts';
import { decision, homeIn, sha256 } from '../store.ts';

const limit = Number(process.argv[2] ?? Number.POSITIVE_INFINITY);
const store = openStore({
  home: homeIn(process.env.KERB_HOME ?? ''),
  device: 'laptop',
  now: Date.now,
  sha256,
});
if (store.kind === 'problem') {
  writeSync(1, `refused ${store.reason}: ${store.message}\n`);
  process.exit(1);
}
for (let at = 0; at < limit; at++) {
  const record = decision({ reason: 'x'.repeat((at * 97) % 1_500) });
  const appended = store.append(record);
  writeSync(1, appended.kind === 'appended' ? `${appended.entry.seq} ${record.id}\n` : `refused ${appended.reason}\n`);
  store.putVerdicts(new Map([[`${process.pid}/${at % 50}`, record.id]]));
  if (at % 64 === 63) store.setState('turn', String(at));
}
store.close();
