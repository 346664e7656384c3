import {
  type Argument,
  DockerfileParser,
  type Flag,
  From,
  type Heredoc,
  type Instruction,
  JSONInstruction,
  ModifiableInstruction,
  Onbuild,
  type Property,
  PropertyInstruction,
} from 'dockerfile-ast';
import type { Entry, Node, PartContent, Span, Value } from '../model.ts';
import { createLines } from './lines.ts';
import { scalarNode } from './node.ts';

/**
 * Reads a Dockerfile. Its value is the list of instructions, each a map:
 *
 * - `keyword` in capitals; `text`: all after the keyword, with continued lines joined and comments left out
 * - `arguments`: words, or the strings of the JSON form, without flags; `form`: `exec` for JSON, else `shell`
 * - `flags`: name → value (`--mount=type=bind` → `mount`: `type=bind`; the last of equal ones; empty where it has no value)
 * - `properties` (ARG, ENV, LABEL): name → value, null where none is given
 * - `image`, `as` (FROM); `trigger` (ONBUILD): the instruction it holds; `heredocs`: a list of { name, content }
 *
 * What an instruction does not have is absent.
 */
export function readDockerfile(text: string): PartContent {
  const file = DockerfileParser.parse(text);
  const lines = createLines(text);
  const source: Source = {
    text,
    span: ({ start, end }) => ({
      start: lines.offset(start.line + 1, start.character + 1),
      end: lines.offset(end.line + 1, end.character + 1),
    }),
  };
  const built = file.getInstructions().map((instruction) => readInstruction(instruction, source));
  const root = list(built, { start: 0, end: text.length });
  const comments = file.getComments().map((comment) => source.span(comment.getRange()));
  return { text, root: root.node, value: root.value, problems: [], templates: [], comments };
}

type Range = ReturnType<Instruction['getRange']>;

interface Source {
  readonly text: string;
  readonly span: (range: Range) => Span;
}

interface Built {
  readonly node: Node;
  readonly value: Value;
}

interface Field extends Built {
  readonly key: string;
  readonly keySpan: Span;
}

function readInstruction(instruction: Instruction, source: Source): Built {
  const whole = source.span(instruction.getRange());
  const name = source.span(instruction.getInstructionRange());
  const field = (key: string, built: Built): Field => ({
    key,
    keySpan: key === 'keyword' ? name : built.node.span,
    ...built,
  });
  const fields: Field[] = [
    field('keyword', scalar(instruction.getKeyword(), name)),
    field('text', scalar(instruction.getArgumentsContent() ?? '', afterName(instruction, source, whole))),
    ...argumentFields(instruction, source).map(([key, built]) => field(key, built)),
    ...specialFields(instruction, source).map(([key, built]) => field(key, built)),
  ];
  return map(fields, whole);
}

function afterName(instruction: Instruction, source: Source, whole: Span): Span {
  const range = instruction.getArgumentsRange();
  return range === null ? { start: whole.end, end: whole.end } : source.span(range);
}

type Fields = readonly (readonly [string, Built])[];

function argumentFields(instruction: Instruction, source: Source): Fields {
  const strings = instruction instanceof JSONInstruction ? instruction.getJSONStrings() : [];
  const exec = instruction instanceof JSONInstruction && instruction.getOpeningBracket() !== null && strings.length > 0;
  const whole = source.span(instruction.getRange());
  const given = exec
    ? strings.map((string) => scalar(string.getJSONValue(), source.span(string.getRange())))
    : instruction.getArguments().map((argument) => ofArgument(argument, source));
  const form: Fields = instruction instanceof JSONInstruction ? [['form', scalar(exec ? 'exec' : 'shell', whole)]] : [];
  return [['arguments', list(given, spanAround(given, whole))], ...form, ...flagFields(instruction, source)];
}

function flagFields(instruction: Instruction, source: Source): Fields {
  const flags = instruction instanceof ModifiableInstruction ? instruction.getFlags() : [];
  if (flags.length === 0) return [];
  const fields = flags.map((flag) => ofFlag(flag, source));
  return [['flags', map(fields, spanAround(fields, source.span(instruction.getRange())))]];
}

function ofArgument(argument: Argument, { span }: Source): Built {
  return scalar(argument.getValue(), span(argument.getRange()));
}

function ofFlag(flag: Flag, { span }: Source): Field {
  const valueRange = flag.getValueRange();
  return {
    key: flag.getName(),
    keySpan: span(flag.getNameRange()),
    ...scalar(flag.getValue() ?? '', span(valueRange ?? flag.getRange())),
  };
}

function specialFields(instruction: Instruction, source: Source): Fields {
  const fields: [string, Built][] = [];
  if (instruction instanceof From) fields.push(...fromFields(instruction, source));
  if (instruction instanceof PropertyInstruction) {
    const properties = instruction.getProperties().map((property) => ofProperty(property, source));
    fields.push(['properties', map(properties, spanAround(properties, source.span(instruction.getRange())))]);
  }
  if (instruction instanceof Onbuild) {
    const trigger = instruction.getTriggerInstruction();
    if (trigger !== null) fields.push(['trigger', readInstruction(trigger, source)]);
  }
  const heredocs = heredocsOf(instruction).map((heredoc) => ofHeredoc(heredoc, source));
  if (heredocs.length > 0)
    fields.push(['heredocs', list(heredocs, spanAround(heredocs, source.span(instruction.getRange())))]);
  return fields;
}

function fromFields(from: From, { span }: Source): [string, Built][] {
  const image = from.getImage();
  const imageRange = from.getImageRange();
  const stage = from.getBuildStage();
  const stageRange = from.getBuildStageRange();
  return [
    ...(image === null || imageRange === null ? [] : [['image', scalar(image, span(imageRange))] as [string, Built]]),
    ...(stage === null || stageRange === null ? [] : [['as', scalar(stage, span(stageRange))] as [string, Built]]),
  ];
}

function ofProperty(property: Property, { span }: Source): Field {
  const valueRange = property.getValueRange();
  const value = property.getUnescapedValue();
  return {
    key: property.getName(),
    keySpan: span(property.getNameRange()),
    ...scalar(value, span(valueRange ?? property.getRange())),
  };
}

/** The library declares them on some instructions only, and makes them on all. */
function heredocsOf(instruction: Instruction): readonly Heredoc[] {
  return 'getHeredocs' in instruction ? (instruction as unknown as { getHeredocs(): Heredoc[] }).getHeredocs() : [];
}

function ofHeredoc(heredoc: Heredoc, { text, span }: Source): Built {
  const name = span(heredoc.getNameRange());
  const range = heredoc.getContentRange();
  const content = range === null ? { start: name.end, end: name.end } : span(range);
  return map(
    [
      { key: 'name', keySpan: name, ...scalar(heredoc.getName(), name) },
      { key: 'content', keySpan: content, ...scalar(text.slice(content.start, content.end), content) },
    ],
    { start: name.start, end: content.end },
  );
}

function scalar(value: Value, { start, end }: Span): Built {
  return { node: scalarNode(start, end), value };
}

function list(items: readonly Built[], span: Span): Built {
  return { node: { kind: 'list', span, items: items.map(({ node }) => node) }, value: items.map(({ value }) => value) };
}

function map(fields: readonly Field[], span: Span): Built {
  const value: Record<string, Value> = Object.create(null);
  for (const field of fields) value[field.key] = field.value;
  const entries: Entry[] = fields.map(({ key, keySpan, node }) => ({ key, keySpan, value: node }));
  return { node: { kind: 'map', span, entries }, value };
}

function spanAround(built: readonly Built[], otherwise: Span): Span {
  const first = built[0];
  return first === undefined
    ? { start: otherwise.end, end: otherwise.end }
    : { start: first.node.span.start, end: built.at(-1)!.node.span.end };
}
