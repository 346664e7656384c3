// The language server's process, as it starts everywhere.
import { runServer } from './run.ts';

runServer();
