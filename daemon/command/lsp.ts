/** `kerb lsp`, for its help: `bin/kerb lsp --stdio` starts the language server before anything of this is loaded. */
import { type Command, UsageError } from '../command.ts';

export const lspCommand: Command = {
  usage: 'lsp --stdio',
  summary: 'speak the Language Server Protocol with an editor',
  description: 'Serves an editor over the Language Server Protocol 3.17 until it is told to exit.',
  options: {
    stdio: { help: 'speak on stdin and stdout' },
    'node-ipc': { help: 'speak over the IPC channel of the process that started this one' },
    pipe: { value: 'NAME', help: 'speak on a named pipe or unix socket' },
    socket: { value: 'PORT', help: 'speak on a local TCP port' },
  },
  dashes: 'options',
  run: async () => {
    throw new UsageError('say how to speak, first of all: kerb lsp --stdio');
  },
};
