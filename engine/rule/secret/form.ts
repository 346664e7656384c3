import type { Span } from '../../model.ts';
import { once } from '../../once.ts';
import type { SecretRule } from '../../policy/policy.ts';
import { beginningOf } from '../../regex/beginning.ts';
import type { Match, Regex } from '../../regex/index.ts';
import { fixedCharacters, fixedPrefixLength, groupNode } from '../../regex/literal.ts';
import { hasOpaqueSet } from '../../regex/native.ts';
import type { RegexNode } from '../../regex/node.ts';
import type { ParsedRegex, RegexProblem } from '../../regex/parse.ts';
import type { Patterns } from './patterns.ts';
import { entropyOf, isPlausible } from './plausible.ts';

/** A credential's form, compiled. */
export interface Form {
  readonly policy: string;
  readonly regex: Regex;
  /**
   * Where a match can begin, counted from a keyword's beginning: at it, one character before it too, or anywhere near.
   * Most forms begin with their keyword, and are tried there alone.
   */
  readonly begins: 'at' | 'before' | 'near';
  /** How far around a keyword a match can reach, in UTF-16 units. */
  readonly before: number;
  readonly after: number;
  /** How special the form is: characters of the secret that are fixed. */
  readonly fixed: number;
  readonly keywords: readonly string[];
  /** What has to stand before a match on its line; null where anything may. */
  readonly preceded: Regex | null;
  /** The secret in a match, or null where it is none after all. */
  secretIn(text: string, match: Match): Span | null;
  /** The secret as it may be shown: what is the same in every secret of the form, and an ellipsis. */
  masked(secret: string): string;
}

export interface SecretProblem {
  readonly policy: string;
  /** The regex that is wrong, and where: an offset in it. */
  readonly regex: string;
  readonly offset: number;
  readonly message: string;
}

/** Reach where a pattern has no longest match: enough for a key of 16,384 bits with its armour. */
const farthest = 16_384;
const farthestBefore = 512;
/** How far from a form a keyword that is no part of it may stand: the vendor's name beside a token. */
const neighbourhood = 80;
/** Of what is the same in every secret of a form, no more than this is shown. */
const longestPrefix = 12;

/** A form that is compiled when one of its keywords is first met. */
export interface FormSource {
  readonly policy: string;
  readonly keywords: readonly string[];
  readonly open: () => Form;
}

/** A form whose patterns are sound. */
export function formSource(policy: string, rule: SecretRule, patterns: Patterns): FormSource {
  return { policy, keywords: rule.keywords, open: once(() => openForm(policy, rule, patterns)) };
}

/** What is wrong with a form: one of its patterns is not RE2's, or has no such group. */
export function formProblem(policy: string, rule: SecretRule, patterns: Patterns): SecretProblem | null {
  for (const source of [...(rule.allow ?? []), ...(rule.before === undefined ? [] : [rule.before]), rule.regex]) {
    const parsed = patterns.parse(source);
    const problem = 'message' in parsed ? parsed : compileWhereOpaque(source, parsed, patterns);
    if (problem !== null) return { policy, regex: source, ...problem };
  }
  const { parsed, index } = secretGroup(rule, patterns);
  if (groupNode(parsed.node, index) !== null) return null;
  return { policy, regex: rule.regex, offset: 0, message: `the pattern has no group ${index}` };
}

function openForm(policy: string, rule: SecretRule, patterns: Patterns): Form {
  const { parsed, index } = secretGroup(rule, patterns);
  return compileForm({ policy, rule, patterns, parsed, index, node: groupNode(parsed.node, index)! });
}

/** A form's pattern, and which of its groups is the secret. */
function secretGroup(rule: SecretRule, patterns: Patterns): { parsed: ParsedRegex; index: number } {
  const parsed = patterns.parse(rule.regex);
  if ('message' in parsed) throw new Error(`a pattern that was sound is not: ${parsed.message}`);
  return { parsed, index: rule.group ?? (parsed.groups > 0 ? 1 : 0) };
}

/** Sets that only the general engine knows can be wrong in ways that it alone sees. */
function compileWhereOpaque(source: string, parsed: ParsedRegex, patterns: Patterns): RegexProblem | null {
  return hasOpaqueSet(parsed.node) ? patterns.compile(source).problem : null;
}

interface FormParts {
  readonly policy: string;
  readonly rule: SecretRule;
  readonly patterns: Patterns;
  readonly parsed: ParsedRegex;
  /** The group that is the secret, and its node. */
  readonly index: number;
  readonly node: RegexNode;
}

function compileForm({ policy, rule, patterns, parsed, index, node }: FormParts): Form {
  const allowed = (rule.allow ?? []).map((source) => patterns.compile(source).regex).filter((regex) => regex !== null);
  const regex = patterns.compile(rule.regex).regex!;
  const begins = beginsAt(parsed.node, rule.keywords);
  const around = begins === 'near' ? neighbourhood : 0;
  return {
    policy,
    regex,
    begins,
    before: Math.min(regex.longest + around, farthestBefore),
    after: Math.min(regex.longest + around, farthest),
    fixed: fixedCharacters(node),
    keywords: rule.keywords,
    preceded: rule.before === undefined ? null : patterns.compile(rule.before).regex,
    secretIn: (text, match) => {
      const span = index === 0 ? match : (match.groups[index - 1] ?? null);
      if (span === null || span.end === span.start) return null;
      return isSecret(text.slice(span.start, span.end), rule.entropy ?? 0, allowed) ? span : null;
    },
    masked: (secret) => `${secret.slice(0, Math.min(longestPrefix, fixedPrefixLength(node, secret)))}…`,
  };
}

function beginsAt(node: RegexNode, keywords: readonly string[]): Form['begins'] {
  const words = keywords.map((word) => word.toLowerCase());
  const beginning = beginningOf(node, Math.max(...words.map((word) => word.length)));
  if (beginning === null || !beginning.texts.every((text) => words.some((word) => text.startsWith(word))))
    return 'near';
  return beginning.lead === 'none' ? 'at' : 'before';
}

function isSecret(text: string, leastEntropy: number, allowed: readonly Regex[]): boolean {
  if (leastEntropy > 0 && entropyOf(text) < leastEntropy) return false;
  return isPlausible(text) && !allowed.some((regex) => regex.test(text));
}
