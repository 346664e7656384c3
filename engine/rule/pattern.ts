/** The `pattern` form: ast-grep rules on a syntax tree, asked only where the text has what a match needs. */
import type {
  Code,
  CodeLanguage,
  CodeMatch,
  CodeQuery,
  CodeSearch,
  CodeTree,
  Document,
  Edit,
  Native,
  Span,
} from '../model.ts';
import type { PatternRule } from '../policy/policy.ts';
import { withAsciiRegexes } from './asciiRegex.ts';
import { fillTemplate } from './fill.ts';
import { unreadablePatterns } from './patternSyntax.ts';
import { isMet, needOf } from './prefilter.ts';
import { localPart, splitFileConditions } from './reach.ts';

/** Patterns ready to be matched, by language. */
export interface CompiledPattern {
  readonly byLanguage: ReadonlyMap<CodeLanguage, readonly LanguageRule[]>;
}

interface LanguageRule {
  /** Which of the policy's patterns it is. */
  readonly index: number;
  /** What ast-grep is asked: rule, constraints, utils, transform. */
  readonly query: CodeSearch;
  /** What must also be found, each anywhere in the file. */
  readonly conditions: readonly CodeSearch[];
  readonly fix: string | null;
}

/** What is wrong with one of a policy's patterns. */
export interface PatternProblem {
  readonly index: number;
  readonly message: string;
}

/** One match of a policy's patterns, in the file's offsets. */
export interface PatternHit {
  readonly span: Span;
  readonly text: string;
  /** What metavariables stand for, by name without `$`. */
  readonly variables: CodeMatch['variables'];
  /** The edits that repair it; null where the pattern has no `fix`. */
  readonly fix: readonly Edit[] | null;
}

/**
 * Prepares patterns. Problems say what can be seen to be wrong without a parser; a rule that the parser refuses (a kind
 * that the language does not have) is found when it is first matched.
 */
export function compilePattern(patterns: readonly PatternRule[]): {
  readonly pattern: CompiledPattern;
  readonly problems: readonly PatternProblem[];
} {
  const byLanguage = new Map<CodeLanguage, LanguageRule[]>();
  const problems: PatternProblem[] = [];
  for (const [index, pattern] of patterns.entries()) {
    const message = problemOf(pattern);
    if (message !== null) problems.push({ index, message });
    const { language, fix, ...given } = pattern;
    const { rule: own, conditions } = splitFileConditions(given.rule, language);
    const rule: LanguageRule = {
      index,
      query: searchOf({ ...given, rule: own }),
      conditions: conditions.map((condition) => searchOf({ ...utilsOf(given), rule: condition })),
      fix: fix ?? null,
    };
    for (const name of language) byLanguage.set(name, [...(byLanguage.get(name) ?? []), rule]);
  }
  return { pattern: { byLanguage }, problems };
}

/**
 * Finds every match in a document, in order, one for each place. None where its language has no patterns or no parser;
 * the document says the latter itself. Throws what ast-grep says of a bad rule.
 */
export function matchPattern(pattern: CompiledPattern, document: Document): readonly PatternHit[] {
  const { code, language } = document;
  const rules = language === null ? undefined : pattern.byLanguage.get(language);
  if (code === null || rules === undefined) return [];
  const { text } = document.file;
  const hits = rules.flatMap((rule) => matchesOf(rule, code, text).map((match) => hitOf(match, rule.fix, text)));
  return hits.length < 2 ? hits : distinct(hits);
}

function matchesOf({ query, conditions }: LanguageRule, code: Code, text: string): readonly CodeMatch[] {
  if (!conditions.every(({ mayMatch }) => mayMatch(text))) return [];
  const matches = code.find(query);
  return matches.length > 0 && conditions.every((condition) => code.find(condition).length > 0) ? matches : [];
}

function utilsOf({ utils }: Searched): Pick<Searched, 'utils'> {
  return utils === undefined ? {} : { utils };
}

type Searched = Omit<PatternRule, 'language' | 'fix'>;

function searchOf(searched: Searched): CodeSearch {
  const query = queryOf(searched);
  const local = localPart(searched);
  return { ...query, local: local === searched ? query : local && queryOf(local) };
}

function queryOf(searched: Searched): CodeQuery {
  const need = needOf(searched);
  return { configuration: withAsciiRegexes(searched) as object, mayMatch: (text) => isMet(need, text) };
}

/**
 * What ast-grep says of patterns that it refuses: a kind that the language does not have, a field that rules do not have;
 * and patterns that it takes although they do not parse.
 * For authors, since it is otherwise heard of when a file in that language is first judged.
 */
export function probePattern(
  { byLanguage }: CompiledPattern,
  native: Pick<Native, 'parseCode'>,
): readonly PatternProblem[] {
  return [...byLanguage].flatMap(([language, rules]) => {
    const code = native.parseCode(language, '');
    if (code === null) return [];
    return rules.flatMap(({ index, query, conditions }) =>
      [query, ...conditions].flatMap(({ configuration }) => {
        const refused = refusal(code, configuration, language);
        const said = refused.length > 0 ? refused : unreadable(configuration, language, native);
        return said.map((message) => ({ index, message }));
      }),
    );
  });
}

function unreadable(
  configuration: object,
  language: CodeLanguage,
  native: Pick<Native, 'parseCode'>,
): readonly string[] {
  if (unreadablePatterns(configuration, language, native) === 0) return [];
  return [
    `in ${language}: a pattern is not code of this language by itself, so that it matches nothing; complete it, or write \`context\` and \`selector\``,
  ];
}

function refusal(code: CodeTree, configuration: object, language: CodeLanguage): readonly string[] {
  try {
    code.find(configuration);
    return [];
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : 'it was refused';
    return [`in ${language}: ${said.replace(/\s*\n\s*(?:\|->)?\s*/g, ' ').trim()}`];
  }
}

const anchors = ['pattern', 'kind', 'regex', 'any', 'all', 'matches'];

function problemOf({ rule, language }: PatternRule): string | null {
  if (language.length === 0) return 'a pattern needs a language';
  const anchored = anchors.some((key) => Object.hasOwn(rule, key));
  return anchored
    ? null
    : `a rule needs one of ${anchors.map((key) => `\`${key}\``).join(', ')} to say which nodes it is about`;
}

function hitOf(match: CodeMatch, fix: string | null, text: string): PatternHit {
  const { span, variables } = match;
  return {
    span,
    text: text.slice(span.start, span.end),
    variables,
    fix: fix === null ? null : [{ span, text: fillTemplate(fix, match, text) }],
  };
}

/** Two patterns of one policy may match the same node: it counts once. */
function distinct(hits: readonly PatternHit[]): readonly PatternHit[] {
  const sorted = hits.toSorted((one, other) => one.span.start - other.span.start || one.span.end - other.span.end);
  return sorted.filter(({ span }, index) => {
    const before = sorted[index - 1]?.span;
    return before === undefined || before.start !== span.start || before.end !== span.end;
  });
}
