/** A daemon in this process, on a real socket, whose gate and organisation are what a test says. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import type { GateAnswer, LocalGate } from '../daemon/gate/localGate.ts';
import { type Address, addressOf } from '../daemon/process/address.ts';
import { type Daemon, type RunOptions, runDaemon } from '../daemon/process/run.ts';
import type { AskedException, Notice, OrganisationAnswer, RequestedException } from '../daemon/protocol.ts';

export interface Started {
  readonly address: Address;
  readonly options: RunOptions;
  readonly daemon: Daemon;
  tell(notice: Notice): void;
  closed(): boolean;
}

export interface Changed extends Partial<RunOptions> {
  readonly decide?: LocalGate['decide'];
  readonly organisation?: () => OrganisationAnswer;
  readonly askException?: (asked: AskedException) => Promise<RequestedException>;
  readonly requestedExceptions?: () => readonly RequestedException[];
}

/** Starts it; it ends with the test. */
export async function start(
  context: TestContext,
  {
    decide: given,
    organisation = () => ({ kind: 'none' }),
    askException = async () => assert.fail('nobody asks here'),
    requestedExceptions = () => [],
    ...changed
  }: Changed = {},
): Promise<Started> {
  const address = changed.address ?? addressOf({ folder: path.join(temporaryFolder(context), 'run') });
  let tell: Started['tell'] = () => undefined;
  let isClosed = false;
  const decideHere: LocalGate['decide'] = given ?? (async ({ root }) => answer(`judged ${root}`));
  const options: RunOptions = {
    version: '1.2.3',
    idleMs: 1,
    log: () => undefined,
    elapsedMs: () => 1_000,
    schedule: () => () => undefined,
    open: async (told) => {
      tell = told;
      return {
        gate: { decide: decideHere, close: async () => undefined },
        status: () => ({ policies: null, journal: null, problems: [] }),
        organisation,
        askException,
        requestedExceptions,
        giveFeedback: async () => assert.fail('nobody says anything here'),
        givenFeedback: () => [],
        synchronise: async () => ({
          kind: 'none',
          before: null,
          after: null,
          uploaded: 0,
          refusal: null,
          failure: null,
          alarm: null,
        }),
        warm: async () => undefined,
        close: async () => {
          isClosed = true;
        },
      };
    },
    ...changed,
    address,
  };
  const run = await runDaemon(options);
  assert.ok(run.kind === 'running', JSON.stringify(run));
  const { daemon } = run;
  context.after(() => daemon.stop());
  return { address, options, daemon, tell: (notice) => tell(notice), closed: () => isClosed };
}

function temporaryFolder(context: TestContext): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-run-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A gate's answer that blocks with a text. */
export function answer(text: string): GateAnswer {
  const digest = `sha256:${'0'.repeat(64)}`;
  const decision = {
    id: '0',
    gate: 'commit',
    effect: 'deny' as const,
    revision: '0',
    digest,
    inputDigest: digest,
    latencyMs: 0,
  };
  const report = { decision, findings: [], problems: [], files: { checked: 0, skipped: 0 }, policies: new Map() };
  return { outcome: 'block', seq: 1, text, report };
}
