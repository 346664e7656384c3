// One question to the daemon over its socket.
import { maxAnswerBytes } from '../daemon/protocol.ts';

export interface DaemonQuestion {
  readonly socketPath: string;
  readonly path: string;
  /** A media type; JSON without one. */
  readonly accept?: string;
  /** What is posted, as JSON; without it the question is a GET. */
  readonly body?: object;
}

const answerMs = 10_000;

/**
 * What the daemon says, whatever its status. Throws where it says nothing, or too much. HTTP is loaded here and not at the
 * start: an import of it brings all of Node's `fetch` and WebSocket along, which is a tenth of the time to the first diagnostics.
 */
export async function askDaemon({ socketPath, path, accept, body }: DaemonQuestion): Promise<string> {
  const bytes = body === undefined ? null : Buffer.from(JSON.stringify(body));
  const headers = {
    ...(accept === undefined ? {} : { Accept: accept }),
    ...(bytes === null ? {} : { 'Content-Type': 'application/json', 'Content-Length': bytes.length }),
  };
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const method = bytes === null ? 'GET' : 'POST';
    const outgoing = request({ socketPath, path, method, headers, agent: false, timeout: answerMs }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxAnswerBytes) outgoing.destroy(new Error('the answer of the daemon is too large'));
        else chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => resolve(Buffer.concat(chunks).toString()));
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error('the daemon does not answer')));
    outgoing.on('error', reject);
    outgoing.end(bytes ?? undefined);
  });
}
