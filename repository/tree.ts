/** An ast-grep tree as the engine sees it. */
import type { CodeLanguage, CodeMatch, CodeTree, Span } from '../engine/index.ts';

/** What is used of ast-grep's binding. Offsets (`index`) are UTF-16 units. */
export interface Binding {
  parse(language: string, text: string): { root(): SyntaxNode };
  registerDynamicLanguage(languages: object): void;
}
interface SyntaxNode {
  text(): string;
  range(): { readonly start: { readonly index: number }; readonly end: { readonly index: number } };
  children(): readonly SyntaxNode[];
  findAll(matcher: object): readonly SyntaxNode[];
  getMatch(name: string): SyntaxNode | null;
  getMultipleMatches(name: string): readonly SyntaxNode[];
  getTransformed(name: string): string | null;
}

/**
 * The tree of a text. It is parsed at the first question, since most texts are ruled out by the words that they lack. It is
 * native memory, kept for as long as something holds it.
 */
export function codeTree(binding: Binding, language: string, text: string): CodeTree {
  let parsed: SyntaxNode | null = null;
  let comments: readonly Span[] | null = null;
  const root = (): SyntaxNode => {
    parsed ??= binding.parse(language, text).root();
    return parsed;
  };
  let statements: readonly SyntaxNode[] | null = null;
  const children = (): readonly SyntaxNode[] => {
    statements ??= root().children();
    return statements;
  };
  return {
    find(rule, statement) {
      const searched = statement === undefined ? root() : children()[statement];
      const found = searched?.findAll(rule) ?? [];
      if (found.length === 0) return [];
      const variables = variablesOf(rule);
      return found.map((node) => matchOf(node, variables, text));
    },
    statements() {
      return children().map(spanOf);
    },
    comments() {
      comments ??= root()
        .findAll({ rule: commentRule(language) })
        .map(spanOf);
      return comments;
    },
  };
}

interface Variables {
  readonly single: readonly string[];
  readonly multiple: readonly string[];
  readonly transformed: readonly string[];
}

/** The metavariables that a rule names, wherever in it they stand. */
function variablesOf(rule: object): Variables {
  const source = JSON.stringify(rule);
  const multiple = new Set([...source.matchAll(/\$\$\$([A-Z_][A-Z_0-9]*)/g)].map((match) => match[1]!));
  const single = new Set([...source.matchAll(/(?<!\$)\$([A-Z][A-Z_0-9]*)/g)].map((match) => match[1]!));
  const transform = 'transform' in rule ? rule.transform : null;
  const transformed = typeof transform === 'object' && transform !== null ? Object.keys(transform) : [];
  return { single: [...single], multiple: [...multiple], transformed };
}

function matchOf(node: SyntaxNode, names: Variables, text: string): CodeMatch {
  const variables: Record<string, { text: string; span: Span | null }> = Object.create(null);
  for (const name of names.single) {
    const found = node.getMatch(name);
    if (found !== null) variables[name] = { text: found.text(), span: spanOf(found) };
  }
  for (const name of names.multiple) {
    const found = node.getMultipleMatches(name);
    const span = {
      start: found[0] === undefined ? 0 : spanOf(found[0]).start,
      end: found.at(-1) === undefined ? 0 : spanOf(found.at(-1)!).end,
    };
    if (found.length > 0) variables[name] = { text: text.slice(span.start, span.end), span };
    else variables[name] ??= { text: '', span: null };
  }
  for (const name of names.transformed) {
    const made = node.getTransformed(name);
    if (made !== null) variables[name] = { text: made, span: null };
  }
  return { span: spanOf(node), variables };
}

function spanOf(node: SyntaxNode): Span {
  const { start, end } = node.range();
  return { start: start.index, end: end.index };
}

/** Java tells its comments apart; all other grammars call them `comment`. */
function commentRule(language: CodeLanguage | string): object {
  return language === 'java' ? { any: [{ kind: 'line_comment' }, { kind: 'block_comment' }] } : { kind: 'comment' };
}
