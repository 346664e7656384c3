/** What people ask for and say about findings. */

export interface FindingTables {
  readonly exception_request: ExceptionRequestTable;
  readonly exception_approval: ExceptionApprovalTable;
  readonly feedback: FeedbackTable;
}

/** What somebody asked to be exempt, and what came of it. */
interface ExceptionRequestTable {
  readonly tenant: number;
  readonly id: string;
  readonly device: string;
  /** The very text that the device signed. */
  readonly text: string;
  readonly policy: string;
  readonly severity: string;
  readonly repository: string;
  readonly requested_by: string;
  readonly asked_at: number;
  /** As asked for; once granted, when the exception ends. */
  readonly expires_at: number;
  readonly state: 'pending' | 'granted' | 'refused' | 'revoked';
  readonly decided_at: number | null;
  readonly decided_by: string | null;
  /** Why it was refused or revoked. */
  readonly note: string | null;
}

/** That one of several people has approved. Never changed. */
interface ExceptionApprovalTable {
  readonly tenant: number;
  readonly request: string;
  readonly key_id: string;
  /** Whose key that was then. */
  readonly who: string;
  readonly at: number;
  readonly expires_at: number;
  readonly max_uses: number | null;
  /** Base64. */
  readonly signature: string;
}

/** Of one device and one finding, what was said last. */
interface FeedbackTable {
  readonly tenant: number;
  readonly device: string;
  readonly policy: string;
  readonly fingerprint: string;
  readonly id: string;
  readonly policy_sha256: string;
  readonly repository: string;
  readonly complaint: 'wrong' | 'unclear';
  readonly comment: string | null;
  readonly by_name: string;
  readonly at: number;
  readonly received: number;
}
