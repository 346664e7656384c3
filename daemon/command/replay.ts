/** `kerb replay`: what policies would have decided of this machine's recent changes. */
import path from 'node:path';
import process from 'node:process';
import { createNative, findRoot, readIdentity, relativePath } from '../../repository/index.ts';
import { readStdin } from '../check/stdin.ts';
import { type Arguments, type Command, type ExitCode, textOrJson, UsageError } from '../command.ts';
import { createRulings, type Rulings } from '../gate/ruling.ts';
import { type Home, requireHome } from '../home.ts';
import { print } from '../output.ts';
import { policyFoldersOf } from '../policies.ts';
import { bundleIn, bundleRulings, type CandidateParts, workTreeRulings } from '../replay/candidate.ts';
import { consentOf, setConsent } from '../replay/consent.ts';
import { replay } from '../replay/replay.ts';
import { replayJson, replayText } from '../replay/report.ts';
import { readText } from '../review/hub.ts';
import { openStore } from '../store/open.ts';
import { readGoverningHere } from '../sync/current.ts';
import { version } from '../version.ts';

export const replayCommand: Command = {
  usage: 'replay [DIR]',
  summary: 'what policies would have decided of recent commits',
  description: `Judges the changes that this machine's gates decided on once more: by what is in force, and by the candidate.
Without DIR the candidate is what stands in this work tree (kerb.yaml and its policies), for this repository. DIR is an
organisation's folder, as for kerb publish, for every repository that was committed in here.
It says both directions (what passed and would be denied, what was denied and would pass), the findings that come and go, and
counts what cannot be replayed by what is in the way. Nothing is decided, recorded or sent.
Exit codes: 0 replayed, whatever it shows; 2 not.`,
  options: {
    policies: { value: 'DIR', repeatable: true, help: 'more policies, as for kerb check' },
    'stdin-path': { value: 'PATH', help: 'the text on stdin stands for the policy in PATH' },
    consent: {
      value: 'WORD',
      help: 'whether this device replays changes for its hub: allowed, refused, or organisation (its word)',
    },
    bundle: { value: 'FILE', help: 'the candidate is a bundle, as a hub publishes it' },
    days: { value: 'N', help: 'decisions of the last N days (30)' },
    most: { value: 'N', help: 'at most N decisions, the newest (500)' },
    seconds: { value: 'N', help: 'for at most N seconds, of the clock and of the processor (120)' },
    format: { value: 'FORMAT', help: 'text (default) or json' },
  },
  dashes: 'options',
  run,
};

const dayMs = 86_400_000;

async function run(given: Arguments): Promise<ExitCode> {
  const format = textOrJson(given);
  const limits = {
    days: countIn(given, 'days', 30),
    most: countIn(given, 'most', 500),
    seconds: countIn(given, 'seconds', 120),
  };
  const home = requireHome();
  const consent = given.value('consent');
  if (consent !== null) return consentTo(consent, home);
  const native = createNative();
  const { organisation } = await readGoverningHere();
  const { candidate, repository } = await candidateOf(given, { native, organisation });
  const store = openStore({ home, device: crypto.randomUUID(), now: Date.now, sha256: native.sha256 });
  if (store.kind === 'problem') throw new UsageError(store.message);
  try {
    const replayed = await replay({
      ...{ store, native, version: version(), candidate },
      recent: { sinceMs: Date.now() - limits.days * dayMs, most: limits.most, repository },
      inForce: createRulings({ native, organisation: () => organisation }),
      isSpent: spentAfter(limits.seconds * 1_000),
    });
    await print(format === 'json' ? `${JSON.stringify(replayJson(replayed))}\n` : replayText(replayed));
    return 0;
  } finally {
    store.close();
  }
}

/** Keeps what the user says, and prints what holds. */
async function consentTo(word: string, home: Home): Promise<ExitCode> {
  if (word !== 'allowed' && word !== 'refused' && word !== 'organisation')
    throw new UsageError(`--consent ${word}: there are allowed, refused and organisation`);
  const { organisation } = await readGoverningHere();
  const store = openStore({ home, device: crypto.randomUUID(), now: Date.now, sha256: createNative().sha256 });
  if (store.kind === 'problem') throw new UsageError(store.message);
  try {
    const refusal = setConsent(store, word === 'organisation' ? null : word);
    if (refusal !== null) throw new UsageError(refusal);
    await print(`replays for the hub are ${consentOf(organisation, store)} on this device\n`);
    return 0;
  } finally {
    store.close();
  }
}

async function candidateOf(
  given: Arguments,
  parts: CandidateParts,
): Promise<{ readonly candidate: Rulings; readonly repository: string | null }> {
  const [folder, ...more] = given.words;
  const bundle = given.value('bundle');
  const ways = [folder, bundle, given.values('policies')[0] ?? given.value('stdin-path')];
  if (more.length > 0 || ways.filter((way) => way != null).length > 1)
    throw new UsageError('kerb replay, kerb replay DIR, or kerb replay --bundle FILE');
  if (bundle !== null) return { candidate: bundleRulings(readText(bundle), parts), repository: null };
  if (folder === undefined) return workTreeCandidate(given, parts);
  return { candidate: bundleRulings(bundleIn(path.resolve(folder), parts), parts), repository: null };
}

async function workTreeCandidate(given: Arguments, parts: CandidateParts) {
  const root = findRoot(process.cwd());
  if (root === null)
    throw new UsageError("there is no repository here: kerb replay DIR names an organisation's policies");
  const file = given.value('stdin-path');
  const draft =
    file === null ? null : { path: relativePath(root, path.resolve(file)), text: (await readStdin()).toString('utf8') };
  const candidate = await workTreeRulings({ root, folders: policyFoldersOf(given.values('policies')), draft }, parts);
  return { candidate, repository: (await readIdentity(root)).repository };
}

function spentAfter(ms: number): () => boolean {
  const began = performance.now();
  const used = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(used);
    return performance.now() - began > ms || (user + system) / 1_000 > ms;
  };
}

function countIn(given: Arguments, option: string, usual: number): number {
  const text = given.value(option) ?? String(usual);
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 100_000) return count;
  throw new UsageError(`--${option} ${text}: give a whole number from 1 on`);
}
