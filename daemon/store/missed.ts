/**
 * How many decisions passed and could not be kept. They are counted where a full disk and a full journal have room: in a
 * small file that has its size from the beginning and is only ever overwritten. The counts never go down; the chain knows
 * how far they have been told.
 */
import { hash } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import { whileLocked } from './connect.ts';
import type { Place } from './place.ts';
import { type Refusal, refusalOf } from './problem.ts';

export interface MissedCounts {
  readonly limit: number;
  readonly diskFull: number;
}
export type MissedReason = keyof MissedCounts;

type MissedPlace = Pick<Place, 'missed' | 'lock'>;

export const noneMissed: MissedCounts = { limit: 0, diskFull: 0 };

/** The counts; null where the file is damaged. */
export function readMissed({ missed }: Pick<Place, 'missed'>): MissedCounts | null {
  const text = textOf(missed);
  if (text === null) return noneMissed;
  const [, limit, diskFull] = /^limit (\d{12}) diskFull (\d{12}) /.exec(text) ?? [];
  const counts = { limit: Number(limit), diskFull: Number(diskFull) };
  return text === format(counts) ? counts : null;
}

/** Makes the file where there is none: from then on no space is needed. */
export function prepareMissed(place: MissedPlace): void {
  if (textOf(place.missed) !== null) return;
  whileLocked(place.lock, () => {
    if (textOf(place.missed) === null) overwrite(place.missed, noneMissed);
  });
}

/** Begins to count anew where the file is damaged: once a gap record has said that nobody knows what it counted. */
export function repairMissed(place: MissedPlace): void {
  if (readMissed(place) !== null) return;
  whileLocked(place.lock, () => {
    if (readMissed(place) === null) overwrite(place.missed, noneMissed);
  });
}

/** Counts decisions that passed and cannot be kept. */
export function addMissed(place: MissedPlace, reason: MissedReason, count: number): Refusal | null {
  try {
    whileLocked(place.lock, () => {
      const before = readMissed(place) ?? noneMissed;
      overwrite(place.missed, { ...before, [reason]: before[reason] + count });
    });
    return null;
  } catch (error) {
    const refusal = refusalOf(error);
    if (refusal === null) throw error;
    return refusal;
  }
}

function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'latin1');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

function format({ limit, diskFull }: MissedCounts): string {
  const words = `limit ${String(limit).padStart(12, '0')} diskFull ${String(diskFull).padStart(12, '0')} `;
  return `${words}${hash('sha256', words, 'hex')}\n`;
}

function overwrite(file: string, counts: MissedCounts): void {
  const handle = openSync(file, textOf(file) === null ? 'wx' : 'r+', 0o600);
  try {
    writeSync(handle, format(counts), 0, 'latin1');
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
