/**
 * Finds credentials in text: one automaton looks for the keywords of all forms at once, and only around a keyword is a
 * form's regular expression tried, in linear time. What cannot be a secret is left out, and what is one is only ever shown masked.
 */
import type { Span } from '../model.ts';
import type { SecretRule } from '../policy/policy.ts';
import type { Match } from '../regex/index.ts';
import { type Automaton, createAutomaton, findWords, type Take } from './secret/automaton.ts';
import { findEncoded } from './secret/encoded.ts';
import { type Form, type FormSource, formProblem, formSource, type SecretProblem } from './secret/form.ts';
import { type Occurrences, occurrencesIn } from './secret/occurrences.ts';
import { type Found, withoutOverlaps } from './secret/overlap.ts';
import { createPatterns } from './secret/patterns.ts';

export type { SecretProblem } from './secret/form.ts';

/** All forms of credentials, ready to look for. */
export interface SecretScanner {
  readonly forms: readonly FormSource[];
  readonly automaton: Automaton;
  /** The forms, by index, that each word of the automaton is a keyword of. */
  readonly formsOf: readonly (readonly number[])[];
  /** How long each word is. */
  readonly lengths: readonly number[];
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
  /** What other, less special policies see in the same place, best first: for where this one does not judge. */
  readonly others: readonly Omit<SecretHit, 'others'>[];
}

export interface SecretScan {
  readonly hits: readonly SecretHit[];
  /** Why not all of the text was looked at; null where it was. */
  readonly problem: string | null;
}

/** A policy's form of credentials. */
export interface SecretForm {
  readonly policy: string;
  readonly secret: SecretRule;
  /** Whether its patterns have been looked at before, and nothing was wrong with them. */
  readonly isSound?: boolean;
}

/** Compiles the forms of all policies into one scanner. Never throws: see `problems`. */
export function compileSecrets(given: readonly SecretForm[]): SecretScanner {
  const patterns = createPatterns();
  const problems = given
    .filter(({ isSound }) => !isSound)
    .map(({ policy, secret }) => formProblem(policy, secret, patterns))
    .filter((problem) => problem !== null);
  const unsound = new Set(problems.map(({ policy }) => policy));
  const forms = given
    .filter(({ policy }) => !unsound.has(policy))
    .map(({ policy, secret }) => formSource(policy, secret, patterns));
  const words = new Map<string, number[]>();
  for (const [index, form] of forms.entries()) {
    for (const keyword of new Set(form.keywords.map((word) => word.toLowerCase()))) {
      words.set(keyword, [...(words.get(keyword) ?? []), index]);
    }
  }
  const keywords = [...words.keys()];
  return {
    forms,
    automaton: createAutomaton(keywords),
    formsOf: [...words.values()],
    lengths: keywords.map((word) => word.length),
    problems,
  };
}

/** What one text may cost: hits, and stretches of base64. For reading see {@link budgetOf}. */
const limits = { hits: 10_000, encoded: 10_000 } as const;

/** What is kept between two scans of a text that is edited. It only saves work. */
export interface ScanMemory {
  keywords: Occurrences | null;
}

/** Credentials in a text, in order, none overlapping another. Time is linear in the text. */
export function scanSecrets(scanner: SecretScanner, text: string, memory: ScanMemory | null = null): SecretScan {
  const plain = scanText(scanner, text, budgetOf(text), memory);
  const found = [...plain.found];
  let { problem } = plain;
  for (const encoded of findEncoded(text).slice(0, limits.encoded)) {
    const inner = scanText(scanner, encoded.text, budgetOf(encoded.text), null);
    problem ??= inner.problem;
    const best = withoutOverlaps(inner.found).at(0);
    if (best) found.push({ ...best, span: encoded.span });
  }
  const hits = withoutOverlaps(found).map((best) => ({ ...hitOf(best), others: best.others.map(hitOf) }));
  return { hits, problem };
}

function hitOf({ form, span, masked }: Found): Omit<SecretHit, 'others'> {
  return { policy: form.policy, span, masked };
}

function scanText(scanner: SecretScanner, text: string, budget: number, memory: ScanMemory | null) {
  const { forms, formsOf, lengths } = scanner;
  const found: Found[] = [];
  /** Per form: where the last stretch that was searched ended, so that none is searched twice. */
  const searched = new Int32Array(forms.length);
  let left = budget;
  eachKeyword(scanner, text, memory, (word, end) => {
    for (const index of formsOf[word]!) {
      const form = forms[index]!.open();
      const start = end - lengths[word]!;
      left -=
        form.begins === 'near'
          ? searchNear(form, text, end, searched, index, found)
          : tryAt(form, text, start, end, found);
    }
    return left < 0 || found.length > limits.hits ? 'stop' : undefined;
  });
  return { found, problem: left < 0 || found.length > limits.hits ? tooMuch : null };
}

function eachKeyword({ automaton, lengths }: SecretScanner, text: string, memory: ScanMemory | null, take: Take): void {
  const known = memory === null ? null : occurrencesIn(automaton, Math.max(0, ...lengths), text, memory.keywords);
  if (memory === null || known === null) {
    findWords(automaton, text, take);
    return;
  }
  memory.keywords = known;
  for (const { word, end } of known.words) if (take(word, end) === 'stop') return;
}

/** About the characters that regular expressions may read: several times what an ordinary text needs. */
function budgetOf(text: string): number {
  return 32_000_000 + 4 * text.length;
}

const tooMuch = 'too much in the file looks like secrets: the rest of it was not judged';

/** What looking at a keyword costs at least, in characters read. Of a slice most is not read: a form fails early. */
const leastCost = 64;

/** Tries a form that begins with its keyword. */
function tryAt(form: Form, text: string, start: number, end: number, into: Found[]): number {
  const from = Math.max(0, start - 2);
  const to = Math.min(text.length, end + form.after + 1);
  const slice = text.slice(from, to);
  const match =
    form.regex.matchAt(slice, start - from) ??
    (form.begins === 'before' && start > from ? form.regex.matchAt(slice, start - from - 1) : null);
  if (match) take(form, text, slice, from, match, into);
  return leastCost + slice.length / (form.regex.longest === Infinity ? 1 : 2);
}

/** Searches the surroundings of a keyword, as far as they have not been searched for this form. */
function searchNear(form: Form, text: string, end: number, searched: Int32Array, index: number, into: Found[]): number {
  const start = Math.max(searched[index]!, end - form.before, 0);
  const stop = Math.min(text.length, end + form.after);
  const from = Math.max(0, start - 1);
  const slice = text.slice(from, Math.min(text.length, stop + 1));
  for (let at = start - from; at <= slice.length; ) {
    const match = form.regex.find(slice, at);
    if (match === null) break;
    at = Math.max(match.end, match.start + 1);
    searched[index] = Math.max(searched[index]!, from + at);
    take(form, text, slice, from, match, into);
  }
  return slice.length + leastCost;
}

/** What stands before an offset on its line, no more than {@link longestLead} of it. */
function lineBefore(text: string, offset: number): string {
  const near = text.slice(Math.max(0, offset - longestLead), offset);
  return near.slice(near.lastIndexOf('\n') + 1);
}

const longestLead = 512;

/** Keeps a match that is a secret. One that ends with the slice might have gone on: it is found from the next keyword. */
function take(form: Form, text: string, slice: string, from: number, match: Match, into: Found[]): void {
  const secret = form.secretIn(slice, match);
  if (secret === null || (match.end === slice.length && from + slice.length < text.length)) return;
  if (form.preceded && !form.preceded.test(lineBefore(text, from + match.start))) return;
  const span = { start: secret.start + from, end: secret.end + from };
  into.push({ form, span, masked: form.masked(slice.slice(secret.start, secret.end)) });
}
