/**
 * What the hub keeps. One contract over two databases: SQLite, where one process does it all, and PostgreSQL, where several
 * do. All SQL of the hub is in this folder.
 */
import type { Frontier, TileId, TreeNode } from '../../engine/index.ts';
import type { Counts } from './counts.ts';
import type { Access, Person } from './query/access.ts';
import type { Alerts, Receiver, Silence } from './query/alert.ts';
import type { Baselines } from './query/baseline.ts';
import type { CiJobs } from './query/ciJob.ts';
import type { CiRule, CiRules } from './query/ciRule.ts';
import type { Comments, KeptComment } from './query/comment.ts';
import type { Days } from './query/day.ts';
import type { Devices } from './query/device.ts';
import type { Enrolments } from './query/enrolment.ts';
import type { AskedException, ExceptionApprovalRow, Exceptions } from './query/exception.ts';
import type { Feedback, KeptFeedback } from './query/feedback.ts';
import type { HubKeys } from './query/hubKey.ts';
import type { Log } from './query/log.ts';
import type { OpaAgents } from './query/opaAgent.ts';
import type { Overview } from './query/overview.ts';
import type { Approval, ChangeRequest, Publications, PublishedFile } from './query/publication.ts';
import type { AskedReplay, ReplayAnswerRow, Replays } from './query/replay.ts';
import type { RolloutState, Rollouts } from './query/rollout.ts';
import type { Search } from './query/search.ts';
import type { Tenants } from './query/tenant.ts';
import type { Trouble } from './query/trouble.ts';
import type { SealedRun } from './run.ts';

export interface Store
  extends Tenants,
    Log,
    Search,
    Overview,
    Devices,
    Enrolments,
    HubKeys,
    Access,
    Publications,
    Comments,
    Exceptions,
    Feedback,
    Rollouts,
    OpaAgents,
    CiRules,
    CiJobs,
    Replays,
    Alerts,
    Baselines,
    Days,
    Trouble {
  readonly database: 'sqlite' | 'postgresql';
  /**
   * The one way anything gets into a tenant's log. Reads what `wanted` names, asks `plan` what to write, and commits all
   * of it, or nothing, to disk before it resolves. One call at a time has the tenant, whoever else asks, in whatever
   * process; `plan` may be asked again when another has been faster, so it must be pure.
   */
  append<T>(tenant: number, wanted: Wanted, plan: (state: LogState) => Appendix<T>): Promise<T>;
  /** Deletes bodies and search rows of records whose id is below. Leaves, proofs and figures stay. */
  deleteRecordsBefore(tenant: number, id: string): Promise<number>;
  /** Does something that no other hub over this database does at the same time. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** What a database needs from time to time. */
  maintain(now: number): Promise<void>;
  close(): Promise<void>;
}

/** What a plan has to know beside the end of the log. */
export interface Wanted {
  readonly devices: readonly string[];
  /** Ids of which the plan asks whether the log has them already. */
  readonly ids: readonly string[];
}

export interface LogState {
  readonly frontier: Frontier;
  readonly devices: ReadonlyMap<string, DeviceHead>;
  /** Of the ids wanted, those that the log has, each with the leaf that it has. */
  readonly known: ReadonlyMap<string, string>;
}

/** How far a device's chain has come. */
export interface DeviceHead {
  readonly id: string;
  readonly seq: number;
  /** SHA-256 of the entry with that number, hex. */
  readonly head: string;
  readonly missing: number;
  readonly awaited: number;
  /** 1 once it sent another entry under a number that it had used: two truths from one device. */
  readonly forked: 0 | 1;
}

export interface Appendix<T> {
  /** What follows the end of the log, in this order. */
  readonly parts: readonly Part[];
  /** The tree with them, and the nodes that this adds to tiles. */
  readonly frontier: Frontier;
  readonly nodes: readonly TreeNode[];
  readonly devices: readonly DeviceHead[];
  /** What else is to change in the same transaction. */
  readonly changes: readonly Change[];
  readonly outcome: T;
}

export type Part =
  | { readonly kind: 'entries'; readonly entries: readonly NewEntry[] }
  | { readonly kind: 'sealed'; readonly sealed: SealedEntries };

/** Entries in the form in which they are stored: all that can be done before their place in the log is known. */
export interface SealedEntries {
  readonly ids: readonly string[];
  /** RFC 6962's hashes of the leaves. */
  readonly leafHashes: readonly Uint8Array[];
  readonly runs: readonly SealedRun[];
  readonly counts: Counts;
}

/** An entry that is ready to be logged: everything but its place. */
export interface NewEntry {
  readonly id: string;
  readonly leaf: string;
  /** RFC 6962's hash of the leaf. */
  readonly leafHash: Uint8Array;
  readonly at: number;
  readonly received: number;
  readonly kind: EntryKind;
  readonly device: string | null;
  readonly decision: DecisionColumns | null;
  readonly body: string;
}

/** `decision`, `gap`: from devices and CI. `act`: what somebody did on the hub. `opa`: a decision of an OPA. */
type EntryKind = 'decision' | 'gap' | 'act' | 'opa';

/** What decisions are searched and counted by. */
export interface DecisionColumns {
  readonly gate: string;
  readonly origin: string;
  readonly effect: 'allow' | 'deny' | 'indeterminate';
  readonly passed: boolean;
  readonly repository: string;
  readonly latencyMs: number;
  /** The number of the bundle that it rests on. */
  readonly revision: string;
  readonly policies: readonly PolicyCount[];
  /** Who decided, as `actorText` writes it, where it was no device. */
  readonly actor: string | null;
}

export interface PolicyCount {
  readonly policy: string;
  readonly enforcement: string;
  readonly findings: number;
  readonly excepted: number;
}

export interface NewDevice {
  readonly id: string;
  readonly name: string;
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  readonly platform: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly at: number;
}

export interface NewToken {
  readonly id: string;
  /** SHA-256 of the token, hex: the token itself is nowhere. */
  readonly hash: string;
  readonly name: string;
  readonly role: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Whom a provider signed in by it; null where somebody made it. */
  readonly person: Person | null;
}

/** A change that an act in the log stands for: both are committed together. */
export type Change =
  | { readonly kind: 'addDevice'; readonly device: NewDevice }
  | { readonly kind: 'rekeyDevice'; readonly device: NewDevice }
  | { readonly kind: 'revokeDevice'; readonly id: string; readonly at: number }
  | { readonly kind: 'addToken'; readonly token: NewToken }
  | { readonly kind: 'revokeToken'; readonly id: string; readonly at: number }
  /** Those of a person that are of another role than `role`; null: all of them. */
  | { readonly kind: 'endSignIns'; readonly person: Person; readonly role: string | null; readonly at: number }
  | { readonly kind: 'addCiRule'; readonly rule: Omit<CiRule, 'tenant'> }
  | { readonly kind: 'removeCiRule'; readonly id: string }
  | { readonly kind: 'addSilence'; readonly silence: Silence }
  | { readonly kind: 'removeSilence'; readonly id: string }
  | { readonly kind: 'addReceiver'; readonly receiver: Receiver }
  | { readonly kind: 'removeReceiver'; readonly id: string }
  | { readonly kind: 'retain'; readonly beforeId: string }
  /** Each is new, but for the timestamp, which a newer one replaces. */
  | { readonly kind: 'publish'; readonly files: readonly PublishedFile[] }
  | { readonly kind: 'openRequest'; readonly request: ChangeRequest }
  /** Fails where there are not as many approvals as were seen. */
  | { readonly kind: 'approve'; readonly approval: Approval; readonly seen: number }
  /** Fails where it is not open. */
  | {
      readonly kind: 'closeRequest';
      readonly id: string;
      readonly state: 'published' | 'withdrawn' | 'outdated';
      readonly at: number;
    }
  | { readonly kind: 'addComment'; readonly comment: KeptComment }
  | { readonly kind: 'setRollout'; readonly rollout: RolloutState }
  | { readonly kind: 'askReplay'; readonly replay: AskedReplay }
  /** Fails where the device has answered already. */
  | { readonly kind: 'answerReplay'; readonly answer: ReplayAnswerRow }
  | { readonly kind: 'labelDevice'; readonly id: string; readonly labels: Readonly<Record<string, string>> }
  | { readonly kind: 'askException'; readonly request: AskedException }
  /** Fails where there are not as many approvals as were seen. */
  | { readonly kind: 'approveException'; readonly approval: ExceptionApprovalRow; readonly seen: number }
  /** In the place of what the device had said of the finding before. */
  | { readonly kind: 'keepFeedback'; readonly feedback: KeptFeedback }
  /** Fails where it is not in the state that it goes on from. */
  | ({ readonly kind: 'decideException' } & ExceptionDecision);

export interface ExceptionDecision {
  readonly id: string;
  readonly from: 'pending' | 'granted';
  readonly to: 'granted' | 'refused' | 'revoked';
  readonly at: number;
  readonly by: string;
  readonly note: string | null;
  readonly expiresAt: number;
}

/** Where a tile's hashes go: after those that it has. */
export interface TilePiece extends TileId {
  readonly hashes: Uint8Array;
}
