/** A Dockerfile as stages with their instructions: plain values, and the tree that says where each of them stands. */
import { type PartContent, type Span, Unknown, type Value } from '../model.ts';
import { execForm, type RawInstruction, scanDockerfile, type Word, wordsOf } from './dockerScan.ts';
import { resolveVariables, type Variables } from './dockerVariable.ts';
import { shellCommands } from './shellCommand.ts';
import { listTree, mapTree, scalar, type Tree } from './tree.ts';

/** Reads a Dockerfile: `{ preamble: [instruction], stages: [stage] }`. */
export function readDockerfile(content: PartContent): PartContent {
  const { text } = content;
  const raw = scanDockerfile(text).slice(0, maxInstructions);
  const first = raw.findIndex(({ keyword, onbuild }) => keyword === 'FROM' && !onbuild);
  const preamble = first < 0 ? raw : raw.slice(0, first);
  const globals: Variables = new Map();
  const before = preamble.map((instruction) =>
    instructionTree(instruction, { variables: globals, user: null, shell: null }),
  );
  const stages = first < 0 ? [] : stagesOf(raw.slice(first), globals);
  const span = { start: 0, end: text.length };
  const root = mapTree({ preamble: listTree(before, span), stages: listTree(stages, span) }, span);
  return { ...content, root: root.node, value: root.value };
}

const maxInstructions = 10_000;

interface Stage {
  readonly name: string;
  readonly user: Value;
  readonly shell: Value;
  readonly variables: Variables;
}

/** What is in force at an instruction; each one may change it for those behind it. */
interface State {
  readonly variables: Variables;
  user: Value;
  shell: Value;
}

function stagesOf(raw: readonly RawInstruction[], globals: Variables): readonly Tree[] {
  const starts = raw.flatMap(({ keyword, onbuild }, index) => (keyword === 'FROM' && !onbuild ? [index] : []));
  const named = new Map<string, Stage>();
  return starts.map((start, index) => {
    const [from, ...rest] = raw.slice(start, starts[index + 1]);
    return stageTree(from!, rest, { named, globals, index, final: index === starts.length - 1 });
  });
}

interface StageContext {
  /** The stages before this one, by name in lower case; it adds itself. */
  readonly named: Map<string, Stage>;
  readonly index: number;
  readonly globals: Variables;
  readonly final: boolean;
}

function stageTree(
  from: RawInstruction,
  rest: readonly RawInstruction[],
  { named, globals, index, final }: StageContext,
): Tree {
  const words = wordsOf(from.text, from.body.start);
  const image = words[0] ?? { text: '', span: from.keywordSpan };
  const name = words[1]?.text.toUpperCase() === 'AS' ? (words[2] ?? null) : null;
  const base = resolveVariables(image.text, globals);
  const parent = typeof base === 'string' ? named.get(base.toLowerCase()) : undefined;
  const state: State = {
    variables: new Map(parent?.variables),
    user: parent?.user ?? null,
    shell: parent?.shell ?? null,
  };
  const instructions = rest.map((instruction) => instructionTree(instruction, state, globals));
  const platform = from.flags.find((flag) => flag.name === 'platform');
  const tree = mapTree(
    {
      name: name && scalar(name.text, name.span),
      index: scalar(index, from.keywordSpan),
      base: scalar(base, image.span),
      written: scalar(image.text, image.span),
      platform: platform ? scalar(resolveVariables(platform.value, globals), platform.span) : null,
      parent: parent ? scalar(parent.name, image.span) : null,
      final: scalar(final, from.keywordSpan),
      user: state.user === null ? null : scalar(state.user, userSpan(rest) ?? image.span),
      instructions: listTree(instructions, from.span),
    },
    from.span,
  );
  const key = name?.text.toLowerCase();
  if (key !== undefined && !named.has(key)) named.set(key, { name: key, ...state });
  return tree;
}

function userSpan(instructions: readonly RawInstruction[]): Span | null {
  return instructions.findLast(({ keyword, onbuild }) => keyword === 'USER' && !onbuild)?.body ?? null;
}

function instructionTree(raw: RawInstruction, state: State, globals: Variables = state.variables): Tree {
  const exec = execForm(raw.text, raw.body.start);
  const words = exec ?? (raw.keyword === 'RUN' ? [] : wordsOf(argumentText(raw), raw.body.start));
  const pairs = pairKeywords.has(raw.keyword) ? pairsOf(words, state.variables) : [];
  const { user, shell } = state;
  if (!raw.onbuild) apply(raw, words, pairs, { state, globals });
  const script = scriptOf(raw, exec);
  const copies = raw.keyword === 'COPY' || raw.keyword === 'ADD';
  return mapTree(
    {
      instruction: scalar(raw.keyword, raw.keywordSpan),
      onbuild: scalar(raw.onbuild, raw.keywordSpan),
      text: scalar(raw.text, raw.body),
      form: scalar(exec === null ? 'shell' : 'exec', raw.body),
      arguments: listTree(
        words.map((word) => scalar(resolveVariables(word.text, state.variables), word.span)),
        raw.body,
      ),
      sources: copies
        ? listTree(
            words.slice(0, -1).map((word) => scalar(resolveVariables(word.text, state.variables), word.span)),
            raw.body,
          )
        : null,
      flags: listTree(
        raw.flags.map((flag) =>
          mapTree({ name: scalar(flag.name, flag.span), value: scalar(flag.value, flag.span) }, flag.span),
        ),
        raw.keywordSpan,
      ),
      pairs: listTree(pairs.map(pairTree), raw.body),
      script: script === null ? null : scalar(script, raw.body),
      commands: raw.keyword === 'RUN' ? listTree(commandsOf(raw, exec), raw.body) : null,
      user: user === null ? null : scalar(user, raw.keywordSpan),
      shell: shell === null ? null : scalar(shell, raw.keywordSpan),
    },
    raw.span,
  );
}

const pairKeywords = new Set(['ENV', 'ARG', 'LABEL']);
const scriptKeywords = new Set(['RUN', 'CMD', 'ENTRYPOINT', 'HEALTHCHECK']);

/** Without the content of heredocs, which is no argument. */
function argumentText(raw: RawInstruction): string {
  const first = raw.heredocs[0];
  return first === undefined ? raw.text : raw.text.slice(0, first.start - raw.body.start);
}

function scriptOf(raw: RawInstruction, exec: readonly Word[] | null): string | null {
  if (!scriptKeywords.has(raw.keyword)) return null;
  return exec === null ? raw.text : exec.map(({ text }) => text).join(' ');
}

/** The exec form runs one program; of a shell's `-c` the script counts. */
function commandsOf(raw: RawInstruction, exec: readonly Word[] | null): readonly Tree[] {
  const words = exec ?? [];
  const script = words.findIndex(({ text }) => /^-\w*c$/.test(text)) + 1;
  const isShell = /(?:^|\/)(?:ba|z|da|k)?sh$/.test(words[0]?.text ?? '');
  const inner = isShell && script > 0 ? words[script] : undefined;
  if (inner !== undefined) return shellCommands(inner.text).map(({ text }) => commandTree(text, inner.span));
  if (exec !== null) return [commandTree(words.map(({ text }) => text).join(' '), raw.body)];
  const from = raw.body.start;
  return shellCommands(raw.text).map(({ text, span }) =>
    commandTree(text, { start: from + span.start, end: from + span.end }),
  );
}

function commandTree(text: string, span: Span): Tree {
  return mapTree({ text: scalar(text, span) }, span);
}

interface Pair {
  readonly name: string;
  /** Null: an ARG without a default. */
  readonly value: Value;
  readonly written: string;
  readonly nameSpan: Span;
  readonly valueSpan: Span;
  readonly span: Span;
}

/** `NAME=value …`; the old `NAME the whole rest` of ENV and LABEL; the bare `NAME` of ARG. */
function pairsOf(words: readonly Word[], variables: Variables): readonly Pair[] {
  const [first, second] = words;
  if (first === undefined) return [];
  if (second === undefined || first.text.includes('=')) return words.map((word) => pairOf(word, variables));
  const written = words
    .slice(1)
    .map(({ text }) => text)
    .join(' ');
  const valueSpan = { start: second.span.start, end: words.at(-1)!.span.end };
  const span = { start: first.span.start, end: valueSpan.end };
  return [
    { name: first.text, value: resolveVariables(written, variables), written, nameSpan: first.span, valueSpan, span },
  ];
}

function pairOf({ text, span }: Word, variables: Variables): Pair {
  const sign = text.indexOf('=');
  const name = sign < 0 ? text : text.slice(0, sign);
  const nameEnd = Math.min(span.end, span.start + name.length);
  const written = sign < 0 ? '' : text.slice(sign + 1);
  const valueSpan = sign < 0 ? span : { start: Math.min(span.end, nameEnd + 1), end: span.end };
  const value = sign < 0 ? null : resolveVariables(written, variables);
  return { name, value, written, nameSpan: { start: span.start, end: nameEnd }, valueSpan, span };
}

function pairTree({ name, value, written, nameSpan, valueSpan, span }: Pair): Tree {
  return mapTree(
    { name: scalar(name, nameSpan), value: scalar(value, valueSpan), written: scalar(written, valueSpan) },
    span,
  );
}

interface Effect {
  readonly state: State;
  readonly globals: Variables;
}

function apply(raw: RawInstruction, words: readonly Word[], pairs: readonly Pair[], { state, globals }: Effect): void {
  if (raw.keyword === 'USER') state.user = resolveVariables(words[0]?.text ?? '', state.variables);
  if (raw.keyword === 'SHELL') state.shell = words.map(({ text }) => text);
  if (raw.keyword === 'ENV') for (const { name, value } of pairs) state.variables.set(name, value);
  if (raw.keyword === 'ARG')
    for (const { name, value } of pairs) state.variables.set(name, argument(name, value, globals));
}

/** An ARG of a stage without a default takes that of the ARG before the first FROM; one with none anywhere is given at build time. */
function argument(name: string, value: Value, globals: Variables): Value {
  return value ?? globals.get(name) ?? new Unknown(`ARG ${name}`);
}
