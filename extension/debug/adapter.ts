// The debug adapter: requests of the Debug Adapter Protocol, answered by a walk through a recorded evaluation.
// https://microsoft.github.io/debug-adapter-protocol
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { InspectAnswer, InspectParams, RecordAnswer, RecordParams } from '../../server/protocol.ts';
import { requestProblem } from './request.ts';
import { createWalk, namesReference, type Stop, type Walk } from './walk.ts';

/** What the adapter needs of the outside. */
export interface Outside {
  record(params: RecordParams): Promise<RecordAnswer>;
  inspect(params: InspectParams): Promise<InspectAnswer>;
  /** A policy's file as the editor names its sources. */
  pathOf(uri: string): string;
  send(message: DebugProtocol.ProtocolMessage): void;
}

/** An adapter for one debug session. */
export interface Adapter {
  handle(request: DebugProtocol.Request): Promise<void>;
}

/** `launch`, as package.json declares it. */
type Launch = RecordParams & { readonly stopOnEntry?: boolean };

interface Session {
  readonly outside: Outside;
  walk: Walk | null;
  stopsOnEntry: boolean;
  sequence: number;
}

/** What a request is answered with, and what happens after the answer. */
interface Answered {
  readonly body?: object;
  readonly after?: () => void | Promise<void>;
}

/** There is one thread: an expression is evaluated. */
const threadId = 1;
const sourceReference = 1;

/** Makes an adapter. Everything that it says goes through `send`. */
export function createAdapter(outside: Outside): Adapter {
  const session: Session = { outside, walk: null, stopsOnEntry: true, sequence: 0 };
  return {
    async handle(request) {
      try {
        const { body, after } = await answer(session, request);
        respond(session, request, { success: true, ...(body === undefined ? {} : { body }) });
        await after?.();
      } catch (error) {
        respond(session, request, { success: false, message: error instanceof Error ? error.message : String(error) });
      }
    },
  };
}

function respond(
  session: Session,
  { seq, command }: DebugProtocol.Request,
  said: { readonly success: boolean; readonly body?: object; readonly message?: string },
): void {
  const response = { seq: ++session.sequence, type: 'response', request_seq: seq, command, ...said };
  session.outside.send(response as DebugProtocol.Response);
}

function tell(session: Session, event: string, body: object = {}): void {
  session.outside.send({ seq: ++session.sequence, type: 'event', event, body } as DebugProtocol.Event);
}

function arrived(session: Session, stop: Stop): void {
  if (stop === 'end') tell(session, 'terminated');
  else tell(session, 'stopped', { reason: stop, threadId, allThreadsStopped: true });
}

async function answer(session: Session, request: DebugProtocol.Request): Promise<Answered> {
  const problem = requestProblem(request);
  if (problem !== null) throw new Error(problem);
  const { command, arguments: given } = request;
  switch (command) {
    case 'initialize':
      return { body: capabilities };
    case 'launch':
      return launch(session, given);
    case 'terminate':
      return { after: () => tell(session, 'terminated') };
    case 'disconnect':
      return {};
    default: {
      if (session.walk === null) throw new Error('nothing is being stepped through');
      return answerWalk(session, session.walk, command, given as never);
    }
  }
}

const capabilities: DebugProtocol.Capabilities = {
  supportsConfigurationDoneRequest: true,
  supportsStepBack: true,
  supportsConditionalBreakpoints: true,
  supportsBreakpointLocationsRequest: true,
  supportsEvaluateForHovers: true,
  supportsTerminateRequest: true,
  supportsExceptionInfoRequest: true,
  exceptionBreakpointFilters: [
    {
      filter: 'errors',
      label: 'Errors',
      description: 'Stops at the part that leaves a rule without a verdict',
      default: true,
    },
  ],
};

async function launch(session: Session, { stopOnEntry, ...what }: Launch): Promise<Answered> {
  const { outside } = session;
  const recorded = await outside.record(what);
  if (recorded.kind === 'problem') throw new Error(recorded.message);
  session.walk = createWalk(recorded, outside.inspect);
  session.stopsOnEntry = stopOnEntry !== false;
  // Breakpoints are placed in what was recorded, so that they are asked for only now.
  return { after: () => tell(session, 'initialized') };
}

/** Requests that need something to walk through. */
async function answerWalk(session: Session, walk: Walk, command: string, given: never): Promise<Answered> {
  const go = (to: Stop | Promise<Stop>): Answered => ({ after: async () => arrived(session, await to) });
  switch (command) {
    case 'configurationDone':
      return { after: async () => arrived(session, session.stopsOnEntry ? 'entry' : await walk.run('first')) };
    case 'setBreakpoints':
      return { body: { breakpoints: setBreakpoints(session, walk, given) } };
    case 'setExceptionBreakpoints':
      walk.stopAtErrors((given as DebugProtocol.SetExceptionBreakpointsArguments).filters.includes('errors'));
      return {};
    case 'exceptionInfo':
      return { body: { exceptionId: 'error', description: walk.value(), breakMode: 'unhandled' } };
    case 'breakpointLocations':
      return { body: { breakpoints: locationsOn(walk, given) } };
    case 'threads':
      return { body: { threads: [{ id: threadId, name: walk.recorded.policy.id }] } };
    case 'stackTrace': {
      const stackFrames = walk.stackFrames(sourceOf(session, walk));
      return { body: { stackFrames, totalFrames: stackFrames.length } };
    }
    case 'scopes':
      return { body: { scopes: [{ name: 'Variables', variablesReference: namesReference, expensive: false }] } };
    case 'variables':
      return {
        body: { variables: await walk.variables((given as DebugProtocol.VariablesArguments).variablesReference) },
      };
    case 'evaluate':
      return { body: await evaluate(walk, given) };
    case 'source':
      return { body: { content: walk.recorded.policy.text } };
    case 'continue':
      return { body: { allThreadsContinued: true }, after: async () => arrived(session, await walk.run('forwards')) };
    case 'reverseContinue':
      return { after: async () => arrived(session, await walk.run('backwards')) };
    case 'next':
      return go(walk.step('over'));
    case 'stepIn':
      return go(walk.step('in'));
    case 'stepOut':
      return go(walk.step('out'));
    case 'stepBack':
      return go(walk.step('back'));
    default:
      throw new Error(`${command} is not known here`);
  }
}

async function evaluate(walk: Walk, { expression }: DebugProtocol.EvaluateArguments): Promise<object> {
  const { value, variablesReference } = await walk.evaluate(expression);
  if (value.startsWith('error: ')) throw new Error(value.slice('error: '.length));
  return { result: value, variablesReference };
}

/** Breakpoints of other files are none of ours. */
function setBreakpoints(
  session: Session,
  walk: Walk,
  { source, breakpoints = [] }: DebugProtocol.SetBreakpointsArguments,
): readonly DebugProtocol.Breakpoint[] {
  const own = sourceOf(session, walk);
  if (own.path === undefined ? source.sourceReference === own.sourceReference : source.path === own.path)
    return walk.setBreakpoints(breakpoints);
  return breakpoints.map(() => ({ verified: false, message: 'this file is not the policy that is stepped through' }));
}

function locationsOn(
  { recorded }: Walk,
  { line }: DebugProtocol.BreakpointLocationsArguments,
): readonly DebugProtocol.BreakpointLocation[] {
  const columns = recorded.nodes.filter(({ start }) => start.line === line - 1).map(({ start }) => start.character + 1);
  return [...new Set(columns)].sort((a, b) => a - b).map((column) => ({ line, column }));
}

function sourceOf({ outside }: Session, { recorded: { policy } }: Walk): DebugProtocol.Source {
  const name = `${policy.id}.yaml`;
  return policy.uri === null ? { name, sourceReference } : { name, path: outside.pathOf(policy.uri) };
}
