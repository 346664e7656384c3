// One walk through a recorded evaluation: where it is, where it stops, and what can be seen there, in the words of the
// Debug Adapter Protocol.
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { InspectAnswer, InspectParams } from '../../server/protocol.ts';
import { type Breakpoint, breaksOf, chainOf, type Motion, moved, nodeFor, type Recorded, stopsFrom } from './replay.ts';

/** A walk. Motions answer why they stopped; `end` where the evaluation was over before. */
export interface Walk {
  readonly recorded: Recorded;
  step(motion: Motion): Stop;
  /** On to the next breakpoint whose condition holds, or to where the rule breaks; from the very beginning with `first`. */
  run(direction: 'forwards' | 'backwards' | 'first'): Promise<Stop>;
  /** Whether it stops where the rule breaks. */
  stopAtErrors(isOn: boolean): void;
  /** What is seen last: a value or an error. */
  value(): string;
  setBreakpoints(points: readonly DebugProtocol.SourceBreakpoint[]): readonly DebugProtocol.Breakpoint[];
  stackFrames(source: DebugProtocol.Source): readonly DebugProtocol.StackFrame[];
  /** What can be seen, or what is in a value that was shown before. */
  variables(reference: number): Promise<readonly DebugProtocol.Variable[]>;
  evaluate(expression: string): Promise<Pick<DebugProtocol.Variable, 'value' | 'variablesReference'>>;
}

export type Stop = 'entry' | 'step' | 'breakpoint' | 'exception' | 'end';

/** Stands for all that an expression sees. */
export const namesReference = 1;

/** Begins at the first step. */
export function createWalk(recorded: Recorded, ask: (params: InspectParams) => Promise<InspectAnswer>): Walk {
  let at = 0;
  let points: readonly Breakpoint[] = [];
  let breaks: ReadonlySet<number> = new Set();
  /** Expressions of values that can be opened, by their reference; anew at each stop. */
  let opened: string[] = [];
  const inspect = (expression?: string): Promise<InspectAnswer> =>
    ask({ recording: recorded.recording, step: at, ...(expression === undefined ? {} : { expression }) });
  const arrive = (step: number, stop: Stop): Stop => {
    at = step;
    opened = [];
    return stop;
  };
  const shown = (expression: string, { value, parts }: InspectAnswer) => ({
    value,
    variablesReference: parts.length === 0 ? 0 : namesReference + opened.push(expression),
  });
  return {
    recorded,
    step(motion) {
      const next = moved(recorded, at, motion);
      return next === null ? 'end' : arrive(next, 'step');
    },
    async run(direction) {
      const conditions = conditionsOf(recorded, points);
      const way = direction === 'backwards' ? -1 : 1;
      const from = direction === 'first' ? -1 : at;
      for (const next of stopsFrom(recorded, { from, way, nodes: new Set(conditions.keys()), breaks })) {
        if (breaks.has(next)) return arrive(next, 'exception');
        const condition = conditions.get(recorded.steps[next]?.node ?? -1) ?? '';
        arrive(next, 'breakpoint');
        if (condition === '' || (await inspect(condition)).value === 'true') return 'breakpoint';
      }
      return direction === 'backwards' ? arrive(0, 'entry') : 'end';
    },
    stopAtErrors(isOn) {
      breaks = isOn ? breaksOf(recorded) : new Set();
    },
    value: () => recorded.steps[at]?.value ?? '',
    setBreakpoints(given) {
      points = given.map(breakpointOf);
      return points.map((point) => placed(recorded, point));
    },
    stackFrames: (source) => framesAt(recorded, at, source),
    async variables(reference) {
      const { parts } = await inspect(
        reference === namesReference ? undefined : opened[reference - namesReference - 1],
      );
      return Promise.all(
        parts.map(async ({ name, expression }) => {
          return { name, evaluateName: expression, ...shown(expression, await inspect(expression)) };
        }),
      );
    },
    evaluate: async (expression) => shown(expression, await inspect(expression)),
  };
}

function conditionsOf(recorded: Recorded, points: readonly Breakpoint[]): ReadonlyMap<number, string> {
  return new Map(
    points.flatMap((point) => {
      const node = nodeFor(recorded, point);
      return node === null ? [] : [[node, point.condition] as const];
    }),
  );
}

/** The protocol counts from 1. */
function breakpointOf({ line, column, condition = '' }: DebugProtocol.SourceBreakpoint): Breakpoint {
  return { line: line - 1, column: column === undefined ? null : column - 1, condition: condition.trim() };
}

function placed(recorded: Recorded, point: Breakpoint): DebugProtocol.Breakpoint {
  const node = nodeFor(recorded, point);
  const start = node === null ? undefined : recorded.nodes[node]?.start;
  if (start === undefined) return { verified: false, message: 'no part of the policy that was evaluated begins here' };
  return { verified: true, line: start.line + 1, column: start.character + 1 };
}

/** The part that got its value, what holds it, and the resource. */
function framesAt(
  { steps, nodes, resources }: Recorded,
  at: number,
  source: DebugProtocol.Source,
): readonly DebugProtocol.StackFrame[] {
  const here = steps[at];
  if (here === undefined) return [];
  const frames = chainOf(nodes, here.node).map(({ source: text, start, end }, index) => ({
    id: index + 1,
    name: index === 0 ? `${text} → ${here.value}` : text,
    source,
    line: start.line + 1,
    column: start.character + 1,
    endLine: end.line + 1,
    endColumn: end.character + 1,
  }));
  const resource = { id: frames.length + 1, name: resources[here.resource] ?? '', line: 0, column: 0 };
  return [...frames, { ...resource, presentationHint: 'label' }];
}
