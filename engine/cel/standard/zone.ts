/** Parts of a timestamp as a clock in some time zone shows them. */

import { modulo } from '../time.ts';
import { type CelError, celError, type Timestamp } from '../value.ts';

/** A date whose UTC accessors show the local time of a zone. */
export type ToLocal = (timestamp: Timestamp) => Date;

/** A zone by its name in the tz database (`Europe/Zurich`), or an offset (`+01:00`, `-09:30`, `02:00`). */
export function readZone(zone: string): ToLocal | CelError {
  const offset = /^([+-]?)(\d\d):(\d\d)$/.exec(zone);
  if (offset !== null) {
    const minutes = Number(offset[2]) * 60 + Number(offset[3]);
    const shift = (offset[1] === '-' ? -minutes : minutes) * 60_000;
    return (timestamp) => new Date(milliseconds(timestamp) + shift);
  }
  try {
    const format = new Intl.DateTimeFormat('en-US', { ...fields, timeZone: zone === '' ? 'UTC' : zone });
    return (timestamp) => showAs(format, milliseconds(timestamp));
  } catch {
    return celError('unknown time zone');
  }
}

export const utc: ToLocal = (timestamp) => new Date(milliseconds(timestamp));

const fields = {
  year: 'numeric',
  month: 'numeric',
  day: 'numeric',
  hour: 'numeric',
  minute: 'numeric',
  second: 'numeric',
  hourCycle: 'h23',
} as const;

function showAs(format: Intl.DateTimeFormat, at: number): Date {
  const parts = new Map(format.formatToParts(new Date(at)).map((part) => [part.type, Number(part.value)]));
  const part = (name: keyof Intl.DateTimeFormatPartTypesRegistry) => parts.get(name) ?? 0;
  const shown = new Date(0);
  shown.setUTCFullYear(part('year'), part('month') - 1, part('day'));
  shown.setUTCHours(part('hour'), part('minute'), part('second'), ((at % 1000) + 1000) % 1000);
  return shown;
}

function milliseconds({ nanoseconds }: Timestamp): number {
  return Number((nanoseconds - modulo(nanoseconds, 1_000_000n)) / 1_000_000n);
}
