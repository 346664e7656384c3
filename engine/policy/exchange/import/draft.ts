/** A policy in Kerb's words, before it is one. */
import { stringify } from 'yaml';
import type { Enforcement, Path, Severity } from '../../../model.ts';

/** What was found elsewhere and can be said here. */
export interface Draft {
  /** `<domain>/<name>` where the source names it, else what its name becomes. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly enforcement: Enforcement;
  readonly why: string;
  readonly remedy: string;
  readonly references: readonly string[];
  /** The keys of the rule itself, in their order. */
  readonly rule: Readonly<Record<string, unknown>>;
  readonly message: string;
  readonly fix: Readonly<Record<string, unknown>> | null;
  /** Where the keys of the policy that may turn out wrong come from. */
  readonly origins: Readonly<Record<string, Path>>;
  /** What is different from where it came from, or was left out because it decides nothing. */
  readonly notes: readonly string[];
}

/** The policy's file. */
export function textOfDraft(draft: Draft): string {
  const { title, severity, enforcement, why, remedy, references, rule, message, fix } = draft;
  const document = {
    title: cut(title, maxTitle),
    severity,
    enforcement,
    why: cut(why, maxProse),
    remedy: cut(remedy, maxProse),
    owners: ['platform-security'],
    ...(references.length === 0 ? {} : { references }),
    ...rule,
    message: message.trim(),
    ...(fix === null ? {} : { fix }),
  };
  return stringify(document, { lineWidth: 0 });
}

/** What is too long is cut: it decides nothing. A policy is read without the blanks around a text. */
function cut(text: string, most: number): string {
  return text.trim().slice(0, most).trim();
}

const maxTitle = 120;
const maxProse = 2_000;

/** A text that says something; null for one that is blank, as a server takes it for none. */
export function saying(text: string | undefined): string | null {
  return text === undefined || text.trim() === '' ? null : text;
}

/** A name as a part of an id: lower-case letters, digits and hyphens. */
export function idPart(name: string): string {
  return (
    name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '') || 'policy'
  );
}

/** A text as a part of a message: what would be CEL in braces stays text. */
export function escaped(text: string): string {
  return text.replace(/\{(?!\{)|(?<!\})\}/g, (brace) => (brace === '{' ? '{"{"}' : '}'));
}
