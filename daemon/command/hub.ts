/** `kerb hub`, for the list of commands: `bin/kerb hub …` starts the hub before anything of this is loaded. */
import { type Command, UsageError } from '../command.ts';

export const hubCommand: Command = {
  usage: 'hub [backup FILE | restore FILE | sign-in | retain DAYS | root FILE]',
  summary: 'run the hub of an organisation, copy its database, sign in, delete what is old, make a root',
  description: 'Runs the hub: `bin/kerb hub --help` says how.',
  options: {},
  dashes: 'options',
  run: async () => {
    throw new UsageError('the hub is started by bin/kerb: kerb hub --help');
  },
};
