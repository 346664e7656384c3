/** The commands of a step's script as resources of their own, so that a finding stands on the very command. */
import type { PartContent, Resource, Span, Value, ValueMap } from '../model.ts';
import { latest, type Memo, withFields } from './adapter.ts';
import { writtenNode } from './aliasedNode.ts';
import { blankTemplates, fillTemplates } from './githubStep.ts';
import { type ShellCommand, shellCommands } from './shellCommand.ts';

/** A command as a resource, and what a heredoc gives it. */
export interface StepCommand {
  readonly resource: Resource;
  readonly data: HeredocText | null;
}

export interface HeredocText {
  readonly text: string;
  /** From where it begins in the part; null where its text is not that of the source. */
  readonly start: number | null;
}

/** The commands of a step, in order; none where it runs no shell. */
export function commandsIn(step: Resource, content: PartContent, memo: Memo): readonly StepCommand[] {
  const self = step.self as ValueMap;
  if (typeof self.script !== 'string' || !isShell(self.shell)) return [];
  const span = writtenNode(content, [...step.path, 'run'], memo)?.span ?? null;
  if (span === null) return [];
  const path = [...step.path, 'run'];
  const source = content.text.slice(span.start, span.end);
  const commands = latest(memo, self, 'commands', source, () => commandsOf(self, source));
  return commands.map(({ self: command, span: { start, end }, data }) => ({
    resource: {
      kind: 'github.command',
      name: step.name,
      identity: `${step.identity}/command`,
      path,
      self: command,
      relatives: step.relatives,
      span: { start: span.start + start, end: span.start + end },
    },
    data: data === null || data.start === null ? data : { ...data, start: span.start + data.start },
  }));
}

interface Command {
  readonly self: ValueMap;
  /** From where the script begins in the part. */
  readonly span: Span;
  readonly data: HeredocText | null;
}

function commandsOf({ script, shell = null }: ValueMap, source: string): readonly Command[] {
  if (typeof script !== 'string') return [];
  return placedCommands(script, shell, source).map(({ text, span, data }) => ({
    self: withFields(data === null ? { text, shell } : { text, shell, data: data.text }, {}),
    span,
    data,
  }));
}

function isShell(shell: Value | undefined): boolean {
  return typeof shell !== 'string' || /^(?:\/(?:usr\/)?bin\/)?(?:bash|sh|zsh|dash|pwsh|powershell|cmd)\b/.test(shell);
}

/**
 * Commands at their places in the source. Where the text of the script is not that of the source (it is folded, or has
 * escapes), they all stand where the script does.
 */
function placedCommands(script: string, shell: Value, source: string): readonly PlacedCommand[] {
  const continuation = typeof shell === 'string' && /^(?:pwsh|powershell)/.test(shell) ? '`' : '\\';
  // To a command an expression is what a variable is: something that the script does not say.
  const filled = fillTemplates(source, '$');
  const header = /^\|[-+\d]*[ \t]*(?:#[^\n]*)?\r?\n/.exec(filled)?.[0];
  if (header !== undefined) return placed(filled, { start: header.length, end: filled.length }, continuation);
  const inside = blankTemplates(source).indexOf(script);
  if (inside >= 0) return placed(filled, { start: inside, end: inside + script.length }, continuation);
  const whole = { start: 0, end: source.length };
  return shellCommands(script, continuation).map(({ text, data }) => ({
    text,
    span: whole,
    data: data === null ? null : { text: script.slice(data.start, data.end), start: null },
  }));
}

type PlacedCommand = Pick<ShellCommand, 'text' | 'span'> & { readonly data: HeredocText | null };

function placed(source: string, { start, end }: Span, continuation: string): readonly PlacedCommand[] {
  const script = source.slice(start, end);
  return shellCommands(script, continuation).map(({ text, span, data }) => ({
    text,
    span: { start: start + span.start, end: start + span.end },
    data: data === null ? null : { text: script.slice(data.start, data.end), start: start + data.start },
  }));
}
