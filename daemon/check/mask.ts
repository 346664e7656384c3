/** What of a file may be shown: its text with every credential in it struck out. */
import type { PolicySet, Span, Verdict } from '../../engine/index.ts';

export interface Masker {
  /** The file's text, every offset unchanged. */
  readonly masked: string;
  /** Any other text, with the file's credentials struck out. */
  readonly mask: (text: string) => string;
}

/** Weaknesses whose finding marks a credential, also one that no known form of a secret tells. */
const credentialControls = new Set([
  'CWE/CWE-798',
  'CWE/CWE-259',
  'CWE/CWE-321',
  'CWE/CWE-522',
  'CWE/CWE-538',
  'NHI2:2025',
]);
/** Shorter texts are no credentials, and striking them out everywhere would make the rest unreadable. */
const shortestSecret = 4;

/** What may be shown of the file that a verdict is about. */
export function masker(verdict: Verdict, policies: PolicySet): Masker {
  const { text } = verdict.file;
  const secrets = new Set(verdict.secrets.map(({ start, end }) => text.slice(start, end)));
  for (const span of credentialSpans(verdict, policies)) {
    for (const value of valuesIn(text.slice(span.start, span.end))) secrets.add(value);
  }
  // The longest first: a short secret may be a part of a long one.
  const ordered = [...secrets].filter((secret) => secret.length >= shortestSecret).sort((a, b) => b.length - a.length);
  const mask = (shown: string): string => ordered.reduce((rest, secret) => rest.replaceAll(secret, strikeOut), shown);
  return { masked: mask(text), mask };
}

function credentialSpans(verdict: Verdict, policies: PolicySet): Span[] {
  const ids = new Set(
    policies.policies
      .filter(({ policy }) => policy.controls.some((control) => credentialControls.has(control)))
      .map(({ policy }) => policy.id),
  );
  return verdict.findings.filter((finding) => ids.has(finding.policy)).map((finding) => finding.span);
}

/** The values in a marked text: what stands in quotes, and what stands after `=` or `:`; else the whole. */
function valuesIn(marked: string): string[] {
  const values = [...marked.matchAll(/"([^"\n]+)"|'([^'\n]+)'|`([^`]+)`|[=:]\s*([^\s"'`,;]+)/g)].map(
    (match) => match.slice(1).find(Boolean) ?? '',
  );
  const found = values.filter((value) => value.length >= shortestSecret && !/^[$%]?\{|^\$/.test(value));
  return found.length > 0 || marked.trim().length < shortestSecret ? found : [marked.trim()];
}

/** As long as what it hides, so that columns and lines stay where they are. */
function strikeOut(secret: string): string {
  return secret.replace(/[^\r\n]/g, '*');
}
