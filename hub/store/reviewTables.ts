/** What is said of changes under review. */

export interface ReviewTables {
  readonly change_comment: ChangeCommentTable;
}

/** Never changed; deleted with the records of its time. */
interface ChangeCommentTable {
  readonly tenant: number;
  /** A UUID of version 7. */
  readonly id: string;
  /** Id of the change. */
  readonly request: string;
  /** Of the bundle; null where it is about the whole change. */
  readonly file: string | null;
  readonly line: number | null;
  /** What stands there. */
  readonly quote: string | null;
  /** Masked. */
  readonly text: string;
  readonly by_name: string;
  readonly at: number;
}
