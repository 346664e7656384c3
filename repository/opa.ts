/** Bundles compiled by the user's own `opa`, for the policies that are written in Rego. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readIfBounded } from './read.ts';

/** What is compiled. */
export interface OpaBuild {
  /** Where `opa` runs: names of files are relative to it, and stand in the bundle as they are. */
  readonly root: string;
  readonly files: readonly string[];
  readonly entrypoint: string;
}

export type OpaBundle =
  | { readonly kind: 'bundle'; readonly bytes: Buffer }
  /** In words, with what the user can do; and the errors of which opa says where they stand. */
  | { readonly kind: 'problem'; readonly message: string; readonly places: readonly OpaPlace[] };

/** An error in a file of Rego. */
export interface OpaPlace {
  /** One of the files that were compiled, as it was named. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** `rego_type_error: undefined function foo` */
  readonly message: string;
}

/** In base64 it has to fit into a policy. */
const maxBundleBytes = 650_000;
const maxComplaint = 4_000;
const longestMs = 60_000;

/** Compiles Rego to a bundle with a WebAssembly module. The same files give the same bytes with the same OPA. Never throws. */
export async function buildOpaBundle(build: OpaBuild): Promise<OpaBundle> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-opa-'));
  try {
    const output = path.join(folder, 'bundle.tar.gz');
    const said = await compile(build, output, []);
    // What was written before OPA 1.0 may be no Rego of today. What is wrong in either is told of today's.
    const mayBeOlder = said?.includes('rego_') === true;
    const isBuilt = said === null || (mayBeOlder && (await compile(build, output, ['--v0-compatible'])) === null);
    if (!isBuilt) return { kind: 'problem', message: said, places: placesIn(said, build.files) };
    const bytes = readIfBounded(output, maxBundleBytes);
    return bytes === null
      ? { kind: 'problem', message: `opa wrote no bundle of at most ${maxBundleBytes} bytes`, places: [] }
      : { kind: 'bundle', bytes };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Runs `opa build`; null where it succeeded, else what is wrong. */
function compile(
  { root, files, entrypoint }: OpaBuild,
  output: string,
  more: readonly string[],
): Promise<string | null> {
  const options = ['--target=wasm', `--entrypoint=${entrypoint}`, `--output=${output}`, ...more];
  return new Promise((resolve) => {
    const child = spawn('opa', ['build', ...options, '--', ...files], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      // A timer of the process's own would go on where the program could not be started.
      signal: AbortSignal.timeout(longestMs),
      killSignal: 'SIGKILL',
      windowsHide: true,
    });
    let complaint = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        if (complaint.length < maxComplaint) complaint += chunk.toString();
      });
    child.on('error', (error: NodeJS.ErrnoException) => resolve(reasonOf(error)));
    child.on('close', (status) => {
      if (status === 0) resolve(null);
      else resolve(complaint.slice(0, maxComplaint).trim() || `opa ended with ${status}`);
    });
  });
}

/** opa begins an error with `FILE:LINE: `, the first one of several behind how many there are: `error: 1 error occurred: a.rego:3: …`. */
function placesIn(said: string, files: readonly string[]): readonly OpaPlace[] {
  return said.split(/\r?\n/).flatMap((text) => {
    const found = files.flatMap((file) => {
      const at = text.indexOf(`${file}:`);
      const isNamed = at === 0 || (at > 1 && text.slice(at - 2, at) === ': ');
      const [, line, message] = isNamed ? (/^(\d{1,7}): (.+)$/.exec(text.slice(at + file.length + 1)) ?? []) : [];
      return line === undefined || message === undefined ? [] : [{ file, line: Number(line), message }];
    });
    return found.slice(0, 1);
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ABORT_ERR') return `opa had not finished after ${longestMs / 1000} seconds, and was ended`;
  if (code !== 'ENOENT') return `opa did not start: ${message}`;
  return 'opa is not installed, or not on the PATH: it compiles Rego (https://www.openpolicyagent.org/docs/#running-opa)';
}
