/** What a step runs: its script with every expression blanked, the shell that reads it, and on which condition. */
import { parseDocument } from 'yaml';
import { type PartContent, type Path, type Resource, Unknown, type Value, type ValueMap } from '../model.ts';
import { isList, isMap, type Memo, withFields } from './adapter.ts';
import { writtenNode } from './aliasedNode.ts';

/**
 * A step as policies see it: with `script`, where it runs one, with the `shell` that is in force, where that can be told, and
 * with its `condition`. `shell` is the one for steps that do not name theirs, `script` what `writtenScript` gives.
 */
export function derivedStep(step: ValueMap, shell: Value | null, written: WrittenStep): ValueMap {
  const script = scriptOf(step.run, written.script);
  const asked = withCondition(step, written.condition);
  if (script === null) return asked;
  const inForce = step.shell ?? shell;
  return withFields(asked, inForce === null ? { script } : { script, shell: inForce });
}

interface WrittenStep {
  readonly script: string | null;
  readonly condition: string | null;
}

/** A job or a step with what `conditionOf` gives. */
export function withCondition(owner: ValueMap, condition: string | null): ValueMap {
  return withFields(owner, condition === null ? {} : { condition });
}

/** What `if` asks, without braces; null where nothing, or where text around them makes it always true. */
export function conditionOf({ if: asked }: ValueMap, { content, path, memo }: StepPlace): string | null {
  if (typeof asked === 'string') return asked.trim();
  if (!(asked instanceof Unknown)) return null;
  const node = writtenNode(content, [...path, 'if'], memo);
  return node === null ? null : (braced.exec(content.text.slice(node.span.start, node.span.end))?.[1]?.trim() ?? null);
}

/** Plain, in double quotes, or a block without the end of its last line. */
const braced = /^(?:[>|]-\s*|")?\$\{\{((?:(?!\}\}).)*)\}\}"?\s*$/s;

/** https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax: the job's, the workflow's, the runner's. */
export function shellOf(owner: Resource): Value | null {
  const job = owner.relatives.job ?? null;
  const workflow = owner.relatives.workflow ?? null;
  return defaultShell(job) ?? defaultShell(workflow) ?? (isMap(job) ? runnerShell(job['runs-on']) : null);
}

/** A script with templates as it stands in the text, null for others: the parser gives no value for one. */
export function writtenScript(step: ValueMap, { content, path, memo }: StepPlace): string | null {
  if (!(step.run instanceof Unknown)) return null;
  const node = writtenNode(content, [...path, 'run'], memo);
  return node === null ? null : content.text.slice(node.span.start, node.span.end);
}

interface StepPlace {
  readonly content: PartContent;
  readonly path: Path;
  readonly memo: Memo;
}

/** Null where nothing is run. */
function scriptOf(run: Value | undefined, written: string | null): Value | null {
  if (typeof run === 'string') return blankTemplates(run);
  if (!(run instanceof Unknown)) return null;
  return written === null || /^[*&{[]/.test(written) ? run : blankScalar(written);
}

/** The text with every expression, braces included, filled with as many of a character. What is never closed is none. */
export function fillTemplates(text: string, character: string): string {
  // Where nothing closes any more, each that opens would be followed to the end of the text.
  const end = text.lastIndexOf('}}') + 2;
  const filled = text.slice(0, end).replace(/\$\{\{.*?\}\}/gs, (found) => character.repeat(found.length));
  return filled + text.slice(end);
}

/** Stands for a character of an expression while YAML is read: no sign of YAML, and in no script. */
const filler = '\u{e000}';

/** The text with every expression blank, as long as before. */
export function blankTemplates(text: string): string {
  return text.includes('${{') ? fillTemplates(text, ' ') : text;
}

/** The parser gives no text for a scalar with a template in it, so it is read again with the templates filled. */
function blankScalar(written: string): string {
  const filled = fillTemplates(written, filler);
  const value: unknown = parseDocument(filled, { logLevel: 'silent', strict: false }).contents?.toJSON();
  return (typeof value === 'string' ? value : filled).replaceAll(filler, ' ');
}

function defaultShell(holder: Value): Value | undefined {
  const defaults = isMap(holder) ? holder.defaults : undefined;
  const run = isMap(defaults) ? defaults.run : undefined;
  return isMap(run) ? run.shell : undefined;
}

function runnerShell(runsOn: Value | undefined): string | null {
  const labels = isList(runsOn) ? runsOn : [runsOn];
  if (!labels.every((label) => typeof label === 'string')) return null;
  return labels.some((label) => /^windows\b/i.test(label)) ? 'pwsh' : 'bash';
}
