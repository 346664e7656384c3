/** What timestamps and durations answer about themselves. */
import type { FunctionDeclaration, Overload } from '../function.ts';
import { second } from '../time.ts';
import { duration, int, string, timestamp } from '../type.ts';
import { CelError, type Duration, type Result, type Timestamp } from '../value.ts';
import { readZone, utc } from './zone.ts';

export const standardTime: readonly FunctionDeclaration[] = [
  accessor('getFullYear', { date: (date) => date.getUTCFullYear() }),
  accessor('getMonth', { date: (date) => date.getUTCMonth() }),
  accessor('getDate', { date: (date) => date.getUTCDate() }),
  accessor('getDayOfMonth', { date: (date) => date.getUTCDate() - 1 }),
  accessor('getDayOfWeek', { date: (date) => date.getUTCDay() }),
  accessor('getDayOfYear', { date: dayOfYear }),
  accessor('getHours', { date: (date) => date.getUTCHours(), duration: (ns) => ns / (3600n * second) }),
  accessor('getMinutes', { date: (date) => date.getUTCMinutes(), duration: (ns) => ns / (60n * second) }),
  accessor('getSeconds', { date: (date) => date.getUTCSeconds(), duration: (ns) => ns / second }),
  accessor('getMilliseconds', {
    date: (date) => date.getUTCMilliseconds(),
    duration: (ns) => (ns % second) / 1_000_000n,
  }),
];

interface Accessor {
  readonly date: (local: Date) => number;
  readonly duration?: (nanoseconds: bigint) => bigint;
}

function accessor(name: string, { date, duration: part }: Accessor): FunctionDeclaration {
  const overloads: Overload[] = [
    { parameters: [timestamp], result: int, call: (value: Timestamp) => date(utc(value)) },
    {
      parameters: [timestamp, string],
      result: int,
      cost: () => 20,
      preparation: 2000,
      prepare: ([, zone]) => (typeof zone === 'string' ? inZone(zone, date) : null),
      call: (value: Timestamp, zone: string) => {
        const local = inZone(zone, date);
        return local instanceof CelError ? local : local(value);
      },
    },
  ];
  if (part !== undefined) {
    overloads.push({ parameters: [duration], result: int, call: (value: Duration) => Number(part(value.nanoseconds)) });
  }
  return { kind: 'method', name, overloads };
}

function inZone(zone: string, date: Accessor['date']): ((value: Timestamp) => Result) | CelError {
  const toLocal = readZone(zone);
  return toLocal instanceof CelError ? toLocal : (value) => date(toLocal(value));
}

function dayOfYear(date: Date): number {
  const start = new Date(0);
  start.setUTCFullYear(date.getUTCFullYear(), 0, 1);
  return Math.floor((date.getTime() - start.getTime()) / 86_400_000);
}
