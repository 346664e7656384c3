/** Each request that the daemon knows, and the function that answers it. */
import path from 'node:path';
import * as z from 'zod';
import { treeOfIndex } from '../../repository/index.ts';
import { askedException } from '../exception/answer.ts';
import { saidOfFinding } from '../feedback/give.ts';
import type { GateAnswer, LocalGate } from '../gate/localGate.ts';
import {
  type AskedException,
  type DaemonStatus,
  type DecideRequest,
  decideRequest,
  type GivenFeedback,
  knownGates,
  type OrganisationAnswer,
  type RequestedException,
  type SaidOfFinding,
  type SyncAnswer,
} from '../protocol.ts';
import { type Answer, Refusal } from './answer.ts';
import { parseJson } from './body.ts';
import { type PlainRequest, parsePlainRequest } from './plainRequest.ts';
import { statusText } from './status.ts';

/** What routes can ask of the daemon. */
export interface Desk {
  readonly gate: LocalGate;
  status(): DaemonStatus;
  organisation(): OrganisationAnswer;
  synchronise(): Promise<SyncAnswer>;
  /** Throws `Refusal` where nobody could grant it. */
  askException(asked: AskedException): Promise<RequestedException>;
  requestedExceptions(): readonly RequestedException[];
  /** Throws `Refusal` where it cannot be kept. */
  giveFeedback(said: SaidOfFinding): Promise<GivenFeedback>;
  givenFeedback(): readonly GivenFeedback[];
  /** Begins to end. What runs is finished first, this request too. */
  stop(): void;
}

/** A request, read to its end. */
interface Asked {
  readonly body: string;
  /** The media type, without parameters. */
  readonly type: string;
}

export type Route = (asked: Asked, desk: Desk) => Answer | Promise<Answer>;

/** By method and path. */
export const routes: Readonly<Record<string, Route>> = {
  'GET /v1/status': (_, desk) => {
    const status = desk.status();
    return { status: 200, json: status, text: statusText(status) };
  },
  'POST /v1/decide': async (asked, desk) => {
    const value = asked.type === 'text/plain' ? withTree(parsePlainRequest(asked.body)) : parseJson(asked.body);
    return decided(await desk.gate.decide(readDecideRequest(value)));
  },
  'GET /v1/organisation': (_, desk) => {
    const answer = desk.organisation();
    return { status: 200, json: answer, text: `${JSON.stringify(answer)}\n` };
  },
  'POST /v1/exceptions/requests': async ({ body }, desk) => {
    const requested = await desk.askException(readFromEditor(body, askedException));
    return { status: 201, json: requested, text: `${requested.id}\n` };
  },
  'GET /v1/exceptions/requests': (_, desk) => {
    const requests = desk.requestedExceptions();
    return { status: 200, json: { requests }, text: requests.map(({ id, state }) => `${state} ${id}\n`).join('') };
  },
  'POST /v1/feedback': async ({ body }, desk) => {
    const given = await desk.giveFeedback(readFromEditor(body, saidOfFinding));
    return { status: 201, json: given, text: `${given.id}\n` };
  },
  'GET /v1/feedback': (_, desk) => {
    const feedback = desk.givenFeedback();
    return {
      status: 200,
      json: { feedback },
      text: feedback.map(({ id, complaint }) => `${complaint} ${id}\n`).join(''),
    };
  },
  'POST /v1/sync': async (_, desk) => {
    const answer = await desk.synchronise();
    return { status: 200, json: answer, text: `${answer.failure ?? answer.refusal ?? answer.kind}\n` };
  },
  'POST /v1/stop': (_, desk) => {
    desk.stop();
    const { pid } = process;
    return { status: 202, json: { pid }, text: `the daemon (process ${pid}) ends\n` };
  },
};

/** A hook that names its index need not start git. Throws `Refusal` where git has to say which tree that is. */
function withTree({ index, ...request }: PlainRequest): object {
  if (index === undefined) return request;
  const tree = typeof request.root === 'string' ? treeOfIndex(path.resolve(request.root, index)) : null;
  if (tree === null) throw new Refusal(409, 'unknownRequest', 'the index does not say which tree it is: name the tree');
  return { ...request, tree };
}

/**
 * Checks a gate's request. One that a newer client may have meant is refused as unknown, so that it asks elsewhere: what
 * this version does not understand it must not leave out.
 */
function readDecideRequest(value: unknown): DecideRequest {
  const { success, data, error } = decideRequest.safeParse(value);
  if (success) {
    if (path.isAbsolute(data.root)) return data;
    throw new Refusal(400, 'badRequest', '`root` is not an absolute path');
  }
  const gate = z.object({ gate: z.string() }).safeParse(value).data?.gate;
  const isNewer =
    (gate !== undefined && !knownGates.includes(gate)) || error.issues.some(({ code }) => code === 'unrecognized_keys');
  throw new Refusal(400, isNewer ? 'unknownRequest' : 'badRequest', z.prettifyError(error).slice(0, 2_000));
}

function readFromEditor<T extends { readonly root: string }>(body: string, schema: z.ZodType<T>): T {
  const { success, data, error } = schema.safeParse(parseJson(body));
  if (!success) throw new Refusal(400, 'badRequest', z.prettifyError(error).slice(0, 2_000));
  if (path.isAbsolute(data.root)) return data;
  throw new Refusal(400, 'badRequest', '`root` is not an absolute path');
}

/** Of the policies only those that found something: hundreds of others would be written and read for nothing. */
function decided({ report, outcome, seq, text }: GateAnswer): Answer {
  const named = new Set(report.findings.map(({ policy }) => policy));
  const policies = [...report.policies.values()].filter(({ id }) => named.has(id));
  const json = { outcome, seq, text, report: { ...report, policies } };
  return { status: 200, json, text: `${outcome}\n${text}` };
}
