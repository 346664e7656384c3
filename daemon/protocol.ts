/**
 * What the daemon answers over its socket: HTTP/JSON, and a WebSocket that only says "look again". Everything that comes
 * over the socket, either way, is parsed with these schemas before anything else looks at it. They are lazy, since making
 * them takes as long as much else of a start.
 *
 *   GET  /v1/status               what runs (`Accept: text/plain`: for a person)
 *   POST /v1/decide               a gate asks (`Accept: text/plain`: `pass` or `block`, then what a person reads)
 *   POST /v1/stop                 finish what runs, take nothing new, end
 *   GET  /v1/organisation         what the hub's verified bundle says, for editors
 *   POST /v1/exceptions/requests  an editor asks for an exception: kept, and sent when the hub is in reach
 *   GET  /v1/exceptions/requests  what was asked for on this device, and what became of it
 *   POST /v1/feedback             an editor hands on what a person says of a finding: kept, and sent when the hub is in reach
 *   GET  /v1/feedback             what was said on this device
 *   POST /v1/sync                 ask the hub for news now: after an enrolment, or when a person wants it
 *   GET  /v1/notices              becomes a WebSocket of notices
 */
import * as z from 'zod';
import type { ExceptionRequest, FindingFeedback } from '../engine/index.ts';

/** In every path (`/v1/…`) and in the socket's name, so that an old and a new daemon live side by side. */
export const daemonProtocolVersion = 1;

/** The largest body of a request. A push of 10,000 refs is about half of it. */
export const maxRequestBytes = 4 * 1024 * 1024;

/** The largest answer that a client reads. */
export const maxAnswerBytes = 64 * 1024 * 1024;

const name = () => z.string().min(1).max(500);
const path = () => z.string().min(1).max(4_096);
const objectId = () => z.string().regex(/^[0-9a-f]{40,64}$/);
const ref = () => z.string().max(4_096);

const gateRequest = () => ({
  client: z.strictObject({ name: name(), version: name() }),
  root: path(),
  breakGlass: z.string().max(2_000).nullable(),
  question: z.string().min(1).max(100).optional(),
});

/** `POST /v1/decide`: a request of `LocalGate`. A gate that this daemon does not know is answered with `unknownRequest`. */
export const decideRequest = z.lazy(() =>
  z.discriminatedUnion('gate', [
    z.strictObject({
      ...gateRequest(),
      gate: z.literal('commit'),
      tree: objectId(),
      // git merges at most some dozens at once.
      merged: z.array(objectId()).max(100).optional(),
    }),
    z.strictObject({
      ...gateRequest(),
      gate: z.literal('message'),
      message: z.string().max(1_000_000),
      edited: z.boolean().optional(),
    }),
    z.strictObject({
      ...gateRequest(),
      gate: z.literal('push'),
      remote: z.strictObject({ name: z.string().max(500), url: z.string().max(4_096) }),
      updates: z
        .array(z.strictObject({ localRef: ref(), localId: objectId(), remoteRef: ref(), remoteId: objectId() }))
        .max(20_000),
    }),
  ]),
);
export type DecideRequest = z.infer<typeof decideRequest>;

/** The gates that a request can name. */
export const knownGates: readonly string[] = ['commit', 'message', 'push'] satisfies DecideRequest['gate'][];

/** The answer of `POST /v1/decide`. The report is this version's own JSON of `Report`: its policies are a list. */
export const decideAnswer = z.lazy(() =>
  z.object({
    outcome: z.enum(['pass', 'block']),
    seq: z.int().min(1).nullable(),
    text: z.string().max(1_000_000),
    report: z.looseObject({
      decision: z.looseObject({ id: z.string(), effect: z.enum(['allow', 'deny', 'indeterminate']) }),
      findings: z.array(z.looseObject({ policy: z.string(), fingerprint: z.string() })),
      problems: z.array(z.looseObject({ message: z.string() })),
      files: z.object({ checked: z.int(), skipped: z.int() }),
      policies: z.array(z.looseObject({ id: z.string() })),
    }),
  }),
);

/** The policies in force, as a person asks for them: which, and how old. */
const policiesStatus = () =>
  z.object({
    revision: name(),
    digest: name(),
    /** Since they were last known to be the current ones; null where there is nothing to be behind. */
    ageMs: z.number().min(0).nullable(),
  });

/** `GET /v1/status`. */
export const daemonStatus = z.lazy(() =>
  z.object({
    version: name(),
    protocol: z.int().min(1),
    pid: z.int().min(1),
    uptimeMs: z.number().min(0),
    state: z.enum(['running', 'stopping']),
    /** Null until they are loaded. */
    policies: policiesStatus().nullable(),
    /** Who listens for notices: editors. */
    clients: z.array(z.object({ name: name(), connectedMs: z.number().min(0) })),
    /** Null where the journal could not be opened: `problems` says why. */
    journal: z.object({ entries: z.int().min(0), unacknowledged: z.int().min(0) }).nullable(),
    memory: z.object({ rssBytes: z.int().min(0), heapUsedBytes: z.int().min(0) }),
    requests: z.object({ answered: z.int().min(0), running: z.int().min(0) }),
    /** What is wrong, in words. */
    problems: z.array(z.string().max(2_000)).max(100),
  }),
);
export type DaemonStatus = z.infer<typeof daemonStatus>;

/**
 * `GET /v1/organisation`: what governs. The texts are those of a `VerifiedBundle`, which the daemon has verified. The socket
 * is what makes them trusted: nobody but this user's daemon can listen there.
 */
export const organisationAnswer = z.lazy(() =>
  z.discriminatedUnion('kind', [
    /** The device belongs to no organisation. */
    z.object({ kind: z.literal('none') }),
    /** It does, and what the organisation says cannot be relied on. */
    z.object({ kind: z.literal('problem'), message: z.string().max(10_000) }),
    z.object({
      kind: z.literal('verified'),
      bundle: z.string(),
      exceptions: z.string().nullable(),
      ring: z
        .object({
          name: z.string().nullable(),
          version: z.int().min(1),
          changed: z.array(z.string()),
          enforcement: z.record(z.string(), z.enum(['audit', 'warn', 'deny'])),
        })
        .nullable(),
    }),
  ]),
);
export type OrganisationAnswer = z.infer<typeof organisationAnswer>;

/** `POST /v1/exceptions/requests`: the finding that an editor shows, perhaps unsaved, and why it should be let pass. */
export interface AskedException
  extends Pick<
    ExceptionRequest,
    'policy' | 'severity' | 'file' | 'fingerprint' | 'resource' | 'category' | 'reason' | 'ticket'
  > {
  /** Of the work tree, absolute. */
  readonly root: string;
  /** `YYYY-MM-DD`, whose whole day counts in UTC; null for as long as may be. */
  readonly until: string | null;
}

/** A request for an exception, as the device remembers it. It answers `POST /v1/exceptions/requests`. */
export const requestedException = z.lazy(() =>
  z.object({
    id: name(),
    policy: name(),
    repository: name(),
    file: path().nullable(),
    /** Of the finding that it is for; null where all of the policy is meant. */
    fingerprint: name().nullable(),
    /** Instants, ISO 8601. */
    at: name(),
    expiresAt: name(),
    /** Whether the hub has it. */
    isSent: z.boolean(),
    state: z.enum(['pending', 'granted', 'refused']),
    /** Why it was refused. */
    reason: z.string().max(2_000).nullable(),
  }),
);
export type RequestedException = z.infer<typeof requestedException>;

/** `GET /v1/exceptions/requests`: all of this device, of every repository. */
export const requestedExceptions = z.lazy(() => z.object({ requests: z.array(requestedException).max(1_000) }));

/** `POST /v1/feedback`: what a person says of a finding that an editor shows, perhaps unsaved. */
export interface SaidOfFinding extends Pick<FindingFeedback, 'policy' | 'fingerprint' | 'complaint' | 'comment'> {
  /** Of the work tree, absolute. */
  readonly root: string;
}

/** Feedback, as the device remembers it. It answers `POST /v1/feedback`. */
export const givenFeedback = z.lazy(() =>
  z.object({
    id: name(),
    policy: name(),
    repository: name(),
    fingerprint: name(),
    complaint: z.enum(['wrong', 'unclear']),
    /** An instant, ISO 8601. */
    at: name(),
    /** Whether the hub has it. */
    isSent: z.boolean(),
    /** Why the hub will not have it. */
    refusal: z.string().max(2_000).nullable(),
  }),
);
export type GivenFeedback = z.infer<typeof givenFeedback>;

/** `GET /v1/feedback`: all of this device, of every repository. */
export const givenFeedbacks = z.lazy(() => z.object({ feedback: z.array(givenFeedback).max(1_000) }));

/** `POST /v1/sync`: what came of a round with the hub. */
export const syncAnswer = z.lazy(() =>
  z.object({
    /** `none`: this device belongs to no hub. */
    kind: z.enum(['done', 'none', 'failed']),
    /** The bundle's number before and after. */
    before: z.int().min(1).nullable(),
    after: z.int().min(1).nullable(),
    /** Entries of the journal that the hub has taken. */
    uploaded: z.int().min(0),
    /** Why new policies were not believed. */
    refusal: z.string().max(10_000).nullable(),
    /** Why the hub could not be worked with. */
    failure: z.string().max(10_000).nullable(),
    /** What was seen of the hub's log that must not be. */
    alarm: z.string().max(10_000).nullable().default(null),
  }),
);
export type SyncAnswer = z.infer<typeof syncAnswer>;

/** What `kerb daemon start --format json` prints. */
export const startedDaemon = z.lazy(() => z.object({ socket: z.string().min(1), pid: z.int().min(1) }));

/** `POST /v1/stop`, and every other answer that only says that something was taken on. */
export const accepted = z.lazy(() => z.object({ pid: z.int().min(1) }));

/** Every refusal. `code` is for programs, `message` says what to do. */
export const daemonError = z.lazy(() =>
  z.object({
    error: z.object({ code: name(), message: z.string().max(10_000) }),
  }),
);
/**
 * `unknownRequest`: an older daemon does not know what was asked. `badRequest`: it can never be answered. `stopping`: the
 * daemon ends, another may be started. `fault`: a fault of Kerb.
 */
export type DaemonErrorCode = 'unknownRequest' | 'badRequest' | 'tooLarge' | 'tooSlow' | 'stopping' | 'fault';

/** What a WebSocket message says: look again at what `about` names. It carries nothing else. */
export const notice = z.lazy(() => z.object({ about: z.enum(['policies', 'exceptions']) }));
export type Notice = z.infer<typeof notice>;
