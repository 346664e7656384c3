/**
 * CODEOWNERS: who is asked about a path, as GitHub documents it: https://docs.github.com/articles/about-code-owners. A line
 * that GitHub would skip owns nothing here either.
 */
import { segmentMatcher } from '../../engine/index.ts';

export interface OwnerRule {
  readonly matches: (path: string) => boolean;
  /** Empty: nobody, also where an earlier line names somebody. */
  readonly owners: readonly string[];
}

/** The last ones count before all others, so of too many these are kept. */
const maxRules = 5_000;
const maxSegments = 64;

/** Reads the file; null where it says nothing. Sections, which GitLab knows, are passed over. */
export function readCodeOwners(text: string): readonly OwnerRule[] | null {
  const rules = text
    .split(/\r?\n/)
    .map((line) => withoutComment(line).trim())
    .filter((line) => line !== '')
    .flatMap((line) => readRule(line) ?? [])
    .slice(-maxRules);
  return rules.length === 0 ? null : rules;
}

/** The owners of a path: those of the last line that matches. */
export function ownersOf(path: string, rules: readonly OwnerRule[]): readonly string[] {
  return rules.findLast(({ matches }) => matches(path))?.owners ?? [];
}

function withoutComment(line: string): string {
  const comment = line.search(/(?:^|\s)#/);
  return comment < 0 ? line : line.slice(0, comment);
}

function readRule(line: string): OwnerRule | null {
  const [pattern = '', ...owners] = line.split(/(?<!\\)\s+/);
  const segments = segmentsOf(pattern.replaceAll('\\ ', ' '));
  return segments === null || !owners.every(isOwner) ? null : { matches: segmentMatcher(segments), owners };
}

/** `@person`, `@organisation/team`, or an address. */
function isOwner(text: string): boolean {
  return /^(@[^\s@]+|[^\s@]+@[^\s@]+)$/.test(text);
}

/**
 * Of .gitignore it has neither negation nor classes nor an escaped `#`, and `a/*` means what lies in `a` itself. Null for
 * what is no pattern.
 */
function segmentsOf(pattern: string): readonly string[] | null {
  if (/^(!|\\#)|[[\]]/.test(pattern)) return null;
  const named = pattern.split('/').filter((segment) => segment !== '');
  const last = named.at(-1);
  if (last === undefined || named.length > maxSegments) return null;
  const isAnchored = pattern.startsWith('/') || named.length > 1;
  const form = isAnchored ? named : ['**', ...named];
  if (pattern.endsWith('/')) return [...form, '*', '**'];
  return isAnchored && last === '*' ? form : [...form, '**'];
}
