/** Files that the hub has sent before anybody asked for them: a source like others, and believed as little. */
import type { Hint } from '../../../hub/protocol.ts';
import { sha256Of } from './roots.ts';
import type { Source } from './source.ts';

export interface Offer {
  /** By name; null where the hub says that there is none of it. */
  readonly files: ReadonlyMap<string, Buffer | null>;
  /** Of the timestamp among them. */
  readonly etag: string | null;
}

export const nothingOffered: Offer = { files: new Map(), etag: null };

export function offerOf({ files = {}, etag }: Pick<Hint, 'files' | 'etag'>): Offer {
  const bytesOf = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text));
  return {
    files: new Map(Object.entries(files).map(([name, text]) => [name, bytesOf(text)])),
    etag: etag ?? null,
  };
}

/** A source that asks another one only for what was not offered, or does not fit. */
export function throughOffer({ files }: Offer, other: Source): Source {
  return {
    async read(name, want) {
      const offered = files.get(name);
      if (offered === undefined) return other.read(name, want);
      if (offered === null) return null;
      const isFit = offered.length <= want.maxBytes && (want.sha256 === null || sha256Of(offered) === want.sha256);
      return isFit ? offered : other.read(name, want);
    },
  };
}
