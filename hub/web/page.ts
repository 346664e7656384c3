/** A page: what it asks the hub, and what it makes of the answers. Shown again when the hub says that something changed. */
import type { TemplateResult } from 'lit';
import type { CallerShown } from '../protocol/decision.ts';
import type { Api } from './api.ts';
import type { Topic } from './live.ts';
import type { Route } from './route.ts';

export interface Visit {
  readonly api: Api;
  readonly route: Route;
  readonly me: CallerShown;
  /** What is asked for once in this place, however often it is shown again. */
  readonly remembered: <T>(name: string, make: () => Promise<T>) => Promise<T>;
  /** Asks the hub again, and shows what it answers. */
  readonly look: () => void;
}

export interface Page {
  readonly title: string;
  /** What the caller must be allowed, to find it in the menu; null where it is not there anyway. */
  readonly permission: string | null;
  /** The news by which it is out of date. */
  readonly hears: readonly Topic[];
  /** Whether one of what it lists goes on while somebody looks at it. What is of the past does not change. */
  readonly isOneLive?: true;
  readonly show: (visit: Visit) => Promise<TemplateResult>;
}
