/** CODEOWNERS: who is asked about a path. https://docs.github.com/articles/about-code-owners */
import { globMatcher } from '../../engine/index.ts';

export interface OwnerRule {
  readonly matches: (path: string) => boolean;
  /** Empty: nobody, also where an earlier line names somebody. */
  readonly owners: readonly string[];
}

const maxRules = 5_000;

/** Reads the file; null where it says nothing. Sections, which GitLab knows, are passed over. */
export function readCodeOwners(text: string): readonly OwnerRule[] | null {
  const rules = text
    .split(/\r?\n/)
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '' && !/^\^?\[/.test(line))
    .slice(0, maxRules)
    .map((line) => {
      const [pattern = '', ...owners] = line.split(/(?<!\\)\s+/);
      return { matches: globMatcher([pattern.replaceAll('\\ ', ' ')]), owners };
    });
  return rules.length === 0 ? null : rules;
}

/** The owners of a path: those of the last line that matches. */
export function ownersOf(path: string, rules: readonly OwnerRule[]): readonly string[] {
  return rules.findLast(({ matches }) => matches(path))?.owners ?? [];
}
