/** `kerb hub backup FILE`: a copy of the SQLite database as it is at one moment, while the hub runs. */
import { chmodSync, existsSync } from 'node:fs';
import process from 'node:process';
import { databaseIn } from '../home.ts';
import { copyDatabase } from '../store/sqlite/file.ts';
import { checkRuntime, folderOf, type HubArguments, UsageError } from './options.ts';

export async function backup(file: string, given: HubArguments): Promise<number> {
  if (given.database !== undefined)
    throw new UsageError('PostgreSQL has its own tools: pg_dump, or a base backup with WAL');
  checkRuntime();
  const folder = folderOf(given);
  const database = databaseIn(folder);
  if (!existsSync(database)) throw new UsageError(`there is no hub in ${folder}`);
  if (existsSync(file)) throw new UsageError(`${file} exists already`);
  await copyDatabase(database, file);
  chmodSync(file, 0o600);
  process.stdout.write(`${file} holds the database. The keys are not in it: keep ${folder}/*.key elsewhere\n`);
  return 0;
}
