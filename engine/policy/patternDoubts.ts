/** What a pattern says that ast-grep takes and its author probably did not mean. */
import type { Path } from '../model.ts';
import { metavariablesOf } from './environment.ts';
import type { PatternRule } from './policy.ts';

/** A warning, and its place in the pattern. */
export interface PatternDoubt {
  readonly path: Path;
  readonly message: string;
}

/** What is doubtful in a pattern, in its order. */
export function patternDoubts(pattern: PatternRule): readonly PatternDoubt[] {
  return [
    ...ellipsesIn(pattern.rule, ['rule']).map((path) => ({ path, message: ellipsis })),
    ...unboundIn(pattern).map((name) => ({
      path: ['fix'],
      message: `nothing that the rule matches is called $${name}: it stays as it is`,
    })),
  ];
}

const ellipsis = 'in a pattern `...` is what the code says; for any number of things write $$$';

/** The patterns where `...` stands alone among arguments or elements, as Semgrep has it. */
function ellipsesIn(rule: unknown, at: Path): readonly Path[] {
  if (typeof rule !== 'object' || rule === null) return [];
  return Object.entries(rule).flatMap(([key, value]) => {
    const path = [...at, Array.isArray(rule) ? Number(key) : key];
    if (key !== 'pattern' || typeof value !== 'string') return ellipsesIn(value, path);
    return /(?:^|[(,[{])[ \t]*\.\.\.[ \t]*(?:[),\]}]|$)/m.test(value) ? [path] : [];
  });
}

/** What a fix would fill in that its rule does not bind. In the shell the name may be a variable. */
function unboundIn({ fix = '', language, ...searched }: PatternRule): readonly string[] {
  if (language.includes('bash')) return [];
  const bound = metavariablesOf(searched);
  const named = [...fix.matchAll(/\$\$\$([A-Z_][A-Z_0-9]*)|\$([A-Z][A-Z_0-9]*)/g)].map(
    ([, many, one]) => many ?? one ?? '',
  );
  return [...new Set(named)].filter((name) => !bound.includes(name));
}
