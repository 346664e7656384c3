/** The commands of a step's script as resources of their own, so that a finding stands on the very command. */
import type { PartContent, Resource, Span, Value, ValueMap } from '../model.ts';
import { latest, type Memo, withFields } from './adapter.ts';
import { writtenNode } from './aliasedNode.ts';
import { blankTemplates, templateForm } from './githubStep.ts';
import { type ShellCommand, shellCommands } from './shellCommand.ts';

/** The commands of a step, in order; none where it runs no shell. */
export function commandsIn(step: Resource, content: PartContent, memo: Memo): readonly Resource[] {
  const self = step.self as ValueMap;
  if (typeof self.script !== 'string' || !isShell(self.shell)) return [];
  const span = writtenNode(content, [...step.path, 'run'], memo)?.span ?? null;
  if (span === null) return [];
  const path = [...step.path, 'run'];
  const source = content.text.slice(span.start, span.end);
  const commands = latest(memo, self, 'commands', source, () => commandsOf(self, source));
  return commands.map(({ self: command, span: { start, end } }) => ({
    kind: 'github.command',
    name: step.name,
    identity: `${step.identity}/command`,
    path,
    self: command,
    relatives: step.relatives,
    span: { start: span.start + start, end: span.start + end },
  }));
}

interface Command {
  readonly self: ValueMap;
  /** From where the script begins in the part. */
  readonly span: Span;
}

function commandsOf({ script, shell = null }: ValueMap, source: string): readonly Command[] {
  if (typeof script !== 'string') return [];
  return placedCommands(script, shell, source).map(({ text, span }) => ({
    self: withFields({ text, shell }, {}),
    span,
  }));
}

function isShell(shell: Value | undefined): boolean {
  return typeof shell !== 'string' || /^(?:\/(?:usr\/)?bin\/)?(?:bash|sh|zsh|dash|pwsh|powershell|cmd)\b/.test(shell);
}

/**
 * Commands at their places in the source. Where the text of the script is not that of the source (it is folded, or has
 * escapes), they all stand where the script does.
 */
function placedCommands(script: string, shell: Value, source: string): readonly ShellCommand[] {
  const continuation = typeof shell === 'string' && /^(?:pwsh|powershell)/.test(shell) ? '`' : '\\';
  const filled = fillTemplates(source);
  const header = /^\|[-+\d]*[ \t]*(?:#[^\n]*)?\r?\n/.exec(filled)?.[0];
  if (header !== undefined) return moved(shellCommands(filled.slice(header.length), continuation), header.length);
  const inside = blankTemplates(source).indexOf(script);
  if (inside >= 0) return moved(shellCommands(filled.slice(inside, inside + script.length), continuation), inside);
  const whole = { start: 0, end: source.length };
  return shellCommands(script, continuation).map(({ text }) => ({ text, span: whole }));
}

/** To a command an expression is what a variable is: something that the script does not say. */
function fillTemplates(text: string): string {
  return text.replace(templateForm, (found) => '$'.repeat(found.length));
}

function moved(commands: readonly ShellCommand[], by: number): readonly ShellCommand[] {
  return commands.map(({ text, span }) => ({ text, span: { start: span.start + by, end: span.end + by } }));
}
