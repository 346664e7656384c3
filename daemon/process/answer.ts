/** What the daemon says to a request, in the form that the client asked for. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { DaemonErrorCode } from '../protocol.ts';

export interface Answer {
  readonly status: number;
  readonly json: object;
  /** The same for a person or a script (`Accept: text/plain`). */
  readonly text: string;
}

/** A request that is not answered as asked. The message says what to do. */
export class Refusal extends Error {
  override name = 'Refusal';
  readonly status: number;
  readonly code: DaemonErrorCode;

  constructor(status: number, code: DaemonErrorCode, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** A refusal as an answer. */
export function refused({ status, code, message }: Pick<Refusal, 'status' | 'code' | 'message'>): Answer {
  return { status, json: { error: { code, message } }, text: `kerb: ${message}\n` };
}

/** Sends an answer. A client that has gone is no fault. */
export function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  const isPlain = request.headers.accept?.startsWith('text/plain') === true;
  const body = Buffer.from(isPlain ? answer.text : JSON.stringify(answer.json));
  response.on('error', () => undefined);
  response.writeHead(answer.status, {
    'Content-Type': isPlain ? 'text/plain; charset=utf-8' : 'application/json',
    'Content-Length': body.length,
    Connection: 'close',
  });
  response.end(body);
}
