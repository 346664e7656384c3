/**
 * What a step hands on to the later ones: what it writes to GITHUB_OUTPUT and GITHUB_ENV, and what of. Only what is plain
 * to see: what goes through a program (`… | tr -cd a-z`), or is compared by pattern before, may be harmless by then.
 * https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands
 */
import type { Resource, ValueMap } from '../model.ts';
import { isMap } from './adapter.ts';
import type { HeredocText, StepCommand } from './githubCommand.ts';
import { namesIn, readWord } from './shellWord.ts';

/** A value that is handed on. */
export interface Write {
  readonly file: 'output' | 'env';
  readonly name: string;
  /** What it is made of, as contexts that are read where the step stands. */
  readonly reads: readonly string[];
  /** Where the expressions in it begin, in the part. */
  readonly places: readonly number[];
}

/** The writes of a step whose script consists of the commands. */
export function writesOf(step: Resource, commands: readonly StepCommand[]): readonly Write[] {
  if (commands.length === 0) return scriptWrites(step.self as ValueMap);
  return shellWrites(commands.map(commandOf).filter(({ text }) => text.length <= maxText));
}

const maxText = 10_000;

/** Where it begins is null where its text is not that of the source (it is folded). */
interface Command {
  readonly text: string;
  readonly start: number | null;
  readonly data: HeredocText | null;
}

function commandOf({ resource: { self, span }, data }: StepCommand): Command {
  const { text } = self as { text: string };
  return { text, start: span!.end - span!.start === text.length ? span!.start : null, data };
}

type Made = Pick<Write, 'reads' | 'places'>;
const nothing: Made = { reads: [], places: [] };

interface Shell {
  /** What its own variables are made of. */
  readonly variables: Map<string, Made>;
  readonly writes: Write[];
  /** The value of several lines that is being written, and what ends it. */
  several: { readonly name: string; readonly end: string } | null;
}

function shellWrites(commands: readonly Command[]): readonly Write[] {
  const shell: Shell = { variables: new Map(), writes: [], several: null };
  const compared = commands.filter(({ text }) => comparison.test(text)).flatMap(({ text }) => namesIn(text));
  const files = filesOf(commands);
  for (const [index, command] of commands.entries()) {
    assign(shell, command);
    for (const name of compared) shell.variables.set(name, nothing);
    const file = files[index];
    if (file == null) continue;
    if (command.data === null) write(shell, file, command);
    else writeData(shell, file, command, command.data);
  }
  return shell.writes;
}

const comparison = /=~|\s-i?match\b|^case\b|\bgrep\b/;
const assignment = /^(?:(?:export|local|readonly|declare)\s+)?([A-Za-z_]\w*)=/;

/** A variable may be set in several branches. Setting it from itself is no branch. */
function assign(shell: Shell, command: Command): void {
  const [before, name] = assignment.exec(command.text) ?? [];
  if (before === undefined || name === undefined) return;
  const value = made(shell, command, command.text.length);
  const known = namesIn(command.text).includes(name) ? undefined : shell.variables.get(name);
  const { reads, places } = known ?? nothing;
  shell.variables.set(name, {
    reads: few([...reads, ...value.reads]),
    places: few([...places, ...value.places]),
  });
}

/** `name=…`, `name<<END` or `::set-output name=title::…`, where what is printed begins. */
const named =
  /^(?:(?:echo|printf|write-output)\s+(?:-\w+\s+)*)?["']?(?:::set-(?:output|env) name=)?([A-Za-z_][\w-]*)(?:=|::|<<["']?(\w+))/i;

function write(shell: Shell, file: Write['file'], command: Command): void {
  const { text } = command;
  const redirected = text.search(redirection);
  const end = redirected < 0 ? text.length : redirected;
  const { several } = shell;
  const [before, name, delimiter] = named.exec(text) ?? [];
  if (several !== null) {
    if (text.slice(0, end).trimEnd().replace(/["']$/, '').endsWith(several.end)) shell.several = null;
    else shell.writes.push({ file, name: several.name, ...made(shell, command, end) });
  } else if (delimiter !== undefined) shell.several = { name: name!, end: delimiter };
  else if (before !== undefined) shell.writes.push({ file, name: name!, ...made(shell, command, end) });
}

/** A heredoc that reaches the file as it is: `cat <<END >> FILE`, `tee -a FILE <<END`, `cat <<END` in braces. */
function writeData(shell: Shell, file: Write['file'], { text }: Command, { text: data, start }: HeredocText): void {
  const [opening, quote] = /<<[-~]?\s*(["'\\]?)\w+["']?/.exec(text) ?? [];
  if (opening === undefined || data.length > maxText || !copies.test(text.replace(opening, ' '))) return;
  let at = 0;
  for (const line of data.split('\n')) {
    const { several } = shell;
    const [before, name, delimiter] = dataLine.exec(line) ?? [];
    const value = () => madeOfLine(shell, line, start === null ? null : start + at, quote !== '');
    if (several !== null) {
      if (line.trim() === several.end) shell.several = null;
      else shell.writes.push({ file, name: several.name, ...value() });
    } else if (delimiter !== undefined) shell.several = { name: name!, end: delimiter };
    else if (before !== undefined) shell.writes.push({ file, name: name!, ...value() });
    at += line.length + 1;
  }
}

const copies =
  /^\s*(?:cat\s*(?:-\s*)?(?:>>?\s*[^\s>]+\s*)?(?:\|\s*tee\s+(?:-a|--append)\s+[^\s>]+\s*)?(?:>\s*[^\s>]+\s*)?|tee\s+(?:-a|--append)\s+[^\s>]+\s*(?:>\s*[^\s>]+\s*)?)$/;
const dataLine = /^\s*([A-Za-z_][\w-]*)(?:=|<<(\S+)\s*$)/;

/** Quotes are characters like any other in a heredoc; where its end is quoted, variables are too. */
function madeOfLine({ variables }: Shell, line: string, start: number | null, isQuoted: boolean): Made {
  const read = isQuoted ? line.replace(/(?<!\$)\$(?!\${5})/g, ' ') : line.replace(/["']/g, ' ');
  return madeOf(variables, read, start);
}

const redirection =
  /(?:>>?|(?:\||^)\s*tee\s+(?:-a|--append)|\|\s*(?:out-file|add-content)\b.{0,200})\s*["']?\$(?:\{|env:)?GITHUB_(OUTPUT|ENV)\b/i;
const oldCommand = /^(?:echo|printf)\s+["']?::set-(output|env) name=/;

/** The file that each command writes to; what stands in braces writes where their end says. */
function filesOf(commands: readonly Command[]): readonly (Write['file'] | null)[] {
  let group: Write['file'] | null = null;
  const fromLast = commands.toReversed().map(({ text }) => {
    const found = (redirection.exec(text) ?? oldCommand.exec(text))?.[1]?.toLowerCase();
    const own = found === 'output' || found === 'env' ? found : null;
    if (text.startsWith('}')) group = own;
    const file = own ?? group;
    if (text.startsWith('{')) group = null;
    return file;
  });
  return fromLast.toReversed();
}

/** What a command is made of up to a place: nothing that is known, where a program makes it. */
function made({ variables }: Shell, { text, start }: Command, end: number): Made {
  const words = text.slice(0, end);
  return /\s\|\s/.test(words) ? nothing : madeOf(variables, words, start);
}

function madeOf(variables: Shell['variables'], words: string, start: number | null): Made {
  const { variables: named, contexts, expressions } = readWord(words);
  const names = few(named);
  const own = names.flatMap((name) => variables.get(name) ?? []);
  const given = names.filter((name) => !variables.has(name)).map((name) => defaults.get(name) ?? `env.${name}`);
  return {
    reads: few([...contexts, ...given, ...own.flatMap(({ reads }) => reads)]),
    places: few([
      ...(start === null ? [] : expressions.map((at) => start + at)),
      ...own.flatMap(({ places }) => places),
    ]),
  };
}

/** More than a person puts into one value. Each variable may double those before it. */
const mostParts = 200;

/** Each once. */
function few<T>(parts: readonly T[]): readonly T[] {
  return [...new Set(parts)].slice(0, mostParts);
}

/** https://docs.github.com/actions/reference/workflows-and-actions/variables */
const defaults = new Map([
  ['GITHUB_HEAD_REF', 'github.head_ref'],
  ['GITHUB_REF', 'github.ref'],
  ['GITHUB_REF_NAME', 'github.ref_name'],
]);

const plainValue = String.raw`(?:context\.payload((?:\??\.\w+)+)|process\.env\.(\w+))`;
const setting = new RegExp(
  String.raw`\bcore\.(setOutput|exportVariable)\(\s*(["'])([\w-]+)\2\s*,\s*${plainValue}\s*\)`,
  'g',
);
const result = new RegExp(String.raw`\breturn\s+${plainValue}\s*;?\s*$`);

/** Of actions/github-script. */
function scriptWrites({ uses, with: inputs }: ValueMap): readonly Write[] {
  const script = isMap(inputs) ? inputs.script : null;
  if (typeof uses !== 'string' || !/^actions\/github-script@/i.test(uses) || typeof script !== 'string') return [];
  const set = [...script.matchAll(setting)].map(
    ([, method, , name, payload, variable]): Write => ({
      file: method === 'setOutput' ? 'output' : 'env',
      name: name!,
      ...plain(payload, variable),
    }),
  );
  const [returned, payload, variable] = result.exec(script) ?? [];
  return returned === undefined ? set : [...set, { file: 'output', name: 'result', ...plain(payload, variable) }];
}

function plain(payload: string | undefined, variable: string | undefined): Made {
  const read = payload === undefined ? `env.${variable}` : `github.event${payload.replaceAll('?', '').toLowerCase()}`;
  return { reads: [read], places: [] };
}
