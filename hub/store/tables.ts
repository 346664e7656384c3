/**
 * The tables as queries see them, the same in SQLite and PostgreSQL. Times are milliseconds since 1970, truth is 0 or 1,
 * ids are UUIDs in lower case, so that one text orders and compares alike in both.
 */
import type { GeneratedAlways } from 'kysely';
import type { AlertTables } from './alertTables.ts';
import type { BaselineTables } from './baselineTables.ts';
import type { FindingTables } from './findingTables.ts';
import type { ReplayTables } from './replayTables.ts';
import type { ReviewTables } from './reviewTables.ts';

export interface Tables extends AlertTables, BaselineTables, FindingTables, ReplayTables, ReviewTables {
  readonly tenant: TenantTable;
  readonly head: HeadTable;
  readonly tile: TileTable;
  readonly leaf_run: LeafRunTable;
  readonly place: PlaceTable;
  readonly checkpoint: CheckpointTable;
  readonly record_run: RecordRunTable;
  readonly record_key: RecordKeyTable;
  readonly gate_hour: GateHourTable;
  readonly policy_hour: PolicyHourTable;
  readonly revision_minute: RevisionMinuteTable;
  readonly device: DeviceTable;
  readonly token: TokenTable;
  readonly enrolment: EnrolmentTable;
  readonly hub_key: HubKeyTable;
  readonly spent: SpentTable;
  readonly retention: RetentionTable;
  readonly tuf_file: TufFileTable;
  readonly change_request: ChangeRequestTable;
  readonly approval: ApprovalTable;
  readonly rollout: RolloutTable;
  readonly opa_agent: OpaAgentTable;
  readonly ci_rule: CiRuleTable;
}

interface HubKeyTable {
  /** Of the key's file. */
  readonly name: string;
  readonly digest: string;
}

interface TenantTable {
  readonly id: GeneratedAlways<number>;
  readonly name: string;
  /** Of the tenant's log, as its checkpoints begin. It never changes. */
  readonly origin: string;
  readonly created_at: number;
}

/** The end of a tenant's log. Its epoch counts the groups: who writes one must have read the epoch before it. */
interface HeadTable {
  readonly tenant: number;
  readonly size: number;
  /** Roots of the complete subtrees, 32 bytes each. */
  readonly frontier: Uint8Array;
  readonly epoch: number;
}

interface TileTable {
  readonly tenant: number;
  readonly level: number;
  readonly idx: number;
  /** 32 bytes for each hash that there is so far. */
  readonly hashes: Uint8Array;
}

/** Consecutive leaves of the log: summaries that name their records' bodies by hash. Kept for ever. */
interface LeafRunTable {
  readonly tenant: number;
  /** Index of the first. */
  readonly begin: number;
  readonly size: number;
  /** Canonical JSON, one to a line; packed. */
  readonly leaves: Buffer;
}

/** Where in the log a record is. Kept for ever, so that no id comes twice. */
interface PlaceTable {
  readonly tenant: number;
  readonly id: string;
  readonly idx: number;
}

interface CheckpointTable {
  readonly tenant: number;
  readonly size: number;
  readonly note: string;
  readonly at: number;
}

/** What consecutive leaves name: searchable, and deleted when its time has come. */
interface RecordRunTable {
  readonly tenant: number;
  /** Index of the first that it was made of. */
  readonly begin: number;
  /** How many records it has. */
  readonly size: number;
  /** The least of their ids. */
  readonly oldest: string;
  /** The greatest. */
  readonly newest: string;
  /** What they are about, one to a line. */
  readonly keys: string;
  /** JSON: what each is found by, and how long its body is; packed. */
  readonly columns: Buffer;
  /** The very texts whose SHA-256 the leaves hold, one after the other; packed. */
  readonly bodies: Buffer;
}

/** What the records of some hours are about. */
interface RecordKeyTable {
  readonly tenant: number;
  /** With which the ids of those hours begin. */
  readonly span: string;
  /** `repository`, `device`, `policy` … */
  readonly name: string;
  readonly value: string;
  /** Empty where the records have none. */
  readonly effect: string;
  /** How many. */
  readonly records: number;
}

interface GateHourTable {
  readonly tenant: number;
  /** The first millisecond of the hour. */
  readonly hour: number;
  readonly gate: string;
  readonly effect: string;
  readonly repository: string;
  readonly decisions: number;
  readonly latency_ms: number;
}

interface PolicyHourTable {
  readonly tenant: number;
  readonly hour: number;
  readonly policy: string;
  readonly repository: string;
  readonly enforcement: string;
  readonly findings: number;
  readonly excepted: number;
}

/** What came of decisions by which bundle: what guards a rollout. */
interface RevisionMinuteTable {
  readonly tenant: number;
  /** Its first millisecond. */
  readonly minute: number;
  readonly revision: string;
  readonly effect: string;
  /** How long they took: a class, see `latency.ts`. */
  readonly latency: number;
  readonly decisions: number;
}

interface DeviceTable {
  readonly tenant: number;
  readonly id: string;
  readonly name: string;
  /** The key's JWK thumbprint. */
  readonly key_id: string;
  /** 32 bytes, Ed25519. */
  readonly public_key: Uint8Array;
  readonly platform: string;
  /** JSON. */
  readonly labels: string;
  readonly enrolled_at: number;
  readonly revoked_at: number | null;
  readonly seen_at: number | null;
  readonly seq: number;
  readonly head: string;
  /** Decisions that the device itself says are lost. */
  readonly missing: number;
  /** Entries that must come before those that the device sent last. */
  readonly awaited: number;
  readonly forked: 0 | 1;
  /** JSON: what the device says of itself. */
  readonly status: string | null;
}

interface TokenTable {
  readonly tenant: number;
  readonly id: string;
  readonly hash: string;
  readonly name: string;
  readonly role: string;
  readonly created_at: number;
  readonly expires_at: number;
  readonly revoked_at: number | null;
  /** Whom a provider signed in by it: both null where somebody made it. */
  readonly issuer: string | null;
  readonly subject: string | null;
}

/** A device that waits for a person's word (RFC 8628). */
interface EnrolmentTable {
  /** SHA-256 of the code that the device keeps, hex. */
  readonly device_code: string;
  readonly user_code: string;
  /** Thumbprint of the key that alone may use the code. */
  readonly key_id: string;
  readonly device: string;
  readonly name: string;
  readonly platform: string;
  readonly asked_at: number;
  readonly expires_at: number;
  readonly polled_at: number;
  /** Whose device it becomes: of the tenant of the person who allowed it. */
  readonly tenant: number | null;
  readonly state: 'pending' | 'allowed' | 'denied';
}

/** What may be used once: `jti` of tokens and proofs, until it has expired anyway. */
interface SpentTable {
  readonly tenant: number;
  readonly what: string;
  readonly expires_at: number;
}

/** Records below this id may be deleted, and no others. */
interface RetentionTable {
  readonly tenant: number;
  readonly before_id: string;
}

/** A file of the repository that devices verify, below `/v1/tuf/`. Only `timestamp.json` is ever replaced. */
interface TufFileTable {
  readonly tenant: number;
  readonly name: string;
  readonly role: 'root' | 'targets' | 'exceptions' | 'snapshot' | 'timestamp' | 'target';
  readonly version: number;
  readonly bytes: Uint8Array;
}

interface ChangeRequestTable {
  readonly tenant: number;
  readonly id: string;
  readonly state: 'open' | 'published' | 'withdrawn' | 'outdated';
  readonly author: string;
  readonly title: string;
  /** Of the bundle. */
  readonly number: number;
  /** Of the targets metadata that its reviewers sign. */
  readonly version: number;
  readonly bundle: string;
  /** `rollout.json`; null where it goes to everybody. */
  readonly rollout: string | null;
  /** JSON: what they sign. */
  readonly draft: string;
  /** Id of the change that this is a later version of. */
  readonly replaces: string | null;
  readonly opened_at: number;
  readonly closed_at: number | null;
}

interface ApprovalTable {
  readonly tenant: number;
  readonly request: string;
  readonly key_id: string;
  /** Hex. */
  readonly signature: string;
  readonly at: number;
}

/** How a rollout goes on. Its stages are in the signed document. */
interface RolloutTable {
  readonly tenant: number;
  readonly id: string;
  readonly state: 'running' | 'paused' | 'halted';
  readonly reason: string | null;
  /** When the stage began; guards count from then on. */
  readonly begun_at: number;
}

/** An OPA that reports here: how it was last. */
interface OpaAgentTable {
  readonly tenant: number;
  /** Id of the token that it reports with. */
  readonly token: string;
  /** Its label `id`. */
  readonly id: string;
  /** JSON. */
  readonly standing: string;
  readonly seen_at: number;
}

/** Jobs of CI that are believed, by what their platform says of them. */
interface CiRuleTable {
  readonly tenant: number;
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  /** JSON: claim → the values that it may have. */
  readonly claims: string;
  readonly created_at: number;
}
