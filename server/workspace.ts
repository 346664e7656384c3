// Judging every file of the workspace: for `workspace/diagnostic` and `kerb/checkWorkspace`.

import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { Diagnostic, WorkDoneProgressReporter } from 'vscode-languageserver';
import { isInside, listFiles, readWorkFile } from '../repository/index.ts';
import { unreadableDiagnostic } from './convert.ts';
import type { OpenDocument } from './documents.ts';
import { openDocument } from './documents.ts';
import { judgeDocument } from './judging.ts';
import { diagnosticsOf } from './publish.ts';
import type { Root } from './roots.ts';
import type { Session } from './session.ts';
import { uriOf } from './uri.ts';

/** What was found in one file. */
export interface FileReport {
  readonly uri: string;
  /** The version of an open document; null for a file on disk. */
  readonly version: number | null;
  readonly diagnostics: readonly Diagnostic[];
}

/** How long to judge before other messages get their turn: less than a frame. */
const sliceMs = 10;
/** So that a reader sees progress, and no message becomes huge. */
const mostInBatch = 100;

interface Watcher {
  readonly progress: WorkDoneProgressReporter;
  cancelled(): boolean;
  /** Says what is not judged and why, for people. */
  complain(message: string): void;
}

/** Judges every file once, and tells in batches. Ends early when cancelled. Answers how many files were judged. */
export async function judgeWorkspace(
  session: Session,
  { cancelled, progress, complain }: Watcher,
  tell: (batch: readonly FileReport[]) => void,
): Promise<number> {
  progress.begin('Kerb', 0, 'listing files', true);
  const files = await filesOf(session, complain);
  const open = openByFile(session);
  let batch: FileReport[] = [];
  let done = 0;
  let slice = performance.now();
  for (const { root, file } of files) {
    if (cancelled()) break;
    const report = reportOn(session, root, file, open);
    if (report !== null) batch.push(report);
    done++;
    if (performance.now() - slice < sliceMs && batch.length < mostInBatch) continue;
    tell(batch);
    batch = [];
    progress.report(Math.round((done / files.length) * 100), `${done} of ${files.length} files`);
    await turn();
    slice = performance.now();
  }
  if (batch.length > 0) tell(batch);
  progress.done();
  return done;
}

async function filesOf(
  session: Session,
  complain: Watcher['complain'],
): Promise<readonly { root: Root; file: string }[]> {
  const files: { root: Root; file: string }[] = [];
  for (const root of session.roots.all()) {
    await session.roots.ready(root);
    const folders = session.roots.folders().filter((folder) => isInside(folder, root.folder));
    if (folders.length === 0) continue;
    const listing = await listFiles(root.folder, folders);
    for (const { file, message } of listing.problems)
      complain(`Kerb does not judge ${path.join(root.folder, file)}: it ${message}`);
    files.push(...listing.files.map(({ path: file }) => ({ root, file })));
  }
  return files;
}

function openByFile(session: Session): ReadonlyMap<string, OpenDocument> {
  const documents = [...session.documents.values()];
  return new Map(documents.map((document) => [path.join(document.place.root.folder, document.place.path), document]));
}

function reportOn(
  session: Session,
  root: Root,
  file: string,
  open: ReadonlyMap<string, OpenDocument>,
): FileReport | null {
  const absolute = path.join(root.folder, file);
  const document = open.get(absolute);
  if (document !== undefined) {
    const judged = judgeDocument(session, document);
    if (judged === null) return null;
    return { uri: document.uri, version: judged.version, diagnostics: diagnosticsOf(session, document, judged) };
  }
  return reportClosed(session, root, file);
}

/** Judges a file of the disk; null where it is nothing that Kerb judges. */
export function reportClosed(session: Session, root: Root, file: string): FileReport | null {
  const uri = uriOf(path.join(root.folder, file));
  const reading = readWorkFile(root.folder, file);
  if (reading.kind === 'skipped') return null;
  if (reading.kind === 'problem') return { uri, version: null, diagnostics: [unreadableDiagnostic(reading.message)] };
  const document = openDocument({ uri, languageId: '', version: 0, text: reading.file.text }, { root, path: file });
  const judged = judgeDocument(session, document);
  return judged === null ? null : { uri, version: null, diagnostics: diagnosticsOf(session, document, judged) };
}
