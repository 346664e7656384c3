/** Builtins that OPA leaves to whoever runs a module: those that are functions of their operands, and that messages and versions need. */
import { compareSemver, readSemver } from '../../cel/library/semver.ts';
import type { Operand } from './machine.ts';
import { sprintf } from './sprintf.ts';

/** Gives JSON; undefined where Rego's builtin is undefined. */
export type Builtin = (operands: readonly Operand[]) => string | undefined;

export const builtins: ReadonlyMap<string, Builtin> = new Map<string, Builtin>([
  [
    'sprintf',
    ([format, values]) => {
      const text = jsonOf(format);
      return typeof text === 'string' && values !== undefined
        ? JSON.stringify(sprintf(text, values.rego()))
        : undefined;
    },
  ],
  [
    'semver.compare',
    ([one, other]) => {
      const [a, b] = [versionOf(one), versionOf(other)];
      return a === null || b === null ? undefined : String(compareSemver(a, b));
    },
  ],
  ['semver.is_valid', ([text]) => String(versionOf(text) !== null)],
  ['strings.any_prefix_match', anyMatch((text, prefix) => text.startsWith(prefix))],
  ['strings.any_suffix_match', anyMatch((text, suffix) => text.endsWith(suffix))],
]);

/** OPA takes a `v` in front. */
function versionOf(operand: Operand | undefined) {
  const text = jsonOf(operand);
  return typeof text === 'string' ? readSemver(text.replace(/^v/, '')) : null;
}

/** Whether one of some texts begins or ends with one of some others. */
function anyMatch(matches: (text: string, part: string) => boolean): Builtin {
  return ([searched, parts]) => {
    const [texts, wanted] = [textsOf(searched), textsOf(parts)];
    if (texts === null || wanted === null) return undefined;
    return String(texts.some((text) => wanted.some((part) => matches(text, part))));
  };
}

function textsOf(operand: Operand | undefined): readonly string[] | null {
  const value = jsonOf(operand);
  const list = Array.isArray(value) ? value : [value];
  return list.every((item) => typeof item === 'string') ? list : null;
}

function jsonOf(operand: Operand | undefined): unknown {
  return operand === undefined ? undefined : JSON.parse(operand.json());
}
