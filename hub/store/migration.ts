/** Numbered steps of a schema, forward only. */

export interface Migration {
  /** From 1, without a gap. */
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** The database was written by a newer Kerb, and this one would not know what it does to it; or its server is too old, or away. */
export class UnfitDatabaseError extends Error {
  override name = 'UnfitDatabaseError';
}

/** The steps that a database at `current` still needs. Throws `UnfitDatabaseError` where a newer Kerb has written it. */
export function pendingMigrations(current: number, migrations: readonly Migration[]): readonly Migration[] {
  const known = migrations.at(-1)?.number ?? 0;
  if (current > known)
    throw new UnfitDatabaseError(
      `it has schema ${current}, this Kerb knows ${known}: start the Kerb that wrote it, or a newer one`,
    );
  return migrations.filter(({ number }) => number > current);
}
