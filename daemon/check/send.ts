/** `kerb check --hub`: the decision of a job of CI, handed to the hub with the job's own token. */
import process from 'node:process';
import { secretMask } from '../../engine/index.ts';
import { hubError, jobDecisionPath, jobDecisionTaken } from '../../hub/protocol.ts';
import { git, readIdentity } from '../../repository/index.ts';
import { UsageError } from '../command.ts';
import { recordOf } from '../journal/record.ts';
import type { Report } from '../report/report.ts';
import { exchange, HubFailure, jsonOf, systemNetwork } from '../sync/network.ts';
import { version } from '../version.ts';
import { jobToken } from './jobToken.ts';
import type { Desk } from './judgeInput.ts';

export interface Sending {
  /** The hub's address, as its rules name the audience. */
  readonly hub: string;
  readonly root: string;
  /** The commit that was judged; null: the one that is checked out. */
  readonly revision: string | null;
  readonly report: Report;
  readonly policies: Desk['policies'];
  readonly ring: string | null;
  readonly stale: boolean;
  readonly beganMs: number;
}

const withinMs = 60_000;
const maxBytes = 100_000;

/** Resolves when the hub has it in its log. Throws `UsageError` for whatever it or the platform says. */
export async function sendDecision(sending: Sending): Promise<void> {
  const { hub } = sending;
  const body = JSON.stringify(await recordFor(sending));
  const headers = { authorization: `Bearer ${await jobToken(hub, systemNetwork)}`, 'content-type': 'application/json' };
  const request = { method: 'POST', url: hub + jobDecisionPath, headers, body, maxBytes, withinMs } as const;
  const answer = await exchange(systemNetwork, request).catch((error: unknown) => {
    throw error instanceof HubFailure ? new UsageError(`the decision is not at the hub: ${error.message}`) : error;
  });
  if (answer.status < 400 && jobDecisionTaken.safeParse(jsonOf(answer)).success) return;
  const refusal = hubError.safeParse(jsonOf(answer));
  const why = refusal.success ? refusal.data.error.message : `it answers ${answer.status}`;
  throw new UsageError(`the hub refuses the decision: ${why}`);
}

async function recordFor({ root, revision, report, policies, ...rest }: Sending) {
  const [{ subject, repository }, commit] = await Promise.all([readIdentity(root), commitOf(root, revision ?? 'HEAD')]);
  const target = { base: null, commit, tree: null, ref: process.env.GITHUB_REF ?? null };
  const passed = report.decision.effect === 'allow';
  const { ring, stale, beganMs: atMs } = rest;
  const about = { atMs, origin: 'gate', reason: null, subject, repository, target, ring, passed, stale } as const;
  const client = { name: 'kerb check', version: version() };
  return recordOf({ ...about, report, mode: 'strict', client }, secretMask(policies, []));
}

async function commitOf(root: string, revision: string): Promise<string | null> {
  const answer = await git(root, ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{commit}`]);
  if (answer.kind === 'failure') return null;
  const id = answer.bytes.toString().trim();
  return /^[0-9a-f]{40,64}$/.test(id) ? id : null;
}
