/** Timestamps and durations: text forms, ranges, arithmetic. */
import { type CelError, type CelValue, celError, Duration, type Result, Timestamp } from './value.ts';

export const second = 1_000_000_000n;
/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59.999999999Z */
const firstTimestamp = -62_135_596_800n * second;
const lastTimestamp = 253_402_300_800n * second - 1n;
/** Durations are kept in 64 bits of nanoseconds: 292 years. */
const longestDuration = 9_223_372_036_854_775_807n;

export function timestampOf(nanoseconds: bigint): Timestamp | CelError {
  if (nanoseconds < firstTimestamp || nanoseconds > lastTimestamp) return celError('timestamp out of range');
  return new Timestamp(nanoseconds);
}

function durationOf(nanoseconds: bigint): Duration | CelError {
  if (nanoseconds > longestDuration || nanoseconds < -longestDuration - 1n) return celError('duration out of range');
  return new Duration(nanoseconds);
}

/** `+` and `-` where a timestamp or a duration takes part; null where the operands do not go together. */
export function calculateTime(operator: string, left: CelValue, right: CelValue): Result | null {
  if (operator !== '+' && operator !== '-') return null;
  const sign = operator === '+' ? 1n : -1n;
  if (left instanceof Timestamp && right instanceof Duration) {
    return timestampOf(left.nanoseconds + sign * right.nanoseconds);
  }
  if (left instanceof Duration && right instanceof Duration) {
    return durationOf(left.nanoseconds + sign * right.nanoseconds);
  }
  if (operator === '+' && left instanceof Duration && right instanceof Timestamp) {
    return timestampOf(left.nanoseconds + right.nanoseconds);
  }
  if (operator === '-' && left instanceof Timestamp && right instanceof Timestamp) {
    return durationOf(left.nanoseconds - right.nanoseconds);
  }
  return null;
}

const rfc3339 = /^(\d{4,})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Reads RFC 3339: `2026-11-22T08:00:00.5+01:00`. */
export function parseTimestamp(text: string): Timestamp | CelError {
  const found = rfc3339.exec(text);
  if (found === null) return celError('this is no timestamp of RFC 3339, like 2026-01-31T12:00:00Z');
  const [year, month, day, hours, minutes, seconds] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  if (year > 9999 || year < 1) return celError('timestamp out of range');
  const date = utcDate(year, month, day);
  const valid =
    date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hours < 24 && minutes < 60 && seconds < 60;
  const [zoneHours, zoneMinutes] = [Number(found[9] ?? 0), Number(found[10] ?? 0)];
  if (!valid || zoneHours > 23 || zoneMinutes > 59) return celError('this timestamp has a part that is out of range');
  const zone = (zoneHours * 60 + zoneMinutes) * (found[8] === '-' ? -60 : 60);
  const whole = BigInt(date.getTime() / 1000 + hours * 3600 + minutes * 60 + seconds - zone);
  return timestampOf(whole * second + BigInt((found[7] ?? '').padEnd(9, '0')));
}

/** Midnight UTC; `Date.UTC` would take the years 0 to 99 for 1900 to 1999. */
function utcDate(year: number, month: number, day: number): Date {
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date;
}

export function formatTimestamp({ nanoseconds }: Timestamp): string {
  const fraction = modulo(nanoseconds, second);
  const text = new Date(Number((nanoseconds - fraction) / 1_000_000n)).toISOString();
  return `${text.slice(0, 19)}${formatFraction(fraction)}Z`;
}

const units: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: second,
  m: 60n * second,
  h: 3600n * second,
};
const piece = /(\d+)?(?:\.(\d*))?(ns|us|µs|\u03bcs|ms|s|m|h)/y;

/** Reads what Go's time.ParseDuration reads: `1h30m`, `-1.5s`, `0`. */
export function parseDuration(text: string): Duration | CelError {
  const body = text.replace(/^[+-]/, '');
  if (body === '0') return new Duration(0n);
  const total = body === '' || body.length > 200 ? null : sumPieces(body);
  if (total === null) return celError('this is no duration, like 1h30m or 1.5s');
  return durationOf(text.startsWith('-') ? -total : total);
}

function sumPieces(body: string): bigint | null {
  let total = 0n;
  for (let at = 0; at < body.length; at = piece.lastIndex) {
    piece.lastIndex = at;
    const found = piece.exec(body);
    const [, whole, fraction, name] = found ?? [];
    if (name === undefined || !(whole || fraction)) return null;
    const unit = units[name] ?? 1n;
    total += BigInt(whole ?? 0) * unit;
    if (fraction) total += (BigInt(fraction.slice(0, 18)) * unit) / 10n ** BigInt(Math.min(fraction.length, 18));
  }
  return total;
}

/** Seconds with as many decimals as there are: `5400s`, `-1.5s`. */
export function formatDuration({ nanoseconds }: Duration): string {
  const size = nanoseconds < 0n ? -nanoseconds : nanoseconds;
  return `${nanoseconds < 0n ? '-' : ''}${size / second}${formatFraction(size % second)}s`;
}

function formatFraction(nanoseconds: bigint): string {
  if (nanoseconds === 0n) return '';
  return `.${String(nanoseconds).padStart(9, '0').replace(/0+$/, '')}`;
}

export function modulo(value: bigint, by: bigint): bigint {
  return ((value % by) + by) % by;
}
