/** Published files as they are fetched. All but the timestamp stay as they are, so that the last ones are kept in memory. */
import { sha256Hex } from '../cryptography.ts';
import type { Store } from '../store/store.ts';

interface Fetched {
  readonly bytes: Uint8Array;
  /** The same for the same bytes, on every replica. */
  readonly etag: string;
}

/** Null where nothing of that name is published. */
export type FetchPublished = (tenant: number, name: string) => Promise<Fetched | null>;

export const timestampName = 'metadata/timestamp.json';

/** `maxBytes` of files are kept, over all tenants; the oldest goes first. */
export function createFetchPublished(
  store: Pick<Store, 'publishedFile'>,
  { maxBytes }: { readonly maxBytes: number },
): FetchPublished {
  const kept = new Map<string, Fetched>();
  let keptBytes = 0;
  const keep = (key: string, file: Fetched): void => {
    if (kept.has(key) || file.bytes.length > maxBytes) return;
    kept.set(key, file);
    keptBytes += file.bytes.length;
    for (const [old, { bytes }] of kept) {
      if (keptBytes <= maxBytes) return;
      kept.delete(old);
      keptBytes -= bytes.length;
    }
  };
  return async (tenant, name) => {
    const key = `${tenant} ${name}`;
    const known = kept.get(key);
    if (known !== undefined) return known;
    const bytes = await store.publishedFile(tenant, name);
    if (bytes === null) return null;
    const file = { bytes, etag: `"${sha256Hex(bytes).slice(0, 32)}"` };
    if (name !== timestampName) keep(key, file);
    return file;
  };
}
