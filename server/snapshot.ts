// The language server's process as a snapshot: an editor is served once while the snapshot is made, so that a start from
// it has read and compiled the policies. Only what is in memory goes along; files, sockets and the clock are those of the
// process that starts.
import { PassThrough } from 'node:stream';
import { startupSnapshot } from 'node:v8';
import { createConnection } from 'vscode-languageserver/node';
import { serve } from './connect.ts';
import { runServer } from './run.ts';
import { samples } from './warm.ts';
import { StreamReader, StreamWriter } from './wire.ts';

startupSnapshot.setDeserializeMainFunction(runServer);
rehearse();

/** Opens and edits a file of each kind. Code is left out: what parses it is no JavaScript, and cannot go along. */
function rehearse(): void {
  const input = new PassThrough();
  const output = new PassThrough();
  const connection = createConnection(new StreamReader(input), new StreamWriter(output));
  serve(connection, { name: 'kerb', version: 'rehearsal' });
  connection.listen();
  const send = (message: object): void => {
    const json = JSON.stringify({ jsonrpc: '2.0', ...message });
    input.write(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`);
  };
  const uris = samples.map(({ path }) => `file:///rehearsal/${path}`);
  const waiting = new Set(uris);
  let said = '';
  output.on('data', (data: Buffer) => {
    said += data.toString();
    for (const uri of waiting) if (said.includes(`"uri":"${uri}"`)) waiting.delete(uri);
    if (waiting.size === 0 && !input.writableEnded) {
      send({ id: 2, method: 'shutdown' });
      input.end();
    }
  });
  send({ id: 1, method: 'initialize', params: { processId: null, rootUri: null, capabilities: {} } });
  for (const [index, { text }] of samples.entries()) {
    const textDocument = { uri: uris[index], languageId: '', version: 1, text };
    send({ method: 'textDocument/didOpen', params: { textDocument } });
  }
}
