/** What is usual, as queries see it. Both tables are forgotten after a while: they are figures, and no evidence. */

export interface BaselineTables {
  readonly actor_hour: ActorHourTable;
  readonly first_seen: FirstSeenTable;
}

/** What an actor decided within an hour. */
interface ActorHourTable {
  readonly tenant: number;
  /** The first millisecond of the hour. */
  readonly hour: number;
  /** As `actorText` writes it. */
  readonly actor: string;
  readonly gate: string;
  readonly effect: string;
  readonly decisions: number;
  /** Id of the newest of them. */
  readonly last: string;
}

/** What was met: a gate, a policy with findings, and each repository of an actor. */
interface FirstSeenTable {
  readonly tenant: number;
  readonly name: 'gate' | 'policy' | 'repository';
  /** The gate, the policy, or whose repository. */
  readonly subject: string;
  /** Empty but for repositories. */
  readonly value: string;
  /** Id of the first decision in which it was. */
  readonly record: string;
  /** When that came in, by the hub's clock. */
  readonly at: number;
  /** When the last one came in, to the day. */
  readonly seen_at: number;
}
