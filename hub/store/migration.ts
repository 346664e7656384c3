/** Numbered steps of a schema, forward only. */

export interface Migration {
  /** From 1, without a gap. */
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/** The database was written by a newer Kerb, and this one would not know what it does to it. */
class NewerSchemaError extends Error {
  override name = 'NewerSchemaError';
  constructor(found: number, known: number) {
    super(`the database has schema ${found}, this Kerb knows ${known}: start the Kerb that wrote it, or a newer one`);
  }
}

/** The steps that a database at `current` still needs. Throws `NewerSchemaError`. */
export function pendingMigrations(current: number, migrations: readonly Migration[]): readonly Migration[] {
  const known = migrations.at(-1)?.number ?? 0;
  if (current > known) throw new NewerSchemaError(current, known);
  return migrations.filter(({ number }) => number > current);
}
