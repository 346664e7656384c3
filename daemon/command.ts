/** What a command is: how it is called, what it takes, what it does. */
import { parseArgs } from 'node:util';

/** 0 allow, 1 deny, 2 no verdict. */
export type ExitCode = 0 | 1 | 2;

interface Option {
  /** With `value`, the option takes one: what stands for it in the help. */
  readonly value?: string;
  readonly repeatable?: true;
  readonly help: string;
}

export interface Command {
  /** How it is called, without `kerb`: `check [PATH…]`. */
  readonly usage: string;
  /** One line, for the list of commands. */
  readonly summary: string;
  /** More, for its own help. */
  readonly description: string;
  readonly options: Readonly<Record<string, Option>>;
  /** What a word with one dash in front is: an option that does not exist, or a word as any other (`-1 + x`). */
  readonly dashes: 'options' | 'words';
  readonly run: (given: Arguments, start: Start) => Promise<ExitCode>;
}

/** What a command knows of how it was started. */
export interface Start {
  /** Keeps what is compiled by now for the next start, unless something is kept already. */
  readonly keepCode: () => void;
  /** Where the snapshot lies that `kerb hook` may begin from, once there is one; null where none can be used. */
  readonly snapshot: () => string | null;
}

/** The options and words of a call, checked against the command's own list. */
export interface Arguments {
  readonly words: readonly string[];
  has(option: string): boolean;
  /** The last value given. */
  value(option: string): string | null;
  values(option: string): readonly string[];
}

/** What was asked for is impossible or makes no sense: the message goes to stderr and the exit code is 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

/** No argument of a process holds a NUL, so this stands for a dash that the parser is not to see. */
const hiddenDash = '\0';

/** Reads the arguments of a command. Throws `UsageError`. */
export function readArguments(command: Command, args: readonly string[]): Arguments {
  const options = Object.fromEntries(
    Object.entries({ ...command.options, help: { help: '' } }).map(([name, option]) => [
      name,
      'value' in option ? { type: 'string' as const, multiple: true } : { type: 'boolean' as const },
    ]),
  );
  try {
    const { values, positionals } = parseArgs({
      args: command.dashes === 'words' ? args.map((word) => word.replace(/^-(?=[^-])/, hiddenDash)) : [...args],
      options,
      allowPositionals: true,
      strict: true,
    });
    const lists = values as Record<string, readonly string[] | boolean | undefined>;
    const list = (option: string): readonly string[] => {
      const given = lists[option];
      return Array.isArray(given) ? given : [];
    };
    for (const [name, option] of Object.entries(command.options)) {
      if (list(name).length > 1 && option.repeatable === undefined)
        throw new UsageError(`--${name} can be given once only`);
    }
    return {
      words: positionals.map((word) => word.replace(hiddenDash, '-')),
      has: (option) => lists[option] !== undefined,
      value: (option) => list(option).at(-1) ?? null,
      values: list,
    };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(firstSentence((error as Error).message));
  }
}

/** The value of --format where it is text, without one, or JSON. Throws `UsageError`. */
export function textOrJson(given: Arguments): 'text' | 'json' {
  const format = given.value('format') ?? 'text';
  if (format === 'text' || format === 'json') return format;
  throw new UsageError(`--format ${JSON.stringify(format)}: the formats are text, json`);
}

/** The help page of a command. */
export function helpOf(command: Command): string {
  const names = Object.entries(command.options).map(
    ([name, { value }]) => `--${name}${value === undefined ? '' : ` ${value}`}`,
  );
  const width = Math.max(0, ...names.map((name) => name.length)) + 2;
  const lines = Object.values(command.options).map(({ help }, index) => `  ${names[index]!.padEnd(width)}${help}`);
  const options = lines.length > 0 ? `\nOptions:\n${lines.join('\n')}\n` : '';
  return `kerb ${command.usage}\n\n${command.description}\n${options}`;
}

/** Node's message goes on about how to pass what looks like an option. */
function firstSentence(message: string): string {
  return message.split(/\.(?: |$)|\n/)[0]!.replace(/^\w+: /, '');
}
