/** `kerb check`: the verdict on files, on what is staged, on a range of commits, or on a text. */
import process from 'node:process';
import { atGate, exceptionsOf, type Met } from '../../engine/index.ts';
import { findRoot, readIdentity } from '../../repository/index.ts';
import { writeBaseline } from '../check/baseline.ts';
import { createDesk } from '../check/desk.ts';
import { applySafeFixes } from '../check/fix.ts';
import { type Gathered, gather, type Request } from '../check/gather.ts';
import { createProgress } from '../check/progress.ts';
import { ruleProblems } from '../check/rules.ts';
import { judgeInputs, reportOf } from '../check/run.ts';
import { readStdin } from '../check/stdin.ts';
import { type Arguments, type Command, type ExitCode, type Start, UsageError } from '../command.ts';
import { complain, print } from '../output.ts';
import { disarmed, formatGithub } from '../report/github.ts';
import { formatJson } from '../report/json.ts';
import { formatJunit } from '../report/junit.ts';
import type { Report } from '../report/report.ts';
import { formatSarif } from '../report/sarif.ts';
import { printable, styleFor } from '../report/style.ts';
import { formatText } from '../report/text.ts';
import { ageOf } from '../sync/age.ts';
import { type Governing, isOutdated, readGoverningHere } from '../sync/current.ts';
import { isHubAddress } from '../sync/hubAddress.ts';
import { version } from '../version.ts';

const formats = ['text', 'json', 'sarif', 'junit', 'github'] as const;
type Format = (typeof formats)[number];

/** Who may ask: a policy that looks at `context.gate` must not be passed by a gate whose name is mistyped. */
const gates: readonly string[] = [
  ...['check', 'editor', 'commit', 'push', 'build', 'dependency'],
  ...['release', 'deploy', 'promote', 'access', 'admission'],
];

export const checkCommand: Command = {
  usage: 'check [PATH…]',
  summary: 'judge files, what is staged, a range of commits or a text',
  description: `Judges files by the policies and says allow (exit code 0), deny (1) or no verdict (2).
Without a PATH the working directory is judged. .gitignore is honoured; a file that is named is judged in any case.
--staged and --range judge what git has, never the work tree, by the kerb.yaml of the commit that the change starts from.`,
  options: {
    staged: { help: 'judge what the next commit holds' },
    range: { value: 'A..B', help: 'judge what the commits from A to B change (A...B: what B did since it left A)' },
    'require-decisions': { help: 'with --range: deny where a commit passed no gate, as far as KERB_HOME remembers' },
    'device-keys': {
      value: 'FILE',
      help: 'with --require-decisions: believe the decisions that travel with the commits, if one of these keys signed them',
    },
    'stdin-path': { value: 'PATH', help: 'judge the text on stdin as if it stood in PATH' },
    policies: {
      value: 'DIR',
      repeatable: true,
      help: 'more policies, DIR/<domain>/<name>.yaml; the last one with an id wins',
    },
    gate: { value: 'GATE', help: 'which gate asks (default: check); policies see it as context.gate' },
    format: { value: 'FORMAT', help: 'text, json, sarif, junit or github (default: text)' },
    fix: { help: 'apply the fixes that are safe, then judge again' },
    'write-baseline': { help: 'record what the whole repository has today, so that only new findings count' },
    hub: {
      value: 'URL',
      help: "in CI: hand the decision to a hub, by the job's own token; what it refuses is no verdict",
    },
    'no-daemon': { help: 'judge in this process' },
  },
  dashes: 'options',
  run,
};

async function run(given: Arguments, { keepCode }: Start): Promise<ExitCode> {
  const format = formatOf(given.value('format') ?? 'text');
  const hub = hubOf(given);
  const gate = gateOf(given.value('gate') ?? 'check');
  const governing = await readGoverningHere();
  const request: Request = { ...(await requestOf(given)), organisation: atGate(governing.organisation, gate) };
  const beganMs = Date.now();
  const began = performance.now();
  const gathered = withAge(await gather(request), governing, beganMs);
  await complain(gathered.notes.map((note) => `kerb: ${printable(note)}\n`).join(''));
  const progress = createProgress(process.stderr, gathered.inputs.length);
  const options = {
    gate,
    date: new Date(beganMs).toISOString().slice(0, 10),
    repairs: format === 'sarif' ? 'include' : 'omit',
    baseline: given.has('write-baseline') ? 'disregard' : 'heed',
    met: exceptionsOf(gathered.setup) === null ? null : await metNow(gathered.setup.root, beganMs),
  } as const;
  const inHand = {
    gathered,
    options,
    desk: createDesk(gathered.setup, options),
    onProgress: progress.update,
    onFault: (message: string) => void complain(`kerb: a thread that judges files broke: ${printable(message)}\n`),
  };
  let judgements = await judgeInputs(gathered.inputs, inHand);
  if (given.has('fix')) judgements = await applySafeFixes(inHand, judgements);
  progress.end();
  const { setup } = gathered;
  const report = reportOf({
    run: inHand,
    ruleProblems: ruleProblems(setup, inHand.desk.policies, inHand.desk.native),
    judgements,
    beganMs,
    latencyMs: performance.now() - began,
  });
  if (given.has('write-baseline')) return writeBaseline(gathered.setup, report);
  await print(render(report, format));
  keepCode();
  if (hub !== null) {
    const { sendDecision } = await import('../check/send.ts');
    const facts = { root: setup.root, revision: judgedRevision(given), policies: inHand.desk.policies };
    const ring = setup.organisation?.ring ?? null;
    await sendDecision({ ...facts, hub, report, ring, stale: isOutdated(governing, beganMs), beganMs });
  }
  const exitCode = exitCodes[report.decision.effect];
  return given.has('require-decisions') && !(await areDecided(gathered.setup.root, given)) ? exitCode || 1 : exitCode;
}

/** The hub that is to get the decision. What has not been committed is nobody's decision yet. */
function hubOf(given: Arguments): string | null {
  const hub = given.value('hub');
  if (hub === null) return null;
  for (const option of ['staged', 'stdin-path', 'fix', 'write-baseline']) {
    if (given.has(option) || given.value(option) !== null)
      throw new UsageError(`--hub hands over the decision on what is committed: it does not go with --${option}`);
  }
  if (!isHubAddress(hub)) throw new UsageError('--hub URL says which hub gets the decision: it begins with https://');
  return hub.replace(/\/+$/, '');
}

/** The later end of the range; null without one. */
function judgedRevision(given: Arguments): string | null {
  return given.value('range')?.split('..').at(-1)?.replace(/^\./, '') || null;
}

/** Uses are counted where gates decide; a check uses nothing up. */
async function metNow(root: string, atMs: number): Promise<Met> {
  const { repository, subject } = await readIdentity(root);
  return { atMs, repository, actor: subject.email, uses: new Map() };
}

/** Whether each commit of the range passed a gate; names those that did not. */
async function areDecided(root: string, given: Arguments): Promise<boolean> {
  const { undecidedCommits } = await import('../check/requireDecisions.ts');
  const file = given.value('device-keys');
  const keys = file === null ? null : await (await import('../evidence/keys.ts')).readKeySet(file);
  const commits = await undecidedCommits(root, given.value('range') ?? '', keys);
  const lines = commits.map(({ id, message }) => {
    const [subject = ''] = message.split('\n');
    return `kerb: ${id.slice(0, 12)} passed no gate: ${printable(subject)}\n`;
  });
  await complain(lines.join(''));
  return commits.length === 0;
}

const exitCodes = { allow: 0, deny: 1, indeterminate: 2 } as const;

function render(report: Report, format: Format): string {
  if (format === 'json') return formatJson(report);
  if (format === 'sarif') return formatSarif(report, { version: version() });
  if (format === 'junit') return formatJunit(report);
  if (format === 'github') return formatGithub(report);
  const columns = Math.min(120, Math.max(60, process.stdout.columns ?? 100));
  const text = formatText(report, { style: styleFor(process.stdout), columns });
  return process.env.GITHUB_ACTIONS === 'true' ? disarmed(text) : text;
}

function formatOf(name: string): Format {
  const format = formats.find((each) => each === name);
  if (format === undefined)
    throw new UsageError(`--format ${JSON.stringify(name)}: the formats are ${formats.join(', ')}`);
  return format;
}

function gateOf(name: string): string {
  if (!gates.includes(name)) throw new UsageError(`--gate ${JSON.stringify(name)}: the gates are ${gates.join(', ')}`);
  return name;
}

/** Policies that are older than the organisation allows: its settings say whether there still is a verdict. */
function withAge(gathered: Gathered, governing: Governing, now: number): Gathered {
  const age = ageOf(governing.organisation, { isOutdated: isOutdated(governing, now) });
  if (age === null) return gathered;
  if (age.whenStale === 'warn') return { ...gathered, notes: [...gathered.notes, age.message] };
  const problem = { file: '', range: null, message: age.message, blocking: true };
  return { ...gathered, problems: [...gathered.problems, problem] };
}

async function requestOf(given: Arguments): Promise<Omit<Request, 'organisation'>> {
  const range = given.value('range');
  const textPath = given.value('stdin-path');
  if (textPath === '') throw new UsageError('--stdin-path is empty: it names the file that the text would be');
  const ways = [given.has('staged'), range !== null, textPath !== null].filter(Boolean).length;
  if (ways > 1) throw new UsageError('--staged, --range and --stdin-path exclude one another');
  if (textPath !== null && given.words.length > 0)
    throw new UsageError('--stdin-path judges one text: name no further PATH');
  for (const option of ['fix', 'write-baseline']) {
    if (ways > 0 && given.has(option))
      throw new UsageError(`--${option} works on files: it goes with none of --staged, --range and --stdin-path`);
  }
  if (given.has('require-decisions') && range === null)
    throw new UsageError('--require-decisions looks at the commits of a range: give one with --range A..B');
  if (given.value('device-keys') !== null && !given.has('require-decisions'))
    throw new UsageError('--device-keys says whose decisions count: it goes with --require-decisions');
  const common = { paths: pathsOf(given), policyFolders: given.values('policies') };
  if (given.has('staged')) return { ...common, subject: { kind: 'staged' } };
  if (range !== null) return { ...common, subject: { kind: 'range', range } };
  if (textPath !== null) return { ...common, subject: { kind: 'text', path: textPath, bytes: await readStdin() } };
  return { ...common, subject: { kind: 'workTree' } };
}

/** A baseline replaces the one before it, so it is made of everything: half of one would lose the rest. */
function pathsOf(given: Arguments): readonly string[] {
  if (given.words.includes('')) throw new UsageError('a PATH is empty: leave it out to judge the working directory');
  if (!given.has('write-baseline')) return given.words;
  if (given.words.length > 0) {
    throw new UsageError(
      '--write-baseline records the whole repository, so that nothing known is lost: name no PATH (`ignore` in kerb.yaml leaves files out)',
    );
  }
  const cwd = process.cwd();
  return [findRoot(cwd) ?? cwd];
}
