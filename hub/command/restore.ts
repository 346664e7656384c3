/** `kerb hub restore FILE`: puts a backup in the place of the database, and keeps what was there beside it. */
import { copyFileSync, existsSync, renameSync, rmSync, statSync } from 'node:fs';
import process from 'node:process';
import { databaseIn, makeFolder } from '../home.ts';
import { examineDatabase, putAtRest } from '../store/sqlite/file.ts';
import { checkRuntime, folderOf, type HubArguments, UsageError } from './options.ts';

export async function restore(file: string, given: HubArguments): Promise<number> {
  if (given.database !== undefined) throw new UsageError('PostgreSQL has its own tools: pg_restore');
  checkRuntime();
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) throw new UsageError(`${file} does not exist`);
  const folder = folderOf(given);
  makeFolder(folder);
  const database = databaseIn(folder);
  const incoming = `${database}.incoming`;
  rmSync(incoming, { force: true });
  copyFileSync(file, incoming);
  try {
    const wrong = examineDatabase(incoming);
    if (wrong !== null) throw new UsageError(`${file} cannot be restored: ${wrong}`);
    if (existsSync(database)) setAside(database);
    renameSync(incoming, database);
  } finally {
    rmSync(incoming, { force: true });
  }
  process.stdout.write(
    `restored ${file}. Devices that have seen a longer log will raise the alarm "shrunk": they are right\n`,
  );
  return 0;
}

/** Moves the database that was there aside. */
function setAside(current: string): void {
  if (!putAtRest(current)) throw new UsageError('the hub is running: stop it first');
  let number = 1;
  while (existsSync(`${current}.before-${number}`)) number++;
  renameSync(current, `${current}.before-${number}`);
}
