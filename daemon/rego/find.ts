/** The policies whose Rego is compiled: those that were named, those that name a source, or all of the repository's. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { type RegoSource, regoSourceOf } from '../../engine/index.ts';
import { findRoot, loadSetup, readFolderTexts } from '../../repository/index.ts';
import { UsageError } from '../command.ts';
import { policyFoldersOf, statNamed } from '../policies.ts';

export interface RegoPolicy {
  /** Absolute. */
  readonly file: string;
  readonly text: string;
  readonly source: RegoSource;
}

/** Throws `UsageError` where a file does not exist, or is a policy that names no source. */
export async function regoPolicies(
  files: readonly string[],
  folders: readonly string[],
): Promise<readonly RegoPolicy[]> {
  for (const file of files) statNamed(file, 'kerb rego build');
  const named = files.filter(isPolicy).map(regoPolicyAt);
  const sources = files.filter((file) => !isPolicy(file)).map((file) => path.resolve(file));
  if (files.length > 0 && sources.length === 0) return named;
  const all = await policiesHere(folders);
  if (files.length === 0) return all;
  return [...named, ...all.filter((policy) => sourceFiles(policy).some((file) => sources.includes(file)))];
}

/** The files that a policy is compiled from, absolute. */
export function sourceFiles({ file, source }: RegoPolicy): readonly string[] {
  return source.files.map((name) => path.resolve(path.dirname(file), name));
}

function isPolicy(file: string): boolean {
  return /\.ya?ml$/.test(file);
}

function regoPolicyAt(file: string): RegoPolicy {
  const text = readFileSync(file, 'utf8');
  const source = regoSourceOf(text);
  if (source === null)
    throw new UsageError(`${file}: there is nothing to compile without \`rego.source\` and \`rego.entrypoint\``);
  return { file: path.resolve(file), text, source };
}

/** What is wrong with policies is not told here: most often it is that they have not been compiled yet. */
async function policiesHere(more: readonly string[]): Promise<readonly RegoPolicy[]> {
  const cwd = process.cwd();
  const root = findRoot(cwd) ?? cwd;
  const { configuration } = await loadSetup({ root, origin: { kind: 'workTree' }, folders: [], organisation: null });
  const folders = [...configuration.policyFolders.map((name) => path.resolve(root, name)), ...policyFoldersOf(more)];
  return folders.flatMap((folder) =>
    [...readFolderTexts(folder, '').texts].flatMap(([name, text]) => {
      const source = isPolicy(name) ? regoSourceOf(text) : null;
      return source === null ? [] : [{ file: path.join(folder, name), text, source }];
    }),
  );
}
