/** What a running hub is made of: every route works on this. */
import type { Samples } from './alerts/anomaly.ts';
import type { SigningKey, VerifyBytes } from './cryptography.ts';
import type { OnlineKeys } from './home.ts';
import type { ReadDeviceToken } from './identity/deviceToken.ts';
import type { IssuerKeys } from './identity/issuer.ts';
import type { Once } from './identity/once.ts';
import type { Provider } from './identity/provider.ts';
import type { TenantOf } from './identity/tenant.ts';
import type { Masks } from './intake/mask.ts';
import type { BatchReader } from './intake/threads.ts';
import type { Sequencer } from './log/sequencer.ts';
import type { OpaBundles } from './opa/bundles.ts';
import type { Catalogues } from './policies/catalogue.ts';
import type { News } from './policies/news.ts';
import type { NewestPublication } from './policies/publication.ts';
import type { FetchPublished } from './policies/published.ts';
import type { Turns } from './policies/turn.ts';
import type { Measures } from './serve/metrics.ts';
import type { Store } from './store/store.ts';
import type { Traces } from './traces/exporter.ts';

export interface Hub {
  readonly store: Store;
  readonly batches: BatchReader;
  readonly sequencer: Sequencer;
  /** Signs checkpoints. Not in the database: who has only that cannot sign another history. */
  readonly logKey: SigningKey;
  readonly tokenSecret: Uint8Array;
  readonly online: OnlineKeys;
  /** Who waits for news. */
  readonly news: News;
  readonly fetchPublished: FetchPublished;
  /** What waiting devices are sent. */
  readonly newestPublication: NewestPublication;
  /** What is published, read for people. */
  readonly catalogues: Catalogues;
  /** What is published, for OPAs; and the PEM of the key that signs that. */
  readonly opaBundles: OpaBundles;
  readonly opaKey: string;
  readonly masks: Masks;
  /** Who decides on policies and exceptions at the moment. */
  readonly turns: Turns;
  readonly proofs: Once;
  readonly verify: VerifyBytes;
  readonly readDeviceToken: ReadDeviceToken;
  readonly tenantOf: TenantOf;
  /** Of the platforms whose jobs of CI are believed. */
  readonly issuerKeys: IssuerKeys;
  /** Where people sign in, by the name of their tenant. */
  readonly providers: ReadonlyMap<string, Provider>;
  readonly measures: Measures;
  /** Tells a collector of OpenTelemetry of decisions. */
  readonly traces: Traces;
  /** Of anomalies: what was usual, as it was read last. */
  readonly samples: Samples;
  /** The hub's address as others see it, without a slash at the end. */
  readonly url: string;
  readonly version: string;
  readonly now: () => number;
  /** A line for whoever runs the hub. No secret, no body, no header. */
  readonly say: (line: string) => void;
}
