// The other process's side of previews: the files of a folder, kept as they were parsed, and a policy's findings in them.
import { statSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import {
  type Configuration,
  compilePolicies,
  createCompilations,
  createLines,
  differenceOf,
  type Native,
  type Policy,
  type PolicySet,
  type PreviewedFile,
  type PreviewedPolicy,
  type PreviewFinding,
  previewFile,
  previewFindings,
  previewPolicy,
} from '../../engine/index.ts';
import { type ListedFile, listFiles, readWorkFile } from '../../repository/index.ts';
import type { PreviewedFinding, PreviewedState, PreviewOutcome, PreviewProgress } from '../protocol.ts';
import { uriOf } from '../uri.ts';

/** What a desk works on. */
export interface DeskOptions {
  /** Absolute: the root, and the workspace's folders in it. */
  readonly root: string;
  readonly folders: readonly string[];
  readonly configuration: Configuration;
  /** Those that know what a secret is, or name one. */
  readonly masking: readonly Policy[];
}

/** A policy as it is written and as it is saved; null where it is not. */
export interface Question {
  readonly id: string;
  readonly draft: string;
  readonly saved: string | null;
  readonly date: string;
  /** Texts that are open, by path, as far as they changed since the question before; null: closed. */
  readonly open: Readonly<Record<string, string | null>>;
}

/** Who waits for an answer. */
export interface Asker {
  /** Whether nobody waits any more. */
  isGone(): boolean;
  /** Hears what was found so far. */
  hear(progress: Omit<PreviewProgress, 'id'>): void;
}

/** Answers questions, one at a time. */
export interface Desk {
  answer(question: Question, asker: Asker): Promise<PreviewOutcome>;
}

/** How long to work before a newer question gets its turn. */
const sliceMs = 15;
/** How long an asker hears nothing: what is answered sooner needs no progress. */
const silentMs = 100;
/** How long a listing holds while somebody types. */
const listingMs = 2_000;
const maxFiles = 20_000;
const maxCharacters = 64 * 1024 * 1024;
/** Of each state, that are listed; all are counted. */
const maxListed = 100;

/** Makes a desk. Files are read and parsed with the first question, and again when they change. */
export function createDesk(options: DeskOptions, native: Native): Desk {
  const masking = compilePolicies(options.masking, options.configuration, native);
  const shared = createCompilations();
  const shelf = createShelf(options, native);
  return {
    async answer(question, asker) {
      // Newer questions that have come meanwhile are heard of first.
      await turn();
      if (asker.isGone()) return { kind: 'overtaken' };
      const { id, configuration } = { ...question, configuration: options.configuration };
      const draft = previewPolicy({ id, text: question.draft, as: 'draft', configuration, native, shared });
      if (draft.kind === 'problem') return draft;
      const saved =
        question.saved === null
          ? null
          : previewPolicy({ id, text: question.saved, as: 'saved', configuration, native, shared });
      const listing = await shelf.files(question.open);
      const tally = createTally();
      const files = listing.names.length;
      let since = performance.now();
      let heardAt = since;
      for (const [looked, name] of listing.names.entries()) {
        if (performance.now() - since > sliceMs) {
          await turn();
          if (asker.isGone()) return { kind: 'overtaken' };
          since = performance.now();
          if (since - heardAt > silentMs) {
            asker.hear({ looked, files, counts: { ...tally.counts } });
            heardAt = since;
          }
        }
        const file = shelf.take(name);
        if (file !== null)
          compare(file, { draft, saved, masking, native, date: question.date, root: options.root }, tally);
      }
      return { kind: 'judged', files, omitted: listing.omitted, ...tally };
    },
  };
}

type Ready = Extract<PreviewedPolicy, { kind: 'ready' }>;

interface Comparison {
  readonly draft: Ready;
  readonly saved: PreviewedPolicy | null;
  readonly masking: PolicySet;
  readonly native: Native;
  readonly date: string;
  readonly root: string;
}

interface Tally {
  readonly counts: Record<PreviewedState, number>;
  readonly findings: PreviewedFinding[];
}

function createTally(): Tally {
  return { counts: { added: 0, kept: 0, vanished: 0 }, findings: [] };
}

function compare(file: PreviewedFile, { draft, saved, root, ...options }: Comparison, tally: Tally): void {
  const before = saved?.kind === 'ready' ? previewFindings(file, saved, options) : [];
  const found = differenceOf(previewFindings(file, draft, options), before);
  for (const state of ['added', 'kept', 'vanished'] as const) {
    for (const finding of found[state])
      if (tally.counts[state]++ < maxListed) tally.findings.push(shown(finding, file, state, root));
  }
}

function shown(
  { span, shown: say }: PreviewFinding,
  { file }: PreviewedFile,
  state: PreviewedState,
  root: string,
): PreviewedFinding {
  const lines = createLines(file.text);
  const { message, resource } = say();
  const [start, end] = [lines.position(span.start), lines.position(span.end)];
  return {
    ...{ state, message, resource, file: file.path, uri: uriOf(path.join(root, file.path)) },
    start: { line: start.line - 1, character: start.column - 1 },
    end: { line: end.line - 1, character: end.column - 1 },
  };
}

interface Shelf {
  /** The names of the files that there are now. */
  files(open: Question['open']): Promise<{ readonly names: readonly string[]; readonly omitted: number }>;
  /** A file as it is now; null where it is no text. */
  take(name: string): PreviewedFile | null;
}

interface Kept {
  /** Size and time of change of a file on disk; null for a text that is open. */
  readonly stamp: string | null;
  readonly previewed: PreviewedFile | null;
}

function createShelf({ root, folders, configuration }: DeskOptions, native: Native): Shelf {
  const kept = new Map<string, Kept>();
  const open = new Map<string, string>();
  let listedAt = Number.NEGATIVE_INFINITY;
  let names: readonly string[] = [];
  let omitted = 0;
  const ignores = compilePolicies([], configuration, native).ignores;
  const list = async (): Promise<void> => {
    const { files } = await listFiles(root, folders);
    const all = files.filter(({ path: name }) => !ignores(name));
    names = fitting(all);
    omitted = all.length - names.length;
    const known = new Set(names);
    for (const name of kept.keys()) if (!known.has(name)) kept.delete(name);
    listedAt = performance.now();
  };
  return {
    async files(changed) {
      for (const [name, text] of Object.entries(changed)) {
        kept.delete(name);
        if (text === null) open.delete(name);
        else open.set(name, text);
      }
      if (performance.now() - listedAt > listingMs) await list();
      return { names, omitted };
    },
    take(name) {
      const text = open.get(name);
      const stamp = text === undefined ? stampOf(path.join(root, name)) : null;
      const known = kept.get(name);
      if (known !== undefined && known.stamp === stamp) return known.previewed;
      const previewed =
        text === undefined ? readPreviewed(root, name, native) : previewFile({ path: name, text }, native);
      kept.set(name, { stamp, previewed });
      return previewed;
    },
  };
}

/** As many as there is room for. */
function fitting(files: readonly ListedFile[]): readonly string[] {
  const names: string[] = [];
  let characters = 0;
  for (const { path: name, sizeBytes } of files) {
    characters += sizeBytes;
    if (names.length >= maxFiles || characters > maxCharacters) break;
    names.push(name);
  }
  return names;
}

function stampOf(file: string): string {
  const stat = statSync(file, { throwIfNoEntry: false });
  return stat === undefined ? 'gone' : `${stat.size} ${stat.mtimeMs}`;
}

function readPreviewed(root: string, name: string, native: Native): PreviewedFile | null {
  const reading = readWorkFile(root, name);
  return reading.kind === 'text' ? previewFile(reading.file, native) : null;
}
