/**
 * Questions about a file of code. Answers are kept by top-level statement, so that after an edit only what is new in the
 * file is searched.
 */
import type { Code, CodeMatch, CodeQuery, CodeTree, Span } from '../model.ts';
import { movedSpan } from './node.ts';

/** The code of a text that is read once. */
export function codeOnce(tree: CodeTree, text: string): Code {
  return {
    find: ({ configuration, mayMatch }) => (mayMatch(text) ? tree.find(configuration) : []),
    tree,
    edited: codeToEdit,
  };
}

/** The code of a text that is going to be edited: `Code.edited` takes over what was found. */
export function codeToEdit(tree: CodeTree, text: string): Code {
  return continued(tree, text, { statements: new Map(), answers: new Map() });
}

/** A top-level statement: the same object for as long as one of the same text is in the file. */
interface Statement {
  readonly text: string;
  /** One with a syntax error in it is read in the light of what is around it: it is new each time. */
  readonly isWhole: boolean;
}

/** The statements of a text in order, and where each stands; two of the same text are one statement in two places. */
interface Layout {
  readonly statements: readonly Statement[];
  readonly spans: readonly Span[];
}

/** What was found in each statement, in its own offsets. Statements without a match are left out. */
type Answer = ReadonlyMap<Statement, readonly CodeMatch[]>;

interface Before {
  readonly statements: ReadonlyMap<string, Statement>;
  /** By the configuration that was asked. */
  readonly answers: ReadonlyMap<object, Answer>;
}

function continued(tree: CodeTree, text: string, before: Before): Code {
  const { layout, fresh } = layOut(tree, text, before.statements);
  const present = new Set(layout.statements);
  const answers = new Map<object, Answer>();
  const search = ({ configuration, mayMatch }: CodeQuery): readonly CodeMatch[] =>
    mayMatch(text) ? tree.find(configuration) : [];
  const answerTo = (query: CodeQuery): Answer => {
    const known = before.answers.get(query.configuration);
    if (known === undefined) return byStatement(search(query), layout);
    const asked = fresh.filter((index) => query.mayMatch(layout.statements[index]!.text));
    const kept = [...known].filter(([statement]) => present.has(statement));
    return new Map([...kept, ...byStatement(findIn(tree, query.configuration, asked), layout)]);
  };
  return {
    find(query) {
      const { local } = query;
      if (local === null) return search(query);
      // What a rule asks of the file beyond the statement is often not in it: then no statement is looked into.
      if (local.configuration !== query.configuration && !query.mayMatch(text)) return [];
      const answer = answers.get(local.configuration) ?? answerTo(local);
      answers.set(local.configuration, answer);
      if (answer.size === 0) return [];
      return local.configuration === query.configuration ? inText(answer, layout) : search(query);
    },
    tree,
    edited(later, laterText) {
      const whole = [...present].filter(({ isWhole }) => isWhole);
      return continued(later, laterText, {
        statements: new Map(whole.map((statement) => [statement.text, statement])),
        answers,
      });
    },
  };
}

/** The statements of a tree, and the indices of those that are new, the first place of each. */
function layOut(
  tree: CodeTree,
  text: string,
  before: Before['statements'],
): { readonly layout: Layout; readonly fresh: readonly number[] } {
  const spans = tree.statements();
  const texts = spans.map(({ start, end }) => text.slice(start, end));
  const unknown = [...texts.keys()].filter((index) => !before.has(texts[index]!));
  const broken = new Set(findIn(tree, syntaxErrors, unknown).map(({ span }) => indexAt(spans, span.start)));
  const seen = new Map(before);
  const fresh: number[] = [];
  const statements = texts.map((statementText, index) => {
    const isWhole = !broken.has(index);
    const known = isWhole ? seen.get(statementText) : undefined;
    if (known !== undefined) return known;
    const statement = { text: statementText, isWhole };
    if (isWhole) seen.set(statementText, statement);
    fresh.push(index);
    return statement;
  });
  return { layout: { statements, spans }, fresh };
}

const syntaxErrors = { rule: { kind: 'ERROR' } };

/** ast-grep reads a rule anew at each question, which costs as much as searching many statements. */
const mostAlone = 2;

/** The matches in the statements of these indices at least. */
function findIn(tree: CodeTree, configuration: object, statements: readonly number[]): readonly CodeMatch[] {
  if (statements.length > mostAlone) return tree.find(configuration);
  return statements.flatMap((index) => tree.find(configuration, index));
}

function byStatement(matches: readonly CodeMatch[], { statements, spans }: Layout): Answer {
  const answer = new Map<Statement, CodeMatch[]>();
  const places = new Map<Statement, number>();
  for (const match of matches) {
    const index = indexAt(spans, match.span.start);
    const statement = statements[index];
    if (statement === undefined || (places.get(statement) ?? index) !== index) continue;
    places.set(statement, index);
    const list = answer.get(statement) ?? [];
    list.push(movedMatch(match, -spans[index]!.start));
    answer.set(statement, list);
  }
  return answer;
}

function inText(answer: Answer, { statements, spans }: Layout): readonly CodeMatch[] {
  return statements.flatMap((statement, index) =>
    (answer.get(statement) ?? []).map((match) => movedMatch(match, spans[index]!.start)),
  );
}

function movedMatch({ span, variables }: CodeMatch, by: number): CodeMatch {
  const entries = Object.entries(variables).map(([name, variable]) => {
    return [name, { ...variable, span: variable.span === null ? null : movedSpan(variable.span, by) }];
  });
  return { span: movedSpan(span, by), variables: Object.fromEntries(entries) };
}

/** The index of the last span that begins at an offset or before it; -1 where none does. */
function indexAt(spans: readonly Span[], offset: number): number {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (spans[middle]!.start <= offset) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
