/** A hub's SQLite database as a file: copied while it is used, examined, and put at rest. */
import { connect } from './open.ts';

/** Copies the database as it is at one moment, while others use it. */
export async function copyDatabase(from: string, to: string): Promise<void> {
  const database = connect(from);
  try {
    await database.backup(to);
  } finally {
    database.close();
  }
}

/** What is wrong with a file that should be a hub's database; null where nothing is. It is at rest afterwards. */
export function examineDatabase(file: string): string | null {
  try {
    const database = connect(file);
    try {
      const [answer] = database.pragma('integrity_check(1)') as readonly { readonly integrity_check: string }[];
      if (answer?.integrity_check !== 'ok') return `it is damaged: ${answer?.integrity_check ?? 'no answer'}`;
      const isOurs = database.prepare("SELECT 1 FROM sqlite_master WHERE name = 'checkpoint'").get() !== undefined;
      if (!isOurs) return 'it is not the database of a hub';
      database.pragma('journal_mode = DELETE');
      return null;
    } finally {
      database.close();
    }
  } catch (error) {
    return (error as Error).message;
  }
}

/** Folds the log of writes into the file, so that it can be moved alone. Whether nobody else has it open. */
export function putAtRest(file: string): boolean {
  const database = connect(file);
  try {
    database.pragma('busy_timeout = 0');
    return database.pragma('journal_mode = DELETE', { simple: true }) === 'delete';
  } catch {
    return false;
  } finally {
    database.close();
  }
}
