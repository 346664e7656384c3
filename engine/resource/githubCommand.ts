/** The commands of a step's script as resources of their own, so that a finding stands on the very command. */
import { locate } from '../document/locate.ts';
import type { PartContent, Resource, Span, ValueMap } from '../model.ts';
import { type Memo, withFields } from './adapter.ts';
import { blankTemplates } from './githubStep.ts';
import { type ShellCommand, shellCommands } from './shellCommand.ts';

/** The commands of a step, in order; none where it runs no shell. */
export function commandsIn(step: Resource, content: PartContent, memo: Memo): readonly Resource[] {
  const self = step.self as ValueMap;
  if (typeof self.script !== 'string' || !isShell(self.shell)) return [];
  const span = locate(content, [...step.path, 'run']).value;
  if (span === null) return [];
  const path = [...step.path, 'run'];
  return placedCommands(self.script, self.shell, content.text, span).map(({ text, span: place }) => ({
    kind: 'github.command',
    name: step.name,
    identity: `${step.identity}/command`,
    path,
    self: memo(self, `command ${text}`, () => withFields({ text, shell: self.shell ?? null }, {})),
    relatives: step.relatives,
    span: place,
  }));
}

function isShell(shell: ValueMap[string] | undefined): boolean {
  return typeof shell !== 'string' || /^(?:\/(?:usr\/)?bin\/)?(?:bash|sh|zsh|dash|pwsh|powershell|cmd)\b/.test(shell);
}

/**
 * Commands at their places in the part. Where the text of the script is not that of the document (it is folded, or has
 * escapes), they all stand where the script does.
 */
function placedCommands(
  script: string,
  shell: ValueMap[string] | undefined,
  text: string,
  span: Span,
): readonly ShellCommand[] {
  const continuation = typeof shell === 'string' && /^(?:pwsh|powershell)/.test(shell) ? '`' : '\\';
  const source = blankTemplates(text.slice(span.start, span.end));
  const header = /^\|[-+\d]*[ \t]*(?:#[^\n]*)?\r?\n/.exec(source)?.[0];
  if (header !== undefined)
    return moved(shellCommands(source.slice(header.length), continuation), span.start + header.length);
  const inside = source.indexOf(script);
  if (inside >= 0) return moved(shellCommands(script, continuation), span.start + inside);
  return shellCommands(script, continuation).map((command) => ({ text: command.text, span }));
}

function moved(commands: readonly ShellCommand[], by: number): readonly ShellCommand[] {
  return commands.map(({ text, span }) => ({ text, span: { start: span.start + by, end: span.end + by } }));
}
