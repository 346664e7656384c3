// After a check of the workspace, what its closed files show is kept true: files change, come and go without the editor.
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { framesOf } from '../engine/index.ts';
import { isInside, listAmong } from '../repository/index.ts';
import { showClosed } from './publish.ts';
import type { Root } from './roots.ts';
import { openAt, type Session } from './session.ts';
import { canonical, fileOf, uriOf } from './uri.ts';
import { reportClosed } from './workspace.ts';

/** Looks again at closed files of a session. */
export interface Closed {
  /** Files or folders changed, came or went, by URI. */
  changed(uris: readonly string[]): void;
  /** The rules of a root changed. */
  renewed(root: Root): void;
  close(): void;
}

/** A branch that is switched tells of many files within moments: they are looked at together. */
const settleMs = 50;
/** How long to judge before other messages get their turn: less than a frame. */
const sliceMs = 10;
/** Of more files than this that nobody knew, none is judged before the next check of the workspace. */
const mostNew = 2_000;

/** Makes it; `looked` is called whenever other files may show something. */
export function createClosed(session: Session, looked: () => void): Closed {
  const touched = new Set<string>();
  let timer: NodeJS.Timeout | null = null;
  let looking = Promise.resolve();
  const look = (): void => {
    timer = null;
    const uris = [...touched];
    touched.clear();
    looking = looking
      .then(() => lookAgain(session, uris))
      .then(looked)
      .catch((error: unknown) =>
        session.connection.console.error(`Kerb broke while it looked again at closed files: ${framesOf(error)}`),
      );
  };
  const touch = (uris: readonly string[]): void => {
    for (const uri of uris) touched.add(uri);
    if (touched.size > 0) timer ??= setTimeout(look, settleMs);
  };
  return {
    changed(uris) {
      if (session.checked) touch(uris.map(canonical).filter((uri) => !isVendored(uri)));
    },
    renewed(root) {
      if (!session.checked) return;
      const own = new Set(session.ownFiles.get(root));
      touch([...session.closed.keys()].filter((uri) => !own.has(uri) && session.roots.placeOf(uri).root === root));
    },
    close() {
      if (timer !== null) clearTimeout(timer);
      touched.clear();
    },
  };
}

function isVendored(uri: string): boolean {
  return /\/(?:\.git|node_modules)(?:\/|$)/.test(uri);
}

async function lookAgain(session: Session, uris: readonly string[]): Promise<void> {
  const known = knownAt(session, uris);
  const found = await newAt(
    session,
    uris.filter((uri) => !known.has(uri)),
  );
  let slice = performance.now();
  for (const uri of [...known, ...found]) {
    const { root, path: file } = session.roots.placeOf(uri);
    await session.roots.ready(root);
    if (session.closing) return;
    if (openAt(session, uri) === null) showClosed(session, uri, reportClosed(session, root, file)?.diagnostics ?? []);
    if (performance.now() - slice < sliceMs) continue;
    await turn();
    slice = performance.now();
  }
}

/** The files that show something and are named, or are below a named folder: a folder that goes is told of by its name alone. */
function knownAt(session: Session, uris: readonly string[]): ReadonlySet<string> {
  const named = new Set(uris);
  const isNamed = (uri: string): boolean => {
    for (let end = uri.length; end > 0; end = uri.lastIndexOf('/', end - 1))
      if (named.has(uri.slice(0, end))) return true;
    return false;
  };
  return new Set([...session.closed.keys()].filter(isNamed));
}

/** The files of the workspace folders that are named or below a named folder, and that a check would judge. */
async function newAt(session: Session, uris: readonly string[]): Promise<readonly string[]> {
  const folders = session.roots.folders();
  const named = new Map<Root, string[]>();
  for (const uri of uris) {
    const file = fileOf(uri);
    if (file === null || !folders.some((folder) => isInside(file, folder))) continue;
    const { root, path: name } = session.roots.placeOf(uri);
    if (name !== '') named.set(root, [...(named.get(root) ?? []), name]);
  }
  const found: string[] = [];
  for (const [root, names] of named) {
    const listed = names.length > mostNew ? [] : await listAmong(root.folder, names);
    if (listed.length <= mostNew) found.push(...listed.map((name) => uriOf(path.join(root.folder, name))));
  }
  return found;
}
