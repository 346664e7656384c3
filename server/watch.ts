// Hot reload: `kerb.yaml`, policies and baselines are read again when they change, by the client's watcher or our own.
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FSWatcher } from 'chokidar';
import { DidChangeWatchedFilesNotification, type Disposable, type FileSystemWatcher } from 'vscode-languageserver';
import { configurationName } from '../repository/index.ts';
import { createClosed } from './closed.ts';
import { commands } from './protocol.ts';
import type { Root } from './roots.ts';
import type { Session } from './session.ts';
import { fileOf, uriOf } from './uri.ts';

/** Watches what governs the roots. */
export interface Watch {
  /** Watches what a root's configuration names now. */
  follow(root: Root): void;
  /** Stops watching for a root. */
  forget(root: Root): void;
  /** Follows the files that show something though they are closed. To be called after a check of the workspace and when folders move. */
  followClosed(): void;
  /** Tells of files that changed, came or went, by URI. */
  changed(uris: readonly string[]): void;
  /** A root's rules changed. */
  renewed(root: Root): void;
  close(): Promise<void>;
}

/** Editors write a file in several steps; the reload takes the last. */
const settleMs = 50;
/** Our own watcher begins after the first diagnostics. What changed before that is read by the reload it begins with. */
const afterStartMs = 500;

/** Makes the watch. Nothing is watched before the first `follow`. */
export function createWatch(session: Session): Watch {
  const registrations = new Map<Root, { key: string; stop: () => Promise<void> }>();
  const timers = new Map<Root, NodeJS.Timeout>();
  const reloadSoon = (root: Root): void => {
    clearTimeout(timers.get(root));
    timers.set(
      root,
      setTimeout(() => void session.roots.reload(root), settleMs),
    );
  };
  const changed = (uris: readonly string[]): void => {
    const files = uris.map(fileOf).filter((file) => file !== null);
    for (const root of session.roots.all()) if (files.some((file) => governs(root, file))) reloadSoon(root);
  };
  const closed = createClosed(session, () => followClosed());
  const files = session.client.watchesFiles ? folderWatch(session) : fileWatch(session, closed.changed);
  const followClosed = (): void => {
    if (session.checked && !session.closing) files.follow();
  };
  return {
    followClosed,
    renewed: closed.renewed,
    changed(uris) {
      changed(uris);
      closed.changed(uris);
    },
    follow(root) {
      const paths = governingPaths(root);
      const key = paths.join('\n');
      const before = registrations.get(root);
      if (before?.key === key) return;
      void before?.stop();
      const stop = session.client.watchesFiles
        ? watchByClient(session, root, paths, () => reloadSoon(root))
        : watchOurselves(session, paths, () => reloadSoon(root));
      registrations.set(root, { key, stop });
    },
    forget(root) {
      clearTimeout(timers.get(root));
      timers.delete(root);
      void registrations.get(root)?.stop();
      registrations.delete(root);
    },
    async close() {
      for (const timer of timers.values()) clearTimeout(timer);
      closed.close();
      await files.close();
      await Promise.all([...registrations.values()].map(({ stop }) => stop()));
    },
  };
}

/** Absolute paths whose content governs a root: files and folders, whether they exist or not. */
function governingPaths(root: Root): readonly string[] {
  const configuration = root.rules?.setup.configuration;
  const names = [
    configurationName,
    ...(configuration?.policyFolders ?? []),
    ...(configuration?.baseline ? [configuration.baseline] : []),
  ];
  return names.map((name) => path.resolve(root.folder, name));
}

function governs(root: Root, file: string): boolean {
  return governingPaths(root).some(
    (each) => file === each || file.startsWith(each + path.sep) || each.startsWith(file + path.sep),
  );
}

function watchByClient(
  session: Session,
  root: Root,
  paths: readonly string[],
  reload: () => void,
): () => Promise<void> {
  const patterns = paths.flatMap((each) => {
    const relative = path.relative(root.folder, each).split(path.sep).join('/');
    return [relative, `${relative}/**`];
  });
  const watchers = patterns.map((pattern): FileSystemWatcher => {
    if (session.client.relativePatterns) return { globPattern: { baseUri: uriOf(root.folder), pattern } };
    return { globPattern: `**/${pattern}` };
  });
  return register(session, watchers, reload);
}

/** Asks the client to watch, and says so where it refuses; `begun` is called either way. Answers how it ends. */
function register(session: Session, watchers: FileSystemWatcher[], begun: () => void): () => Promise<void> {
  const registered = session.connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
  const refused = (error: unknown): null => {
    session.connection.console.warn(
      `The client watches no files (${String(error)}): reload with the command ${commands.reload}.`,
    );
    return null;
  };
  const settled: Promise<Disposable | null> = registered.catch(refused);
  void settled.then(begun);
  return async () => (await settled)?.dispose();
}

/** A watch of what closed files show. */
interface ClosedWatch {
  /** Watches what there is to watch now. */
  follow(): void;
  close(): Promise<void>;
}

/** The client tells of every file of the workspace folders. */
function folderWatch(session: Session): ClosedWatch {
  let key = '';
  let stop = async (): Promise<void> => undefined;
  return {
    follow() {
      const folders = session.roots.folders();
      if (key === folders.join('\n')) return;
      key = folders.join('\n');
      void stop();
      const watchers = session.client.relativePatterns
        ? folders.map((folder): FileSystemWatcher => ({ globPattern: { baseUri: uriOf(folder), pattern: '**/*' } }))
        : [{ globPattern: '**/*' }];
      stop = register(session, watchers, () => undefined);
    },
    close: () => stop(),
  };
}

/** A watch costs the system something for each file; of more than this the rest waits for the next check. */
const mostWatched = 1_000;

/** We watch the files that show something ourselves. */
function fileWatch(session: Session, changed: (uris: readonly string[]) => void): ClosedWatch {
  let watcher: FSWatcher | null = null;
  let watched = new Set<string>();
  let ended = false;
  const begin = async (): Promise<FSWatcher> => {
    const { watch } = await import('chokidar');
    const made = watch([], { ignoreInitial: true, followSymlinks: false });
    made.on('all', (_, file) => changed([uriOf(file)]));
    made.on('error', (error) => session.connection.console.warn(`Watching failed: ${String(error)}`));
    return made;
  };
  let following = Promise.resolve();
  const adjust = async (): Promise<void> => {
    if (ended) return;
    watcher ??= await begin();
    const files = [...session.closed.keys()].map(fileOf).filter((file) => file !== null);
    const next = new Set(files.slice(0, mostWatched));
    watcher.unwatch([...watched].filter((file) => !next.has(file)));
    watcher.add([...next].filter((file) => !watched.has(file)));
    watched = next;
  };
  return {
    follow() {
      following = following
        .then(adjust)
        .catch((error: unknown) => session.connection.console.warn(`Nothing is watched: ${String(error)}`));
    },
    async close() {
      ended = true;
      await following;
      await watcher?.close();
    },
  };
}

function watchOurselves(session: Session, paths: readonly string[], reload: () => void): () => Promise<void> {
  let watcher: FSWatcher | null = null;
  const ending = new AbortController();
  const { signal } = ending;
  const begin = async (): Promise<void> => {
    await sleep(afterStartMs, undefined, { ref: false, signal });
    const { watch } = await import('chokidar');
    if (signal.aborted) return;
    watcher = watch([...paths], { ignoreInitial: true, followSymlinks: false });
    watcher.on('all', reload);
    // What changed while the watcher looked around for the first time would never be told.
    watcher.on('ready', reload);
    watcher.on('error', (error) => session.connection.console.warn(`Watching failed: ${String(error)}`));
  };
  const started = begin().catch((error: unknown) => {
    if (!signal.aborted) session.connection.console.warn(`Nothing is watched: ${String(error)}`);
  });
  return async () => {
    ending.abort();
    await started;
    await watcher?.close();
  };
}
