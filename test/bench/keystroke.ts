/** From keystroke to published diagnostics over stdio, several servers in turn on the same edits. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Input } from './inputs.ts';
import { initializeParams, LanguageServer } from './languageServer.ts';
import { type Summary, summarise } from './statistics.ts';

export interface Contender {
  readonly name: string;
  readonly command: readonly string[];
}

export interface KeystrokeRow {
  readonly input: string;
  readonly server: string;
  readonly openMs: number;
  readonly edit: Summary;
  readonly diagnostics: number;
  readonly residentMb: number;
}

const pauseMs = 20;

/** Types and deletes the input's text in each server, edit by edit in turn, so that the machine's drift hits all alike. */
export async function timeKeystrokes(
  inputs: readonly Input[],
  contenders: readonly Contender[],
  rounds: number,
): Promise<readonly KeystrokeRow[]> {
  const root = workspace(inputs);
  const servers = contenders.map(({ name, command }) => ({ name, server: new LanguageServer(command) }));
  try {
    for (const { server } of servers) {
      await server.request('initialize', initializeParams(pathToFileURL(root).href));
      server.notify('initialized', {});
    }
    const rows: KeystrokeRow[] = [];
    for (const input of inputs) {
      const sessions = servers.map(({ name, server }) => new Session(name, server, input, root));
      for (const session of sessions) await session.open();
      for (let round = 0; round < rounds; round++) await typeAndDelete(sessions, input);
      rows.push(...sessions.map((session) => session.row()));
      for (const session of sessions) session.close();
    }
    return rows;
  } finally {
    for (const { server } of servers) await server.close();
    rmSync(root, { recursive: true, force: true });
  }
}

async function typeAndDelete(sessions: readonly Session[], input: Input): Promise<void> {
  for (let index = 0; index < input.typed.length; index++) {
    for (const session of sessions) await session.edit(input.at + index, 0, input.typed.charAt(index));
    await sleep(pauseMs);
  }
  for (let index = input.typed.length - 1; index >= 0; index--) {
    for (const session of sessions) await session.edit(input.at + index, 1, '');
    await sleep(pauseMs);
  }
}

class Session {
  readonly #name: string;
  readonly #server: LanguageServer;
  readonly #input: Input;
  readonly #uri: string;
  readonly #samples: number[] = [];
  #text: string;
  #version = 1;
  #openMs = Number.NaN;
  #diagnostics = 0;

  constructor(name: string, server: LanguageServer, input: Input, root: string) {
    this.#name = name;
    this.#server = server;
    this.#input = input;
    this.#text = input.text;
    this.#uri = pathToFileURL(path.join(root, input.path)).href;
  }

  async open(): Promise<void> {
    const { language } = this.#input;
    const waiting = this.#server.published(this.#uri, 1);
    const began = performance.now();
    this.#server.notify('textDocument/didOpen', {
      textDocument: { uri: this.#uri, languageId: language, version: 1, text: this.#text },
    });
    this.#diagnostics = (await waiting).diagnostics.length;
    this.#openMs = performance.now() - began;
  }

  async edit(offset: number, removed: number, text: string): Promise<void> {
    const range = { start: position(this.#text, offset), end: position(this.#text, offset + removed) };
    this.#text = this.#text.slice(0, offset) + text + this.#text.slice(offset + removed);
    const version = ++this.#version;
    const waiting = this.#server.published(this.#uri, version);
    const began = performance.now();
    this.#server.notify('textDocument/didChange', {
      textDocument: { uri: this.#uri, version },
      contentChanges: [{ range, text }],
    });
    await waiting;
    this.#samples.push(performance.now() - began);
  }

  row(): KeystrokeRow {
    return {
      input: this.#input.name,
      server: this.#name,
      openMs: this.#openMs,
      edit: summarise(this.#samples),
      diagnostics: this.#diagnostics,
      residentMb: this.#server.residentMb(),
    };
  }

  close(): void {
    this.#server.notify('textDocument/didClose', { textDocument: { uri: this.#uri } });
  }
}

function workspace(inputs: readonly Input[]): string {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'kerb-bench-')));
  for (const input of inputs) {
    mkdirSync(path.dirname(path.join(root, input.path)), { recursive: true });
    writeFileSync(path.join(root, input.path), input.text);
  }
  execFileSync('git', ['-C', root, 'init', '-q']);
  return root;
}

/** An offset as LSP's position. */
export function position(text: string, offset: number): { line: number; character: number } {
  const before = text.slice(0, offset);
  return { line: before.split('\n').length - 1, character: offset - (before.lastIndexOf('\n') + 1) };
}
