/** Answers that wait for news: an ETag, and `Prefer: wait=N` (RFC 7240). */
import type { Hub } from '../hub.ts';
import type { Caller } from '../identity/authenticate.ts';
import { publicationType } from '../protocol.ts';
import type { Answer, Call } from './route.ts';

const longestWaitSeconds = 55;
/** Another replica may have the news, so the database is asked again. */
const lookEveryMs = 2_000;

/** What `look` answers, once its ETag is another than the caller knows; 304 where it is the same until the end. */
export async function held(
  { hub, tenant, headers }: { readonly hub: Hub; readonly tenant: number; readonly headers: Call['headers'] },
  look: () => Promise<Answer>,
): Promise<Answer> {
  const known = headers['if-none-match'];
  const seconds = wantedSeconds(headers);
  if (seconds === 0) return unlessKnown(await look(), known);
  const until = AbortSignal.timeout(seconds * 1_000);
  for (;;) {
    const soon = AbortSignal.any([until, AbortSignal.timeout(lookEveryMs)]);
    // Who begins to listen before looking misses nothing in between.
    const news = hub.news.next(tenant, soon);
    const answer = await look();
    const current = unlessKnown(answer, known);
    if (current === answer || until.aborted || hub.news.isClosed()) return current;
    await news;
  }
}

/** The answer, or 304 where the caller has it. */
function unlessKnown(answer: Answer, known: Call['headers'][string]): Answer {
  const { etag } = answer.headers ?? {};
  if (etag === undefined || known !== etag) return answer;
  return { status: 304, type: '', body: null, headers: { etag, 'content-type': answer.type } };
}

/** How long the caller would wait; 0 where it would not. */
export function wantedSeconds({ prefer }: Call['headers']): number {
  const wanted = typeof prefer === 'string' ? /(?:^|[,;\s])wait=(\d{1,4})(?:$|[,;\s])/.exec(prefer)?.[1] : undefined;
  return Math.min(longestWaitSeconds, Number(wanted ?? 0));
}

/** Whether a caller is sent the files of a publication: a device that says that it takes them. */
export function takesPublications({ device }: Caller, { accept }: Call['headers']): boolean {
  return device !== null && typeof accept === 'string' && accept.includes(publicationType);
}
