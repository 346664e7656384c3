/** What an inline suppression says: `kerb: allow <policy>[, <policy>] until YYYY-MM-DD -- reason`. */
import type { Span } from '../model.ts';

/** A suppression, read. */
export interface Suppression {
  readonly policies: readonly string[];
  /** Last day on which it governs, `YYYY-MM-DD`. */
  readonly until: string;
  readonly reason: string;
  /** The comment, in the file's offsets. */
  readonly span: Span;
  /** What it says, white space evened out: the same suppression in another version of the file has the same text. */
  readonly text: string;
}

/** What a comment is. */
export type Reading =
  | { readonly kind: 'none' }
  | { readonly kind: 'suppression'; readonly suppression: Suppression }
  | { readonly kind: 'malformed'; readonly message: string; readonly text: string };

const form = 'write it as `kerb: allow <policy> until YYYY-MM-DD -- reason`';
const maxReason = 500;

/** An attempt at a suppression, however it is written: `KERB: Allow a/b`, `kerb allow a/b`. */
const attempt = /kerb:?\s*allow\s+[a-z0-9-]+\/[a-z0-9-]/i;

/** Reads a comment. Only one that begins with `kerb:` is a suppression, or tries to be one. */
export function readSuppression(comment: string, span: Span): Reading {
  const match = /^(?:#+|\/\/+|\/\*+|<!--|--|;+)?\s*kerb:\s*([\s\S]*)$/.exec(comment);
  const isAttempt = match === null && /^\W{0,4}\s*kerb/i.test(comment) && attempt.test(comment);
  if (match === null && !isAttempt) return { kind: 'none' };
  const text = (match?.[1] ?? comment)
    .replace(/(?:\*+\/|-->)\s*$/, '')
    .replace(/\s+/g, ' ')
    .trim();
  const malformed = (message: string): Reading => ({ kind: 'malformed', message: `${message}; ${form}`, text });
  if (!/^allow\b/.test(text)) return malformed('a comment for Kerb begins with `kerb: allow`');
  const dashes = /\s--(?:\s|$)/.exec(text);
  const head = dashes === null ? text : text.slice(0, dashes.index);
  const reason = dashes === null ? '' : text.slice(dashes.index + dashes[0].length).trim();
  const [subject = '', date] = head.slice('allow'.length).split(/\suntil(?:\s+|$)/);
  const policies = subject
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '');
  if (policies.length === 0) return malformed('it names no policy');
  if (date === undefined || date.trim() === '') return malformed('it has no date');
  if (policies.some((id) => !/^[a-z0-9-]+(?:\/[a-z0-9-]+)+$/.test(id)))
    return malformed('what it allows is not a policy id');
  if (dashes === null && /^\d{4}-\d{2}-\d{2}\s*[^\s\d]/.test(date))
    return malformed('` -- ` before the reason is missing');
  if (!isDate(date.trim())) return malformed('its date is not one');
  if (reason === '') return malformed('it gives no reason');
  if (attempt.test(reason)) return malformed('its reason holds another suppression: each takes a comment of its own');
  return {
    kind: 'suppression',
    suppression: { policies, until: date.trim(), reason: reason.slice(0, maxReason), span, text },
  };
}

/** How many days lie between two dates, `YYYY-MM-DD`. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000);
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(text);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}
