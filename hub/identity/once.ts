/** What was seen within the last minutes, in memory and bounded: a proof is used once on each replica. */

export interface Once {
  /** Whether this comes for the first time. False too where too much is remembered to remember more. */
  isFirst(what: string, expiresAt: number): boolean;
}

export function createOnce({ max, now }: { readonly max: number; readonly now: () => number }): Once {
  const seen = new Map<string, number>();
  return {
    isFirst(what, expiresAt) {
      if ((seen.get(what) ?? 0) > now()) return false;
      // They come in about the order in which they expire, so the first that is valid ends the sweep.
      for (const [old, expiry] of seen) {
        if (expiry > now()) break;
        seen.delete(old);
      }
      if (seen.size >= max) return false;
      seen.set(what, expiresAt);
      return true;
    },
  };
}
