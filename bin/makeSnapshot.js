// Makes the snapshot that a program starts from: `node bin/makeSnapshot.js NAME DIST`.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { snapshotFile } from './snapshot.js';

const self = fileURLToPath(import.meta.url);
/** Longer than making one takes on a slow machine. */
const makingMs = 60_000;

/** Makes the snapshot `name` of `dist` and tries it; says whether it is good. An empty file says that none can be made here. */
export async function makeSnapshot(name, { dist }) {
  const file = snapshotFile(name, dist);
  if (file === null) return false;
  // Not where it will lie: another build may empty that folder.
  const part = path.join(dist, `.snapshot-${process.pid}`);
  const run = (...args) =>
    spawn(process.execPath, ['--snapshot-blob', part, ...args], {
      stdio: ['pipe', 'pipe', 'ignore'],
      timeout: makingMs,
      cwd: os.tmpdir(),
      env: { ...plainEnvironment(), KERB_HOME: path.join(dist, '.nobody') },
    });
  const making = run('--build-snapshot', path.join(dist, `${name}-snapshot.cjs`));
  const isGood = (await ended(making)) && (await trials[name](run));
  fs.mkdirSync(path.dirname(file), { recursive: true });
  if (isGood) fs.renameSync(part, file);
  else fs.writeFileSync(file, '');
  for (const left of [part, claimOf(file)]) fs.rmSync(left, { force: true });
  return isGood;
}

/** Lets another process do that, at the lowest priority. */
export function makeAside(name, { dist, file }) {
  if (!claim(claimOf(file))) return;
  const child = spawn(process.execPath, [self, name, dist], { detached: true, stdio: 'ignore' });
  child.on('error', () => {});
  child.on('spawn', () => os.setPriority(child.pid, os.constants.priority.PRIORITY_LOW));
  child.unref();
}

function claimOf(file) {
  return `${file}.making`;
}

/** Whether nobody else is at it, and this one may write. */
function claim(file) {
  try {
    const since = fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs;
    if (since !== undefined && Date.now() - since > 3 * makingMs) fs.rmSync(file);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.closeSync(fs.openSync(file, 'wx'));
    return true;
  } catch {
    return false;
  }
}

async function ended(child) {
  child.on('error', () => {});
  const [status] = await once(child, 'close');
  return status === 0;
}

/** Nothing of the repository whose hook may have begun this. */
function plainEnvironment() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:GIT|KERB)_/.test(name)));
}

/** How a snapshot is tried, by its name. */
const trials = {
  server: (run) => serves(run(self, 'lsp', '--stdio')),
  gate: (run) => judges(run(self, 'check', '--no-daemon', '--stdin-path', 'trial.yaml')),
};

const trialText = 'kind: Pod\napiVersion: v1\nspec: { hostNetwork: true, containers: [{ name: a, image: a }] }\n';
const trialPolicy = 'kubernetes/host-network';

/** Whether the command finds something. */
async function judges(command) {
  let said = '';
  command.stdout.on('data', (data) => (said += data));
  command.stdin.on('error', () => {});
  command.stdin.end(trialText);
  await ended(command);
  return command.exitCode === 1 && said.includes(trialPolicy);
}

/** Whether the language server finds something, and ends as it should. */
async function serves(server) {
  const send = (message) => {
    const json = JSON.stringify({ jsonrpc: '2.0', ...message });
    server.stdin.write(`Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`);
  };
  let said = '';
  let step = 0;
  // Each waits for an answer: what comes after its end is not read any more.
  const steps = [
    [trialPolicy, { id: 2, method: 'shutdown' }],
    ['"id":2', { method: 'exit' }],
  ];
  server.stdin.on('error', () => {});
  server.stdout.on('data', (data) => {
    said += data;
    for (; step < steps.length && said.includes(steps[step][0]); step++) send(steps[step][1]);
  });
  const textDocument = { uri: 'file:///trial.yaml', languageId: 'yaml', version: 1, text: trialText };
  send({ id: 1, method: 'initialize', params: { processId: null, rootUri: null, capabilities: {} } });
  send({ method: 'initialized', params: {} });
  send({ method: 'textDocument/didOpen', params: { textDocument } });
  return ended(server);
}

if (process.argv[1] === self) {
  const [name, dist] = process.argv.slice(2);
  process.exitCode = (await makeSnapshot(name, { dist })) ? 0 : 1;
}
