/** Tiles of a log's tree (C2SP tlog-tiles): 256 hashes of one level, eight levels of the tree in each. */
import { hashBytes, hashChildren, type Sha256, type Subtree } from './merkle.ts';

export const tileWidth = 256;
const tileHeight = 8;

/** `level` counts tiles, so that level 1 holds the tree's level 8. */
export interface TileId {
  readonly level: number;
  readonly index: number;
}

/** `tile/0/x001/067`, `tile/1/000.p/17`, `tile/entries/x001/067`: as tlog-tiles writes them. */
export function tilePath(tile: TileId | { readonly level: 'entries'; readonly index: number }, width: number): string {
  const digits = String(tile.index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, '0').match(/.{3}/g)!;
  const index = groups.map((group, at) => (at < groups.length - 1 ? `x${group}` : group)).join('/');
  return `tile/${tile.level}/${index}${width === tileWidth ? '' : `.p/${width}`}`;
}

/** The tile that a path ends with, `x001/067.p/17`; null where tlog-tiles would not write it so. */
export function readTilePath(path: string): { readonly index: number; readonly width: number } | null {
  const match = /^((?:x\d{3}\/){0,4}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path);
  if (match === null) return null;
  const index = Number(match[1]!.replace(/[x/]/g, ''));
  const width = match[2] === undefined ? tileWidth : Number(match[2]);
  if (match[2] !== undefined && width >= tileWidth) return null;
  return tilePath({ level: 0, index }, width) === `tile/0/${path}` ? { index, width } : null;
}

/** How many hashes the tile has in a tree of `size` leaves. */
export function widthOf({ level, index }: TileId, size: number): number {
  const hashes = Math.floor(size / tileWidth ** level) - index * tileWidth;
  return Math.max(0, Math.min(tileWidth, hashes));
}

/** The tile in which a subtree's hash, or those that it is made of, stand. */
export function tileOf({ level, index }: Subtree): TileId {
  const height = level % tileHeight;
  return { level: (level - height) / tileHeight, index: Math.floor((index * 2 ** height) / tileWidth) };
}

/** A subtree's hash out of its tile's hashes. Throws where the tile is too short. */
export function hashInTile({ level, index }: Subtree, hashes: Uint8Array, sha256: Sha256): Uint8Array {
  const height = level % tileHeight;
  const begin = (index * 2 ** height) % tileWidth;
  if ((begin + 2 ** height) * hashBytes > hashes.length) throw new RangeError('the tile is shorter than the tree says');
  let row = Array.from({ length: 2 ** height }, (_, at) => hashAt(hashes, begin + at));
  while (row.length > 1) {
    const below = row;
    row = Array.from({ length: below.length / 2 }, (_, at) => hashChildren(below[2 * at]!, below[2 * at + 1]!, sha256));
  }
  return row[0]!;
}

/** The hash at a place of a tile. */
function hashAt(hashes: Uint8Array, at: number): Uint8Array {
  return hashes.subarray(at * hashBytes, (at + 1) * hashBytes);
}
