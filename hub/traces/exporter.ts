/** Sends spans to a collector, in the background: nothing waits for it, and what it does not take is dropped and counted. */
import type { Submission } from '../log/plan.ts';
import { bodiesIn } from '../store/run.ts';
import type { TraceSettings } from './settings.ts';
import { type Intake, type Span, spansOf, type TracedRecord, tracedRecord } from './span.ts';

export interface Traces {
  /** Tells of what was taken in; `added` of its entries were new, the last ones. */
  tell(submission: Submission, added: number, intake: Intake): void;
  /** Spans that never got there. */
  dropped(): number;
  close(): Promise<void>;
}

export interface TraceContext {
  readonly version: string;
  readonly say: (line: string) => void;
}

/** Of no collector: nobody is told. */
export const noTraces: Traces = { tell: () => undefined, dropped: () => 0, close: async () => undefined };

const maxWaiting = 20_000;
const maxSent = 1_000;
const everyMs = 1_000;
const withinMs = 10_000;

export function createTraces(settings: TraceSettings, { version, say }: TraceContext): Traces {
  const waiting: Span[] = [];
  let [dropped, isFailing]: [number, boolean] = [0, false];
  let sending: Promise<void> | null = null;

  async function sendWaiting(): Promise<void> {
    while (waiting.length > 0) {
      const spans = waiting.splice(0, maxSent);
      const failure = await send(settings, version, spans);
      if (failure !== null) {
        dropped += spans.length;
        // Said when it begins, and not with each.
        if (!isFailing) say(`traces do not get to their collector: ${failure}`);
      }
      isFailing = failure !== null;
      if (isFailing) return;
    }
  }
  const flush = (): Promise<void> => {
    sending ??= sendWaiting().finally(() => {
      sending = null;
    });
    return sending;
  };
  const timer = setInterval(flush, everyMs);
  timer.unref();
  return {
    tell(submission, added, intake) {
      const spans = recordsOf(submission, added)
        .filter((record) => isTold(record, settings.share))
        .flatMap((record) => spansOf(record, intake));
      const room = Math.max(0, maxWaiting - waiting.length);
      dropped += Math.max(0, spans.length - room);
      waiting.push(...spans.slice(0, room));
    },
    dropped: () => dropped,
    async close() {
      clearInterval(timer);
      await sending;
      await flush();
    },
  };
}

function recordsOf(submission: Submission, added: number): readonly TracedRecord[] {
  if (added === 0) return [];
  return bodiesOf(submission)
    .slice(-added)
    .map(tracedRecord)
    .filter((record) => record !== null);
}

function bodiesOf(submission: Submission): readonly string[] {
  switch (submission.kind) {
    case 'chain':
      return submission.links.map(({ entry }) => entry.body);
    case 'records':
      return submission.entries.map(({ body }) => body);
    case 'sealed':
      return submission.chain.sealed.runs.flatMap((run) => bodiesIn({ begin: 0, ...run }).map(({ body }) => body));
  }
}

/** The same decision is told everywhere or nowhere: its id is random enough to draw by. */
function isTold({ effect, id }: TracedRecord, share: number): boolean {
  return effect !== 'allow' || Number.parseInt(id.slice(-8), 16) < share * 2 ** 32;
}

/** Why they did not get there; null where they did. No word of the address or the headers. */
async function send({ url, headers, service }: TraceSettings, version: string, spans: readonly Span[]) {
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: service } }] };
  const body = { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'kerb', version }, spans }] }] };
  try {
    const answer = await fetch(url, {
      ...{ method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) },
      ...{ redirect: 'error', signal: AbortSignal.timeout(withinMs) },
    });
    await answer.body?.cancel();
    return answer.ok ? null : `it answers ${answer.status}`;
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'it does not answer' : 'it cannot be reached';
  }
}
