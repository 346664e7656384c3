/** `kerb hub`, for the list of commands: `bin/kerb hub …` starts the hub before anything of this is loaded. */
import { type Command, UsageError } from '../command.ts';

export const hubCommand: Command = {
  usage: 'hub [backup|restore FILE]',
  summary: 'run the hub of an organisation, or copy its database',
  description: 'Runs the hub: `bin/kerb hub --help` says how.',
  options: {},
  dashes: 'options',
  run: async () => {
    throw new UsageError('the hub is started by bin/kerb: kerb hub --help');
  },
};
