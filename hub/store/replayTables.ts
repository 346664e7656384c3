/** Replays: what was asked of the fleet, and what each device came to. */

export interface ReplayTables {
  readonly replay: ReplayTable;
  readonly replay_device: ReplayDeviceTable;
}

/** One for each change. */
interface ReplayTable {
  readonly tenant: number;
  /** Id of the change. */
  readonly request: string;
  /** JSON: the envelope that a person signed. */
  readonly question: string;
  readonly owner: string;
  readonly asked_at: number;
  readonly expires_at: number;
}

interface ReplayDeviceTable {
  readonly tenant: number;
  readonly request: string;
  readonly device: string;
  /** When the device fetched the question. */
  readonly taken_at: number;
  /** JSON: its summary; null until it has answered. */
  readonly answer: string | null;
  readonly answered_at: number | null;
}
