/** The small values that messages are made of. */
import * as z from 'zod';

export const name = z.string().min(1).max(500);
/** RFC 3339 in UTC with milliseconds. */
export const instant = z.iso.datetime({ precision: 3 });
/** `sha256:` and lower-case hex. */
export const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);
/** Lower-case hex of SHA-256. */
export const hash = z.string().regex(/^[0-9a-f]{64}$/);
export const objectId = z.string().regex(/^[0-9a-f]{40,64}$/);
/** What a person reads: at most a page. */
export const words = z.string().max(2_000);
