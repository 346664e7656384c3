/**
 * Finds credentials in text: one automaton looks for the keywords of all forms at once, and only around a keyword is a
 * form's regular expression tried, in linear time. What cannot be a secret is left out, and what is one is only ever shown masked.
 */
import type { Span } from '../model.ts';
import type { SecretRule } from '../policy/policy.ts';
import { type Automaton, createAutomaton, findWords } from './secret/automaton.ts';
import { findEncoded } from './secret/encoded.ts';
import { compileForm, type Form, type SecretProblem } from './secret/form.ts';
import { type Found, withoutOverlaps } from './secret/overlap.ts';

export type { SecretProblem } from './secret/form.ts';

/** All forms of credentials, ready to look for. */
export interface SecretScanner {
  readonly forms: readonly Form[];
  readonly automaton: Automaton;
  /** The forms, by index, that each word of the automaton is a keyword of. */
  readonly formsOf: readonly (readonly number[])[];
  /** Rules whose patterns are wrong: they find nothing. */
  readonly problems: readonly SecretProblem[];
}

/** A credential in a text. */
export interface SecretHit {
  readonly policy: string;
  /** The secret itself, in the text's offsets; where it stands encoded, all of the encoded stretch. */
  readonly span: Span;
  /** Safe to show: `ghp_…`. */
  readonly masked: string;
}

export interface SecretScan {
  readonly hits: readonly SecretHit[];
  /** Why not all of the text was looked at; null where it was. */
  readonly problem: string | null;
}

/** Compiles the forms of all policies into one scanner. Never throws: see `problems`. */
export function compileSecrets(
  rules: readonly { readonly policy: string; readonly secret: SecretRule }[],
): SecretScanner {
  const compiled = rules.map(({ policy, secret }) => compileForm(policy, secret));
  const forms = compiled.filter((form): form is Form => 'secretIn' in form);
  const problems = compiled.filter((form): form is SecretProblem => 'message' in form);
  const words = new Map<string, number[]>();
  for (const [index, form] of forms.entries()) {
    for (const keyword of new Set(form.keywords.map((word) => word.toLowerCase()))) {
      words.set(keyword, [...(words.get(keyword) ?? []), index]);
    }
  }
  return { forms, automaton: createAutomaton([...words.keys()]), formsOf: [...words.values()], problems };
}

/** What one text may cost: characters under all windows together, and hits. */
const limits = { window: 64 * 1024 * 1024, hits: 10_000, encoded: 10_000 } as const;

/** Credentials in a text, in order, none overlapping another. Time is linear in the text. */
export function scanSecrets(scanner: SecretScanner, text: string): SecretScan {
  const plain = scanText(scanner, text, limits.window);
  const found = [...plain.found];
  let { problem } = plain;
  for (const encoded of findEncoded(text).slice(0, limits.encoded)) {
    const inner = scanText(scanner, encoded.text, encoded.text.length * 64);
    problem ??= inner.problem;
    const best = withoutOverlaps(inner.found).at(0);
    if (best) found.push({ ...best, span: encoded.span });
  }
  const hits = withoutOverlaps(found).map(({ form, span, masked }) => ({ policy: form.policy, span, masked }));
  return { hits, problem };
}

function scanText(
  scanner: SecretScanner,
  text: string,
  budget: number,
): { found: readonly Found[]; problem: string | null } {
  const { windows, complete } = windowsOf(scanner, text, budget);
  const found: Found[] = [];
  for (const [index, spans] of windows.entries()) {
    const form = scanner.forms[index]!;
    for (const span of spans) matchWindow(form, text, span, found);
    if (found.length > limits.hits)
      return { found, problem: `more than ${limits.hits} secrets: the rest of the file was not judged` };
  }
  return {
    found,
    problem: complete ? null : 'too many words that go with secrets: the rest of the file was not judged',
  };
}

/** For each form, the stretches of the text around its keywords, in order and disjoint. */
function windowsOf({ forms, automaton, formsOf }: SecretScanner, text: string, budget: number) {
  const windows: { start: number; end: number }[][] = forms.map(() => []);
  let left = budget;
  findWords(automaton, text, (word, end) => {
    for (const index of formsOf[word]!) {
      const form = forms[index]!;
      const open = windows[index]!.at(-1);
      const start = Math.max(0, end - form.before);
      const stop = Math.min(text.length, end + form.after);
      if (open && start <= open.end) {
        left -= stop - open.end;
        open.end = stop;
      } else {
        left -= stop - start;
        windows[index]!.push({ start, end: stop });
      }
    }
    return left < 0 ? 'stop' : undefined;
  });
  return { windows, complete: left >= 0 };
}

/** A window is read in stretches, so that one far away from the next does not make a long text of it. */
const stretch = 32_768;

function matchWindow(form: Form, text: string, window: Span, into: Found[]): void {
  for (let start = window.start; start < window.end; ) {
    const end = Math.min(window.end, start + stretch + form.after);
    const next = end === window.end ? end : start + stretch;
    matchStretch(form, text, { start, end }, next, into);
    start = next === end ? window.end : Math.max(start + 1, next - form.before);
  }
}

/** One character more on each side lets `\b` and `^` see what stands there; a match over the edge belongs elsewhere. */
function matchStretch(form: Form, text: string, { start, end }: Span, until: number, into: Found[]): void {
  const from = Math.max(0, start - 1);
  const to = Math.min(text.length, end + 1);
  const slice = text.slice(from, to);
  for (let at = start - from; at <= slice.length; ) {
    const match = form.regex.find(slice, at);
    if (match === null || (from + match.start >= until && until !== end)) return;
    at = Math.max(match.end, match.start + 1);
    const secret = form.secretIn(slice, match);
    if (secret === null || (match.start === 0 && from > 0) || (match.end === slice.length && to < text.length))
      continue;
    const span = { start: secret.start + from, end: secret.end + from };
    into.push({ form, span, masked: form.masked(slice.slice(secret.start, secret.end)) });
    if (into.length > limits.hits) return;
  }
}
