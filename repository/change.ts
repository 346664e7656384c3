/** What a commit or a push changes: the index against HEAD, or one commit against another. Never the work tree. */
import { fieldsOf, type GitFailure, git } from './git.ts';
import { type Blob, type ObjectStore, objectStore, readBlobs } from './objects.ts';
import { policyEndings, type Reading, readingOf, readingOfLarge } from './read.ts';
import { decodeText } from './text.ts';

/** Files as they will be, and where to find how they were. */
export interface Change {
  readonly root: string;
  /** The commit that the change starts from; null where there is none yet. */
  readonly base: string | null;
  /** What the change leads to: a commit, a tree, or null for the index. */
  readonly head: string | null;
  readonly files: readonly ChangedFile[];
  /** All that git says of it, with deletions, links and submodules. */
  readonly entries: readonly ChangeEntry[];
  /** Every path that the change touches, with those that it deletes or renames away. */
  readonly touched: readonly string[];
  /** Symbolic links and submodules. */
  readonly skipped: number;
  readonly problems: readonly { readonly file: string; readonly message: string }[];
}
export interface ChangedFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly blob: string;
  /** The same file before, also under its former name; null when it is new. */
  readonly baseBlob: string | null;
}

/** How git is asked to write a change down, for `changeOf`. */
export const rawDiff = [
  '--raw',
  '-z',
  '-M',
  '-r',
  '--no-abbrev',
  '--no-ext-diff',
  '--no-textconv',
  '--ignore-submodules=all',
];

/** What the next commit would change. Reads the index alone, whatever the work tree holds. */
export async function readStaged(root: string): Promise<Change | GitFailure> {
  const base = await resolveCommit(root, 'HEAD');
  const from = base ?? (await emptyTree(root));
  if (typeof from !== 'string') return from;
  return readStagedSince(root, { base, from });
}

/** The same where it is known what HEAD is: a commit, and what that or an empty tree is to be compared as. */
export async function readStagedSince(
  root: string,
  { base, from }: { readonly base: string | null; readonly from: string },
): Promise<Change | GitFailure> {
  const answer = await git(root, ['diff-index', '--cached', '--ita-invisible-in-index', ...rawDiff, from]);
  return answer.kind === 'failure' ? answer : changeOf({ root, base, head: null }, answer.bytes);
}

/** What lies between two commits: `A..B`, or `A...B` for what B did since it left A. A missing end is HEAD. */
export async function readRange(root: string, range: string): Promise<Change | GitFailure> {
  const match = /^(.*?)(\.{2,3})(.*)$/s.exec(range);
  if (match === null) return { kind: 'failure', message: 'a range is two commits, A..B' };
  const [, left = '', dots, right = ''] = match;
  const head = await resolveCommit(root, right || 'HEAD');
  if (head === null) return unknownCommit(right || 'HEAD');
  // All zeros is how git tells a hook that the branch is new: everything in it is.
  const isNew = /^0{40}(0{24})?$/.test(left);
  let base = isNew ? null : await resolveCommit(root, left || 'HEAD');
  if (base === null && !isNew) return unknownCommit(left || 'HEAD');
  if (base !== null && dots === '...') {
    const fork = await git(root, ['merge-base', base, head]);
    if (fork.kind === 'failure')
      return { kind: 'failure', message: `${left} and ${right} have no commit in common here` };
    base = fork.bytes.toString().trim();
  }
  const from = base ?? (await emptyTree(root));
  if (typeof from !== 'string') return from;
  const answer = await git(root, ['diff-tree', ...rawDiff, from, head]);
  return answer.kind === 'failure' ? answer : changeOf({ root, base, head }, answer.bytes);
}

/** A changed file as it will be, and its text before the change where it had one. */
export interface ChangedReading {
  readonly reading: Reading;
  readonly baseText: string | null;
  /** Null where the blob is not in this clone. */
  readonly sizeBytes: number | null;
}

export interface ReadChangeOptions {
  readonly store?: ObjectStore;
  /** Whether a text is read as it was before, too: where it says no, `baseText` is null. Always, unless told otherwise. */
  readonly needsBase?: (text: string) => boolean;
}

/** Reads what is in a change. Ends with the failure when git fails on the way: what was read by then is no whole. */
export async function* readChange(
  change: Change,
  { store = objectStore(change.root), needsBase = () => true }: ReadChangeOptions = {},
): AsyncGenerator<ChangedReading, GitFailure | null> {
  const waiting: { readonly read: ChangedReading; readonly baseBlob: string }[] = [];
  const files = filesByBlob(change);
  const blobs = readBlobs(store, [...files.keys()]);
  for (let next = await blobs.next(); ; next = await blobs.next()) {
    if (next.done && next.value !== null) return next.value;
    if (next.done) break;
    for (const { path, baseBlob } of files.get(next.value.id) ?? []) {
      const reading = await readingOfBlob(path, next.value, store);
      const read = { reading, baseText: null, sizeBytes: next.value.sizeBytes };
      if (baseBlob === null || (reading.kind === 'text' && !needsBase(reading.file.text))) yield read;
      else waiting.push({ read, baseBlob });
    }
  }
  const before = await readTexts(
    store,
    waiting.map(({ baseBlob }) => baseBlob),
  );
  if (!(before instanceof Map)) return before;
  for (const { read, baseBlob } of waiting) yield { ...read, baseText: before.get(baseBlob) ?? null };
  return null;
}

function filesByBlob({ files }: Change): Map<string, ChangedFile[]> {
  const byBlob = new Map<string, ChangedFile[]>();
  for (const file of files) {
    const same = byBlob.get(file.blob);
    if (same === undefined) byBlob.set(file.blob, [file]);
    else same.push(file);
  }
  return byBlob;
}

async function readingOfBlob(path: string, { id, bytes, sizeBytes }: Blob, store: ObjectStore): Promise<Reading> {
  if (bytes !== null) return readingOf(path, bytes);
  if (sizeBytes === null) return { kind: 'problem', path, message: 'is not in this clone: fetch it first' };
  return readingOfLarge(path, await store.beginning(id), sizeBytes);
}

/**
 * The texts of files below a path in a commit, by their path; a missing path gives none. Binary files are left out, but
 * what governs (the path itself, policies) must be readable: leaving it out would loosen what is judged.
 */
export async function readCommitted(
  root: string,
  commit: string,
  path: string,
): Promise<Map<string, string> | GitFailure> {
  const listing = await git(root, ['ls-tree', '-r', '-z', '--full-tree', commit, '--', path]);
  return listing.kind === 'failure' ? listing : readEntries(root, path, fieldsOf(listing.bytes));
}

/** The same of the index. */
export async function readIndexed(root: string, path: string): Promise<Map<string, string> | GitFailure> {
  const listing = await git(root, ['ls-files', '-z', '--stage', '--', path]);
  return listing.kind === 'failure' ? listing : readEntries(root, path, fieldsOf(listing.bytes));
}

/** `<mode> blob <id> TAB path` of a tree, `<mode> <id> <stage> TAB path` of the index. */
const entryForm = /^(\d{6}) (?:blob |commit )?([0-9a-f]+)( [0-3])?\t(.*)$/s;

async function readEntries(
  root: string,
  asked: string,
  entries: readonly string[],
): Promise<Map<string, string> | GitFailure> {
  const all = entries.flatMap((entry) => {
    const [, mode = '', blob = '', stage = ' 0', path = ''] = entryForm.exec(entry) ?? [];
    return mode === '' ? [] : [{ blob, path, isFile: mode.startsWith('100') && stage === ' 0' }];
  });
  if (all.some(({ path, isFile }) => path === asked && !isFile))
    return { kind: 'failure', message: 'it is a symbolic link, a submodule or in conflict, and not a file' };
  const files = all.filter(({ isFile }) => isFile);
  const texts = await readTexts(
    objectStore(root),
    files.map((file) => file.blob),
  );
  if (!(texts instanceof Map)) return texts;
  const lost = files.find(({ path, blob }) => (path === asked || policyEndings.test(path)) && !texts.has(blob));
  if (lost !== undefined)
    return { kind: 'failure', message: `${lost.path} is no text, too large or not in this clone` };
  return new Map(files.flatMap(({ blob, path }) => (texts.has(blob) ? [[path, texts.get(blob)!] as const] : [])));
}

async function readTexts(store: ObjectStore, ids: readonly string[]): Promise<Map<string, string> | GitFailure> {
  const texts = new Map<string, string>();
  const blobs = readBlobs(store, [...new Set(ids)]);
  for (let next = await blobs.next(); ; next = await blobs.next()) {
    if (next.done) return next.value ?? texts;
    const decoded = next.value.bytes === null ? null : decodeText(next.value.bytes);
    if (decoded?.kind === 'text') texts.set(next.value.id, decoded.text);
  }
}

/** A change of what git wrote down of it. */
export function changeOf(ends: ChangeEnds, raw: Buffer): Change {
  return changeOfEntries(ends, parseRaw(raw));
}

/** From where to where, in which work tree. */
export type ChangeEnds = Pick<Change, 'root' | 'base' | 'head'>;

/** The same of its lines. */
export function changeOfEntries(ends: ChangeEnds, entries: readonly ChangeEntry[]): Change {
  const files = new Map<string, ChangedFile>();
  const problems: { file: string; message: string }[] = [];
  let skipped = 0;
  for (const entry of entries) {
    if (entry.status === 'D') continue;
    if (entry.status === 'U')
      problems.push({ file: entry.path, message: 'has an unresolved merge conflict: resolve it and stage the file' });
    else if (!entry.mode.startsWith('100')) skipped++;
    else
      files.set(entry.path, {
        path: entry.path,
        blob: entry.blob,
        baseBlob: entry.baseMode.startsWith('100') ? entry.baseBlob : null,
      });
  }
  for (const { file } of problems) files.delete(file);
  const touched = entries.flatMap(({ path, basePath }) => (basePath === path ? [path] : [basePath, path]));
  return { ...ends, files: [...files.values()], entries, touched, skipped, problems };
}

/** A line of git's raw difference. */
export interface ChangeEntry {
  readonly baseMode: string;
  readonly mode: string;
  readonly baseBlob: string;
  readonly blob: string;
  /** A, C, D, M, R, T or U. */
  readonly status: string;
  readonly path: string;
  /** Another one after a rename. */
  readonly basePath: string;
}

/** `:100644 100644 <old> <new> M NUL path NUL`, with two paths after R and C. */
function parseRaw(raw: Buffer): ChangeEntry[] {
  const fields = fieldsOf(raw);
  const entries: ChangeEntry[] = [];
  for (let at = 0; at + 1 < fields.length; at++) {
    const [baseMode = '', mode = '', baseBlob = '', blob = '', score = ''] = fields[at]!.slice(1).split(' ');
    const status = score.charAt(0);
    const basePath = fields[at + 1] ?? '';
    at += status === 'R' || status === 'C' ? 2 : 1;
    entries.push({ baseMode, mode, baseBlob, blob, status, path: fields[at] ?? '', basePath });
  }
  return entries;
}

async function resolveCommit(root: string, name: string): Promise<string | null> {
  const answer = await git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`]);
  const id = answer.kind === 'output' ? answer.bytes.toString().trim() : '';
  return /^[0-9a-f]{40,64}$/.test(id) ? id : null;
}

async function emptyTree(root: string): Promise<string | GitFailure> {
  const answer = await git(root, ['hash-object', '-t', 'tree', '--stdin'], '');
  return answer.kind === 'failure' ? answer : answer.bytes.toString().trim();
}

function unknownCommit(name: string): GitFailure {
  return {
    kind: 'failure',
    message: `there is no commit ${JSON.stringify(name)} here; in a shallow clone, fetch it first`,
  };
}
