// Whether a request of the Debug Adapter Protocol brings what its command needs: whoever sends it may be any client.
import type { DebugProtocol } from '@vscode/debugprotocol';

type Form = 'a text' | 'a number' | 'a map' | 'a list';

interface Need {
  readonly name: string;
  readonly form: Form;
  readonly isOptional?: true;
}

/** Of the commands that read their arguments. */
const needs: ReadonlyMap<string, readonly Need[]> = new Map([
  ['launch', [{ name: 'uri', form: 'a text' }]],
  [
    'setBreakpoints',
    [
      { name: 'source', form: 'a map' },
      { name: 'breakpoints', form: 'a list', isOptional: true },
    ],
  ],
  ['setExceptionBreakpoints', [{ name: 'filters', form: 'a list' }]],
  ['breakpointLocations', [{ name: 'line', form: 'a number' }]],
  ['variables', [{ name: 'variablesReference', form: 'a number' }]],
  ['evaluate', [{ name: 'expression', form: 'a text' }]],
]);

/** What is wrong with a request's arguments, in words; null where its command can be answered. */
export function requestProblem({ command, arguments: given }: DebugProtocol.Request): string | null {
  for (const { name, form, isOptional } of needs.get(command) ?? []) {
    const value: unknown = given?.[name];
    if (isOptional && value === undefined) continue;
    if (!fits[form](value)) return `${command} needs \`${name}\` in its arguments: ${form}`;
  }
  const points: readonly unknown[] = command === 'setBreakpoints' ? (given.breakpoints ?? []) : [];
  return points.every(isBreakpoint)
    ? null
    : 'a breakpoint has a `line`, and may have a `column` (numbers) and a `condition` (a text)';
}

function isBreakpoint(given: unknown): boolean {
  const { line, column, condition } = (given ?? {}) as Readonly<Record<string, unknown>>;
  return (
    typeof line === 'number' &&
    (column === undefined || typeof column === 'number') &&
    (condition === undefined || typeof condition === 'string')
  );
}

const fits: Readonly<Record<Form, (value: unknown) => boolean>> = {
  'a text': (value) => typeof value === 'string',
  'a number': (value) => typeof value === 'number',
  'a map': (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  'a list': Array.isArray,
};
