/** Where the files of a TUF repository come from: the hub, or the copy of it on this disk. */

/** The one file whose name has neither version nor hash. */
export const timestampName = 'metadata/timestamp.json';

export interface Source {
  /**
   * The bytes of a file, at most `maxBytes`; null where there is none. Names are those below the hub's address:
   * `metadata/3.root.json`, `targets/policies/ab….7.json`. Throws `TrustRefusal` for too many or too slow bytes.
   */
  read(name: string, want: Want): Promise<Buffer | null>;
}

interface Want {
  readonly maxBytes: number;
  /** Lower-case hex of SHA-256, where it is known before: a copy that fits needs no network. */
  readonly sha256: string | null;
}
