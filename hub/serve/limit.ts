/** How often somebody may ask: a bucket for each, that fills with time. Bounded: who is forgotten starts with a full one. */

export interface Limit {
  /** Milliseconds to wait; 0 where the request may pass, which then counts. */
  waitMs(who: string, now: number): number;
}

export interface LimitOptions {
  readonly perSecond: number;
  /** How many at once. */
  readonly burst: number;
  readonly maxRemembered: number;
}

export function createLimit({ perSecond, burst, maxRemembered }: LimitOptions): Limit {
  const buckets = new Map<string, { readonly left: number; readonly at: number }>();
  return {
    waitMs(who, now) {
      const { left, at } = buckets.get(who) ?? { left: burst, at: now };
      const filled = Math.min(burst, left + (Math.max(0, now - at) / 1_000) * perSecond);
      buckets.delete(who);
      if (buckets.size >= maxRemembered) buckets.delete(buckets.keys().next().value!);
      const isAllowed = filled >= 1;
      buckets.set(who, { left: isAllowed ? filled - 1 : filled, at: now });
      return isAllowed ? 0 : Math.ceil(((1 - filled) / perSecond) * 1_000);
    },
  };
}
