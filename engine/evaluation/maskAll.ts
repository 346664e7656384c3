/** No text that leaves the engine shows a secret, whichever policy wrote it. */
import { mask } from '../mask.ts';
import type { Finding, Span } from '../model.ts';
import { clipped, type Filled } from '../policy/template.ts';

const gram = 12;
const shortest = 4;
/** A password that is a word (`mysql`) stands in names all over the file: hiding those would tell it rather than hide it. */
const word = /^[A-Za-z]{1,7}$/;

/**
 * Findings with every secret in a message, path, name or reason masked; the very same where there is none. `uncutOf` tells
 * what a message was cut from: it is masked before it is cut.
 */
export function maskAll(
  findings: readonly Finding[],
  secrets: readonly string[],
  uncutOf: (finding: Finding) => readonly Filled[] | null,
): readonly Finding[] {
  if (secrets.length === 0) return findings;
  const masked = createMasker(secrets);
  return findings.map((finding) => {
    const uncut = finding.message.includes('…') ? uncutOf(finding) : null;
    const message = uncut === null ? masked(finding.message) : clipped(uncut, masked);
    const path = masked(finding.path);
    const resource = masked(finding.resource);
    const related = finding.related.map((one) => ({ ...one, message: masked(one.message) }));
    const exception =
      finding.exception === null || finding.exception.kind === 'baseline'
        ? finding.exception
        : { ...finding.exception, reason: masked(finding.exception.reason) };
    return { ...finding, message, path, resource, related, exception };
  });
}

/** Masks secrets in a text, also where the text shows only a stretch of one, or its white space evened out. */
export function createMasker(secrets: readonly string[]): (text: string) => string {
  const written = secrets.flatMap((secret) => [secret, secret.replace(/^(["'])(.*)\1$/s, '$2')]);
  const evened = [...new Set(written.map((secret) => secret.replace(/\s+/g, ' ')))].filter(
    (secret) => secret.length >= shortest && !word.test(secret),
  );
  const short = evened.filter((secret) => secret.length < gram);
  const grams = new Set<string>();
  for (const secret of evened) {
    for (let at = 0; at + gram <= secret.length; at++) grams.add(secret.slice(at, at + gram));
  }
  return (text) => {
    const spans: Span[] = [...stretches(text, grams), ...short.flatMap((secret) => occurrences(text, secret))];
    return spans.length === 0 ? text : mask(text, united(spans));
  };
}

function stretches(text: string, grams: ReadonlySet<string>): Span[] {
  const spans: Span[] = [];
  for (let at = 0; at + gram <= text.length; at++) {
    if (grams.has(text.slice(at, at + gram))) spans.push({ start: at, end: at + gram });
  }
  return spans;
}

function occurrences(text: string, secret: string): Span[] {
  const spans: Span[] = [];
  for (let at = text.indexOf(secret); at >= 0; at = text.indexOf(secret, at + secret.length)) {
    spans.push({ start: at, end: at + secret.length });
  }
  return spans;
}

function united(spans: readonly Span[]): readonly Span[] {
  const result: { start: number; end: number }[] = [];
  for (const { start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const last = result.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else result.push({ start, end });
  }
  return result;
}
