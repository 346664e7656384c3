/** Somebody who is told of alerts, over real HTTP. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface HeardBy {
  readonly server: Server;
  readonly url: string;
  /** Of each notice its path, and whether it was `firing`, `resolved`, or `text`. */
  readonly heard: string[];
  /** What is answered. */
  status: number;
}

export async function startReceiver(): Promise<HeardBy> {
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      const { status } = JSON.parse(text) as { status?: string };
      receiver.heard.push(`${request.url} ${status ?? 'text'}`);
      response.writeHead(receiver.status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const receiver: HeardBy = {
    ...{ server, heard: [], status: 200 },
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
  };
  return receiver;
}
