/** The messages that the server answers beyond LSP, for its own extension and for any other client. */
import * as z from 'zod';

export {
  type CasesAnswer,
  type CasesParams,
  type CoverageAnswer,
  type CoveredRange,
  casesSchema,
  type InspectAnswer,
  type InspectParams,
  inspectSchema,
  type JudgedCase,
  type MutationAnswer,
  type PreviewAnswer,
  type PreviewedFinding,
  type PreviewedState,
  type PreviewOutcome,
  type PreviewParams,
  type PreviewProgress,
  previewSchema,
  type RecordAnswer,
  type RecordedRange,
  type RecordParams,
  recordSchema,
  type UnnoticedMutant,
} from './protocol/authoring.ts';

/** Names of the messages. Requests go to the server; `status` is a notification from it. */
export const messages = {
  catalogue: 'kerb/catalogue',
  explain: 'kerb/explain',
  check: 'kerb/checkWorkspace',
  status: 'kerb/status',
  ownPolicies: 'kerb/ownPolicies',
  cases: 'kerb/cases',
  coverage: 'kerb/coverage',
  mutate: 'kerb/mutate',
  preview: 'kerb/preview',
  record: 'kerb/record',
  inspect: 'kerb/inspect',
  daemonStatus: 'kerb/daemonStatus',
  restartDaemon: 'kerb/restartDaemon',
} as const;

/** Kinds of the quick fixes that a client asks for by themselves, from a menu of its own. */
export const actionKinds = {
  suppress: 'quickfix.kerb.suppress',
  askException: 'quickfix.kerb.askException',
  feedback: 'quickfix.kerb.feedback',
} as const;

/** Commands of the server, by `workspace/executeCommand`. */
export const commands = {
  explain: 'kerb.server.explain',
  reload: 'kerb.server.reload',
  askException: 'kerb.server.askException',
  giveFeedback: 'kerb.server.giveFeedback',
  writePolicy: 'kerb.server.writePolicy',
} as const;

/**
 * The argument of `askException`. A code action names the finding and what may be said of it; a client with a form fills in
 * what a person says. Without a reason the command shows what to type in a terminal.
 */
export const askExceptionSchema = z.lazy(() =>
  z.object({
    uri: z.string().max(10_000),
    fingerprint: z.string().max(100),
    reason: z.string().max(2_000).optional(),
    category: z.string().max(100).optional(),
    /** `YYYY-MM-DD`; without it for as long as may be. */
    until: z.string().max(10).optional(),
    ticket: z.string().max(500).optional(),
  }),
);
export type AskExceptionParams = z.infer<typeof askExceptionSchema>;
export interface ExceptionOffer extends AskExceptionParams {
  readonly policy: string;
  /** The last day that may be asked for, `YYYY-MM-DD`. */
  readonly latest: string;
  readonly categories: readonly string[];
}
export type AskExceptionResult =
  | { readonly kind: 'asked'; readonly id: string }
  /** Nothing was asked: a person has to, or nobody could grant it. */
  | { readonly kind: 'notAsked'; readonly message: string };

/** The argument of `giveFeedback`. A code action names the finding; a client with a form adds the person's own words. */
export const giveFeedbackSchema = z.lazy(() =>
  z.object({
    uri: z.string().max(10_000),
    fingerprint: z.string().max(100),
    complaint: z.enum(['wrong', 'unclear']),
    comment: z.string().max(2_000).optional(),
  }),
);
export type GiveFeedbackParams = z.infer<typeof giveFeedbackSchema>;
export interface FeedbackOffer extends GiveFeedbackParams {
  readonly policy: string;
}
export type GiveFeedbackResult =
  | { readonly kind: 'given'; readonly id: string }
  | { readonly kind: 'notGiven'; readonly message: string };

/** The argument of `writePolicy`: what the policy is to be about. Without an id it gets the one that is suggested. */
export const writePolicySchema = z.lazy(() =>
  z.object({
    uri: z.string().max(10_000),
    line: z.number().int().min(0).max(100_000_000),
    character: z.number().int().min(0).max(100_000_000),
    id: z
      .string()
      .max(200)
      .regex(/^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9-]*$/)
      .optional(),
    /** What a client may show a person who is asked for an id. */
    suggested: z.string().max(200).optional(),
  }),
);
export type WritePolicyParams = z.infer<typeof writePolicySchema>;
export type WritePolicyResult =
  /** The files were made in the editor; the client saves them. `configuration`: `kerb.yaml` was told of the folder. */
  | { readonly kind: 'written'; readonly policy: string; readonly page: string; readonly configuration: string | null }
  | { readonly kind: 'notWritten'; readonly message: string };

/** How the daemon is started: a program and its first arguments, which `daemon start` follows, and more environment. */
const startDaemonSchema = z.lazy(() =>
  z.object({
    command: z.array(z.string().max(4_096)).min(1).max(20),
    env: z.record(z.string().max(200), z.string().max(4_096)).optional(),
  }),
);
export type StartDaemon = z.infer<typeof startDaemonSchema>;

/** What a client may say in `initializationOptions`. */
export const initializationSchema = z.lazy(() =>
  z.object({
    /** `push`: never by pull, also where the client could. Without it a client that can pull is answered by pull alone. */
    diagnostics: z.enum(['push', 'pull']).optional(),
    /** Most diagnostics of one file, the gravest first; what is left out is said in one more. */
    mostDiagnostics: z.number().int().min(1).max(100_000).optional(),
    /** Whether the client wants `kerb/status`. */
    status: z.boolean().optional(),
    /** Without it the server starts no daemon, and knows no policies of an organisation. */
    daemon: startDaemonSchema.optional(),
  }),
);
export type Initialization = z.infer<typeof initializationSchema>;

/** `kerb/explain`: a policy's page in Markdown. Without `uri` the first root's policies are asked. */
export const explainSchema = z.lazy(() =>
  z.object({ policy: z.string().max(200), uri: z.string().max(10_000).optional() }),
);
export type ExplainParams = z.infer<typeof explainSchema>;
export interface ExplainResult {
  readonly markdown: string | null;
}

/** `kerb/catalogue`: every policy of every root. */
export interface CatalogueResult {
  readonly policies: readonly CatalogueEntry[];
}
export interface CatalogueEntry {
  readonly id: string;
  readonly title: string;
  readonly severity: string;
  /** What a gate does in this workspace; `off` where the configuration switched it off. */
  readonly enforcement: string;
  readonly why: string;
  readonly controls: readonly string[];
  readonly equivalents: readonly string[];
  readonly owners: readonly string[];
  /** URI of the policy's file, where it is a file of the workspace. */
  readonly source: string | null;
}

/** `kerb/checkWorkspace`: judges every file, also closed ones, and publishes what it finds. */
export const checkSchema = z.lazy(() => z.object({ workDoneToken: z.union([z.string(), z.number()]).optional() }));
export type CheckParams = z.infer<typeof checkSchema>;
export interface CheckResult {
  readonly files: number;
  readonly findings: number;
  readonly cancelled: boolean;
}

/** `kerb/status`: what the server works with, after a start and after every reload. */
export interface Status {
  readonly policies: number;
  /** Policies, configurations and files that could not be read, in words. */
  readonly problems: readonly string[];
  readonly roots: readonly string[];
  readonly daemon: DaemonState;
}

/** `kerb/ownPolicies`: the policies of the workspace's policy folders, each with where it and its page are. */
export interface OwnPoliciesResult {
  readonly policies: readonly { readonly id: string; readonly policy: string; readonly page: string }[];
}

/** `kerb/daemonStatus`: what a person reads about the daemon. */
export interface DaemonStatusResult {
  readonly text: string;
}

/** Where the policies of the organisation come from. */
export type DaemonState =
  /** The client did not say how to start it. */
  | { readonly kind: 'none' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'running'; readonly pid: number }
  /** What the server was told before goes on to govern. */
  | { readonly kind: 'absent'; readonly reason: string };
