/** From what somebody asked to be judged to the inputs and the rules for them. */
import path from 'node:path';
import process from 'node:process';
import { type CurrentOrganisation, maySuppress } from '../../engine/index.ts';
import {
  type Change,
  configurationName,
  createNative,
  findRoot,
  isInside,
  listFiles,
  loadSetup,
  type Origin,
  placeOf,
  readChange,
  readingOf,
  readRange,
  readStaged,
  relativePath,
  type Setup,
} from '../../repository/index.ts';
import { UsageError } from '../command.ts';
import { policyFoldersOf } from '../policies.ts';
import type { ReportedProblem } from '../report/report.ts';
import { type Input, pathOf } from './judgeInput.ts';
import { problemsOfNewRules } from './rules.ts';

/** What to judge. Paths are as they were typed. */
export interface Request {
  readonly paths: readonly string[];
  readonly subject:
    | { readonly kind: 'workTree' }
    | { readonly kind: 'staged' }
    | { readonly kind: 'range'; readonly range: string }
    /** The text that an editor or a pipe holds, judged as if it stood in that file. */
    | { readonly kind: 'text'; readonly path: string; readonly bytes: Buffer };
  /** Further policy folders, as they were typed. */
  readonly policyFolders: readonly string[];
  readonly organisation: CurrentOrganisation;
}

export interface Gathered {
  readonly setup: Setup;
  readonly inputs: readonly Input[];
  /** What was left out while listing. */
  readonly skipped: number;
  readonly problems: readonly ReportedProblem[];
  readonly notes: readonly string[];
}

/** Finds the root, the rules and the inputs. Throws `UsageError` where the request makes no sense. */
export async function gather(request: Request): Promise<Gathered> {
  const cwd = process.cwd();
  const folders = policyFoldersOf(request.policyFolders);
  const { organisation } = request;
  const { subject } = request;
  if (subject.kind === 'staged' || subject.kind === 'range') return gatherChange(request, cwd, folders);
  if (subject.kind === 'text') {
    const file = path.resolve(subject.path);
    const root = rootOf([file], cwd);
    const setup = await loadSetup({ root, origin: { kind: 'workTree' }, folders, organisation });
    const reading = readingOf(relativePath(root, file), subject.bytes);
    return { setup, inputs: [{ kind: 'read', reading }], skipped: 0, problems: [], notes: setup.notes };
  }
  const paths = (request.paths.length > 0 ? request.paths : ['.']).map((each) => path.resolve(each));
  const root = rootOf(paths, cwd);
  const [setup, listing] = await Promise.all([
    loadSetup({ root, origin: { kind: 'workTree' }, folders, organisation }),
    listFiles(root, paths),
  ]);
  const inputs = listing.files.map(({ path: file, sizeBytes }): Input => ({ kind: 'workFile', path: file, sizeBytes }));
  return {
    setup,
    inputs,
    skipped: listing.skipped,
    problems: listing.problems.map(blocking),
    notes: [...setup.notes, ...listing.notes],
  };
}

/** A change is judged by the rules of its base; the very first commit, which has none, by those that come with Kerb. */
async function gatherChange(request: Request, cwd: string, folders: readonly string[]): Promise<Gathered> {
  const paths = request.paths.map((each) => path.resolve(each));
  const root = paths.length > 0 ? rootOf(paths, cwd) : findRoot(cwd);
  if (root === null) throw new UsageError('there is no git repository here: --staged and --range need one');
  const change =
    request.subject.kind === 'range' ? await readRange(root, request.subject.range) : await readStaged(root);
  if ('kind' in change) throw new UsageError(change.message);
  const { organisation } = request;
  const setup = await loadSetup({ root, origin: originOf(change), folders, organisation });
  const chosen = { ...change, files: change.files.filter((file) => isChosen(path.join(root, file.path), paths)) };
  const inputs: Input[] = [];
  const problems = change.problems.filter(({ file }) => isChosen(path.join(root, file), paths)).map(blocking);
  const readings = readChange(chosen, { needsBase: maySuppress });
  for (let next = await readings.next(); ; next = await readings.next()) {
    if (next.done) {
      if (next.value !== null) throw new UsageError(next.value.message);
      break;
    }
    inputs.push({ kind: 'read', reading: next.value.reading, base: next.value.baseText });
  }
  inputs.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
  for (const { file, range, message } of await problemsOfNewRules(change, setup, createNative()))
    problems.push({ file, range, message, blocking: true });
  return { setup, inputs, skipped: change.skipped, problems, notes: [...notesOf(change), ...setup.notes] };
}

function originOf(change: Change): Origin {
  if (change.base !== null) return { kind: 'commit', commit: change.base };
  return change.head === null ? { kind: 'none' } : { kind: 'commit', commit: change.head };
}

function notesOf(change: Change): string[] {
  const bringsFirst = change.base === null && change.head === null && change.touched.includes(configurationName);
  return bringsFirst
    ? [`${configurationName} governs from the next commit on: the first is judged by all policies that come with Kerb`]
    : [];
}

function rootOf(paths: readonly string[], cwd: string): string {
  const placement = placeOf(paths, cwd);
  if (placement.kind === 'problem') throw new UsageError(placement.message);
  return placement.root;
}

function isChosen(file: string, paths: readonly string[]): boolean {
  return paths.length === 0 || paths.some((each) => isInside(file, each));
}

function blocking({ file, message }: { readonly file: string; readonly message: string }): ReportedProblem {
  return { file, range: null, message, blocking: true };
}
