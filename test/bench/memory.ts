/** Resident memory of the language server while one document is edited many times: it must stay flat. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Input } from './inputs.ts';
import { position } from './keystroke.ts';
import { initializeParams, LanguageServer } from './languageServer.ts';

export interface MemoryRow {
  readonly edits: number;
  readonly residentMb: number;
}

/** Edits the input `edits` times, back and forth, waiting for each publish, and samples after every tenth part. */
export async function watchMemory(
  command: readonly string[],
  input: Input,
  edits: number,
): Promise<readonly MemoryRow[]> {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'kerb-memory-')));
  const server = new LanguageServer(command);
  try {
    mkdirSync(path.dirname(path.join(root, input.path)), { recursive: true });
    await server.request('initialize', initializeParams(pathToFileURL(root).href));
    server.notify('initialized', {});
    return await editing(server, pathToFileURL(path.join(root, input.path)).href, input, edits);
  } finally {
    await server.close();
    rmSync(root, { recursive: true, force: true });
  }
}

async function editing(
  server: LanguageServer,
  uri: string,
  input: Input,
  edits: number,
): Promise<readonly MemoryRow[]> {
  const rows: MemoryRow[] = [];
  const opened = server.published(uri, 0);
  server.notify('textDocument/didOpen', {
    textDocument: { uri, languageId: input.language, version: 0, text: input.text },
  });
  await opened;
  const start = position(input.text, input.at);
  const end = { line: start.line + 1, character: input.typed.length - 1 };
  for (let version = 1; version <= edits; version++) {
    const typing = version % 2 === 1;
    const change = { range: { start, end: typing ? start : end }, text: typing ? input.typed : '' };
    const next = server.published(uri, version);
    server.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [change] });
    await next;
    if (version % Math.ceil(edits / 10) === 0) rows.push({ edits: version, residentMb: server.residentMb() });
  }
  return rows;
}
