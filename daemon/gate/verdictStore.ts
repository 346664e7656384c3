/** What a gate asks of the store that keeps verdicts. */
import type { Store } from '../store/store.ts';

export type VerdictStore = Pick<Store, 'verdicts'>;
