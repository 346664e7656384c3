/** Hearing of news: the hub's WebSocket says "look again"; without it the page looks by itself, less often. */
import type { Hint } from '../protocol/answer.ts';
import { hintsProtocol } from '../protocol/page.ts';
import { hubPaths } from '../protocol/path.ts';
import { addressOf } from './api.ts';

export type Topic = Hint['about'];

export interface Live {
  close(): void;
}

export interface LiveOptions {
  readonly pageKey: string;
  readonly heard: (about: Topic | 'anything') => void;
  /** Whether the hub can reach this page now. */
  readonly changed: (state: 'live' | 'polling') => void;
}

/** With a WebSocket: another replica of the hub may have the news, and does not tell. */
const lookEveryMs = 15_000;
const lookAloneEveryMs = 3_000;
const firstRetryMs = 1_000;
const longestRetryMs = 30_000;

/** Owns a WebSocket and the timers. */
export function listen({ pageKey, heard, changed }: LiveOptions): Live {
  const timers = new Set<ReturnType<typeof setTimeout>>();
  let [socket, failures, isClosed]: [WebSocket | null, number, boolean] = [null, 0, false];

  const after = (ms: number, work: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work();
    }, ms);
    timers.add(timer);
  };
  const look = (): void => {
    if (document.visibilityState === 'visible') heard('anything');
    after(socket?.readyState === WebSocket.OPEN ? lookEveryMs : lookAloneEveryMs, look);
  };
  const open = (): void => {
    const opening = new WebSocket(addressOf(hubPaths.hints).replace(/^http/, 'ws'), [hintsProtocol, pageKey]);
    socket = opening;
    opening.onopen = () => {
      failures = 0;
      changed('live');
      // What came before it was open was not heard of.
      heard('anything');
    };
    opening.onmessage = ({ data }) => {
      const about = topicOf(data);
      if (about !== null) heard(about);
    };
    opening.onclose = () => {
      if (isClosed) return;
      changed('polling');
      after(Math.min(longestRetryMs, firstRetryMs * 2 ** Math.min(failures++, 10)), open);
    };
  };
  open();
  after(lookAloneEveryMs, look);
  return {
    close() {
      isClosed = true;
      for (const timer of timers) clearTimeout(timer);
      socket?.close();
    },
  };
}

function topicOf(data: unknown): Topic | null {
  try {
    return (JSON.parse(String(data)) as Hint).about;
  } catch {
    return null;
  }
}
