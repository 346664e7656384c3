/** Texts for people. Whatever comes from devices is put in as text, and what would disturb reading it is made visible. */

/** Controls, marks that turn the direction of writing, and what has no width: a name could pretend to be another by them. */
const invisible = /[\p{Cc}\p{Cf}\u2028\u2029\ufff0-\uffff]/gu;

export function plain(text: string): string {
  return text.replace(invisible, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}

/** The page's own language: the browser's may be one that it does not know itself, as `en-US@posix`. */
export const locale = 'en-GB';

const moment = new Intl.DateTimeFormat(locale, {
  day: '2-digit',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
const whole = new Intl.NumberFormat(locale);

export function momentOf(instant: string | number): string {
  return moment.format(new Date(instant));
}

export function dayOf(instant: string | number): string {
  return day.format(new Date(instant));
}

export function count(value: number): string {
  return whole.format(value);
}

/** `1 decision`, `2 decisions`. */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

/** How long ago, in the largest unit that fits. */
export function ago(instant: string, now: number): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(instant)) / 1_000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h ago`;
  return `${Math.floor(seconds / 86_400)} days ago`;
}
