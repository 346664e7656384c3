/** A change as the document that policies on `change.*` judge; see `engine/resource/change.ts`. */
import { changeFolder, codeOwnersPaths } from '../../engine/index.ts';
import { type Change, type ChangeEntry, type GitSession, readBlobs } from '../../repository/index.ts';
import type { Judgement } from '../check/judgeInput.ts';
import { type OwnerRule, ownersOf, readCodeOwners } from './codeOwners.ts';
import type { Bench, DocumentInput, JudgedChange } from './judgeChange.ts';

/** What a gate knows of a change beside its files. Empty lists where it is no push, or has no commit yet. */
export interface ChangeFacts {
  /** Which of several documents of one question this is. */
  readonly name: string;
  readonly branch: string | null;
  readonly pushes: readonly object[];
  readonly commits: readonly object[];
  /** See `readOwners`. */
  readonly owners: readonly OwnerRule[] | null;
}

/** Whether a policy that is on judges changes as such. */
export function speaksOf({ ruling }: Pick<Bench, 'ruling'>, kind: string): boolean {
  return ruling.kinds.some((each) => each.startsWith(kind));
}

/** Who owns what, as a commit says: a change cannot choose its own owners. Null where it says nothing. */
export async function readOwners(commit: string | null, session: GitSession): Promise<readonly OwnerRule[] | null> {
  return commit === null ? null : readCodeOwners((await readFirst(commit, codeOwnersPaths, session)) ?? '');
}

/** The document of a change whose files are judged already. */
export async function changeDocument(
  change: Change,
  { judgements, sizes }: Pick<JudgedChange, 'judgements' | 'sizes'>,
  facts: ChangeFacts,
  bench: Bench,
): Promise<DocumentInput> {
  const { ruling, gate } = bench;
  const { owners } = facts;
  const entries = change.entries.slice(0, maxFiles);
  const allSizes = new Map([...sizes, ...(await otherSizes(entries, sizes, bench))]);
  const skipped = new Set(judgements.flatMap(({ path, state }) => (state === 'skipped' ? [path] : [])));
  const document = {
    gate,
    branch: facts.branch ?? '',
    hasCodeOwners: owners !== null,
    policyFolders: ruling.setup.configuration.policyFolders,
    pushes: facts.pushes,
    commits: facts.commits,
    files: entries.map((entry) => ({
      path: entry.path,
      ...(entry.basePath === entry.path ? {} : { previousPath: entry.basePath }),
      status: statuses[entry.status] ?? 'modified',
      mode: entry.mode === '000000' ? entry.baseMode : entry.mode,
      sizeBytes: allSizes.get(entry.blob) ?? 0,
      isBinary: isBinary(entry, skipped, bench),
      owners: owners === null ? [] : ownersOf(entry.path, owners),
    })),
  };
  const path = `${changeFolder}${facts.name}.json`;
  const text = `${JSON.stringify(document, null, 1)}\n`;
  return { kind: 'read', reading: { kind: 'text', path, file: { path, text }, encoding: 'utf-8' } };
}

/**
 * A judgement of such a document without the findings of policies on text: what it quotes is judged where it stands. They
 * have run nevertheless, so that a secret in what it quotes is masked.
 */
export function ownFindings(judgement: Judgement, { ruling }: Bench): Judgement {
  const own = new Set(
    ruling.policies.policies.flatMap(({ policy }) =>
      policy.resources.some((each) => each.startsWith('change.')) ? [policy.id] : [],
    ),
  );
  return { ...judgement, findings: judgement.findings.filter(({ policy }) => own.has(policy)) };
}

/** Policies on changes see no more files than this of one change; the files themselves are all judged. */
const maxFiles = 20_000;

const statuses: Readonly<Record<string, string>> = { A: 'added', C: 'added', D: 'deleted', R: 'renamed' };

/** The sizes of blobs that nobody has read: of links, and of files whose verdict was known. */
async function otherSizes(
  entries: readonly ChangeEntry[],
  known: ReadonlyMap<string, number>,
  { session }: Bench,
): Promise<[string, number][]> {
  const isBlob = ({ status, mode }: ChangeEntry): boolean => status !== 'D' && mode !== '160000';
  const others = entries.filter((entry) => isBlob(entry) && !known.has(entry.blob)).map(({ blob }) => blob);
  if (others.length === 0) return [];
  const facts = await session.resolve(others);
  return others.map((blob, index) => [blob, facts[index]?.sizeBytes ?? 0]);
}

/** What was left out although nothing ignores it is no text. */
function isBinary({ path, mode }: ChangeEntry, skipped: ReadonlySet<string>, { ruling }: Bench): boolean {
  return mode.startsWith('100') && skipped.has(path) && !ruling.policies.ignores(path);
}

/** The text of the first of several files that a commit has. */
async function readFirst(commit: string, paths: readonly string[], session: GitSession): Promise<string | null> {
  const found = (await session.resolve(paths.map((path) => `${commit}:${path}`))).find(
    (facts) => facts?.type === 'blob',
  );
  if (found === undefined || found === null) return null;
  const { value } = await readBlobs(session, [found.id]).next();
  return value !== null && value !== undefined && 'bytes' in value ? (value.bytes?.toString('utf8') ?? null) : null;
}
