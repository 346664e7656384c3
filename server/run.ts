// The language server as a process: `--stdio` for any editor, `--node-ipc` for the VS Code extension.
import process from 'node:process';
import { type Connection, createConnection } from 'vscode-languageserver/node';
import { framesOf } from '../engine/index.ts';
import { serve } from './connect.ts';
import { StreamReader, StreamWriter } from './wire.ts';

declare const KERB_VERSION: string | undefined;

/** Serves the editor that started this process, until it leaves. */
export function runServer(): void {
  if (!process.argv.some((word) => /^--(stdio|node-ipc|pipe|socket)/.test(word))) {
    process.stderr.write('kerb: the language server speaks on --stdio, --node-ipc, --pipe=NAME or --socket=PORT\n');
    process.exit(2);
  }
  let isClosing = (): boolean => false;
  const connection = process.argv.includes('--stdio') ? overStdio(() => isClosing()) : createConnection();
  process.on('unhandledRejection', (error) => connection.console.error(`Kerb: an answer was lost: ${framesOf(error)}`));
  process.on('uncaughtException', (error) => {
    connection.window.showErrorMessage('Kerb broke and ends. The log says where; an editor usually starts it again.');
    connection.console.error(`Kerb broke: ${framesOf(error)}`);
    // The messages above are written in the turns after this one.
    setTimeout(() => process.exit(1), 100);
  });
  ({ isClosing } = serve(connection, {
    name: 'kerb',
    version: typeof KERB_VERSION === 'string' ? KERB_VERSION : 'checkout',
  }));
  connection.listen();
}

function overStdio(isClosing: () => boolean): Connection {
  // Whatever is printed would stand among the messages.
  const { error } = console;
  Object.assign(console, { log: error, info: error, debug: error, dir: error, table: error, group: error });
  process.stdin.once('end', () => process.exit(isClosing() ? 0 : 1));
  return createConnection(new StreamReader(process.stdin), new StreamWriter(process.stdout));
}
