/** The files of a store, and how one takes another's place. */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import type { Home } from '../home.ts';

export interface Place {
  /** The folder with the database, its log and the log's index: they are only ever moved together. */
  readonly folder: string;
  readonly file: string;
  /** Where a new store is made, whole, before it takes its place. */
  readonly nextFolder: string;
  readonly nextFile: string;
  /** Held by whoever makes or replaces a store. */
  readonly lock: string;
  /** Counts decisions that could not be kept. */
  readonly missed: string;
}

export function placeIn({ folder, store }: Home): Place {
  const nextFolder = `${store}.next`;
  return {
    folder: store,
    file: path.join(store, 'kerb.db'),
    nextFolder,
    nextFile: path.join(nextFolder, 'kerb.db'),
    lock: path.join(folder, 'store.lock'),
    missed: path.join(folder, 'store.missed'),
  };
}

/** Whether the last one to use the store did not get to close it, or is still at it. */
export function hasLog({ file }: Place): boolean {
  return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) > 0;
}

export function isEmpty(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.size === 0;
}

export function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
}

/** Whether there was a store before: only who has opened one makes this file. */
export function hadStore({ missed }: Place): boolean {
  return existsSync(missed);
}

/** Puts the new store in place. There must be none, or only its empty folder. */
export function install(place: Place): void {
  sync(place.nextFolder);
  if (existsSync(place.folder)) rmdirSync(place.folder);
  renameSync(place.nextFolder, place.folder);
  sync(path.dirname(place.folder));
}

/** A name for a store that is set aside: it says when, and none bears it yet. */
export function freeName({ folder }: Place, nowMs: number): string {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const name = `${folder}.damaged-${stamp}`;
  for (let at = 1; ; at++) {
    const free = at === 1 ? name : `${name}-${at}`;
    if (!existsSync(free)) return free;
  }
}

/** Sets the store aside, with its log. */
export function moveAway({ folder }: Place, to: string): void {
  renameSync(folder, to);
}

/** Removes what an interrupted making of a store has left. */
export function clearNext({ nextFolder }: Place): void {
  rmSync(nextFolder, { recursive: true, force: true });
}

/** Whether the store's folder holds files, though perhaps not the one that it should. */
export function isOccupied({ folder }: Place): boolean {
  return existsSync(folder) && readdirSync(folder).length > 0;
}

/** Brings a folder's names to the disk, where the system knows of such a thing. */
function sync(folder: string): void {
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
