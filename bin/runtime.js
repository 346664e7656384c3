// Which Node runs Kerb. A checkout's dependencies bring Node 24, for machines whose own is older than Kerb's store needs.
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

/** Node 24 as the lock file brings it for this platform, or null where it is not installed. */
export function broughtNode(root) {
  const isWindows = process.platform === 'win32';
  const name = `node-${isWindows ? 'win' : process.platform}-${process.arch}`;
  const file = path.join(root, 'node_modules', name, 'bin', isWindows ? 'node.exe' : 'node');
  return existsSync(file) ? file : null;
}

/** Whether the running Node is at least this one. */
export function isAtLeast(major, minor) {
  const [itsMajor, itsMinor] = process.versions.node.split('.').map(Number);
  return itsMajor > major || (itsMajor === major && itsMinor >= minor);
}

/** Runs this very command on another Node and ends as it ends. Comes back where that one cannot be started here. */
export async function continueOn(node) {
  const { spawn } = await import('node:child_process');
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], { stdio: 'inherit' });
  // Ctrl-C reaches both from the terminal.
  process.on('SIGINT', () => {});
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  await new Promise((resolve) => {
    child.once('error', resolve);
    // What was killed has given no verdict.
    child.once('exit', (code) => process.exit(code ?? 2));
  });
}
