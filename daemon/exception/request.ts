/** From what a person asks for to a request that is kept: the finding is looked up, secrets are struck out. */
import {
  type CurrentOrganisation,
  defaultExceptionTerms,
  type ExceptionCategory,
  type ExceptionRequest,
  latestEnd,
  refusalOf,
  secretMask,
} from '../../engine/index.ts';
import { git, loadSetup, readIdentity } from '../../repository/index.ts';
import { createDesk } from '../check/desk.ts';
import { type Gathered, gather } from '../check/gather.ts';
import { uuidv7 } from '../check/identifier.ts';
import { type Desk, pathOf } from '../check/judgeInput.ts';
import { judgeInputs } from '../check/run.ts';
import { UsageError } from '../command.ts';
import type { ReportedFinding } from '../report/report.ts';

/** Why, for how long, and under whose rules. */
export interface Plea {
  /** `YYYY-MM-DD`, whose whole day counts in UTC; null for as long as may be. */
  readonly until: string | null;
  readonly reason: string;
  readonly category: ExceptionCategory;
  readonly ticket: string | null;
  /** What keeps the risk small meanwhile. */
  readonly compensatingControls: readonly string[];
  /** What governs this device. */
  readonly organisation: CurrentOrganisation;
  readonly atMs: number;
}

/** What was asked for on the command line. */
export interface Asked extends Plea {
  readonly subject:
    | { readonly kind: 'finding'; readonly fingerprint: string }
    | { readonly kind: 'policy'; readonly policy: string };
  /** As it was typed; null for the whole repository. */
  readonly file: string | null;
}

/** What is to be exempt. */
export type Target = Pick<ExceptionRequest, 'policy' | 'severity' | 'file' | 'fingerprint' | 'resource'>;

/** Looks the finding up and makes the request. Throws `UsageError` where there is nothing to ask for, or nobody could grant it. */
export async function makeRequest(asked: Asked): Promise<ExceptionRequest> {
  const { atMs, file, organisation } = asked;
  const gathered = await gather({
    paths: file === null ? [] : [file],
    subject: { kind: 'workTree' },
    policyFolders: [],
    organisation,
  });
  const desk = createDesk(gathered.setup, optionsAt(atMs));
  return requestFor(await targetOf(asked, gathered, desk), asked, desk);
}

/** Makes the request for a finding that an editor shows, which need not be on the disk yet. Throws as `makeRequest` does. */
export async function makeRequestIn(root: string, target: Target, plea: Plea): Promise<ExceptionRequest> {
  const { atMs, organisation } = plea;
  const setup = await loadSetup({ root, origin: { kind: 'workTree' }, folders: [], organisation });
  if (!setup.policies.some(({ id }) => id === target.policy)) throw unknownPolicy(target.policy);
  return requestFor(target, plea, createDesk(setup, optionsAt(atMs)));
}

async function requestFor(
  target: Target,
  { organisation, atMs, ...plea }: Plea,
  { root, policies }: Pick<Desk, 'root' | 'policies'>,
): Promise<ExceptionRequest> {
  const { repository, subject: person } = await readIdentity(root);
  const terms = organisation?.kind === 'organisation' ? organisation.rules.exceptions : defaultExceptionTerms;
  const mask = secretMask(policies, []);
  const { policy, severity, file, fingerprint, resource } = target;
  const request: ExceptionRequest = {
    id: uuidv7(atMs),
    at: new Date(atMs).toISOString(),
    ...{ policy, severity, file, fingerprint, resource },
    repository,
    category: plea.category,
    reason: mask(plea.reason.trim()).slice(0, 2_000),
    compensatingControls: plea.compensatingControls.map((control) => mask(control.trim()).slice(0, 1_000)),
    ticket: plea.ticket === null ? null : mask(plea.ticket).slice(0, 500),
    requestedBy: person.email || person.name || 'unknown',
    expiresAt: endOf(plea.until, latestEnd(severity, { terms, atMs })),
    baseCommit: await headOf(root),
  };
  const refusal = refusalOf(request, { terms, atMs });
  if (refusal !== null) throw new UsageError(refusal);
  return request;
}

/** How findings are looked up: as `kerb check` sees them now, whatever is exempt. */
export function optionsAt(atMs: number) {
  const date = new Date(atMs).toISOString().slice(0, 10);
  return { gate: 'check', date, repairs: 'omit', baseline: 'disregard', met: null } as const;
}

async function targetOf({ subject, file, atMs }: Asked, gathered: Gathered, desk: Desk): Promise<Target> {
  if (subject.kind === 'policy') {
    const policy = gathered.setup.policies.find(({ id }) => id === subject.policy);
    if (policy === undefined) throw unknownPolicy(subject.policy);
    const [input] = gathered.inputs;
    if (file !== null && gathered.inputs.length !== 1) throw new UsageError(`--file ${file}: name one file`);
    const named = file === null || input === undefined ? null : pathOf(input);
    return { policy: policy.id, severity: policy.severity, file: named, fingerprint: null, resource: null };
  }
  const found = await findingNamed(subject.fingerprint, { file, atMs, gathered, desk });
  const { policy, severity, fingerprint, resource } = found;
  return { policy, severity, file: found.file, fingerprint, resource };
}

/** The finding of a fingerprint. Throws `UsageError` where there is none in what was gathered. */
export async function findingNamed(
  fingerprint: string,
  { file, atMs, gathered, desk }: Pick<Asked, 'file' | 'atMs'> & { readonly gathered: Gathered; readonly desk: Desk },
): Promise<ReportedFinding> {
  const run = { gathered, options: optionsAt(atMs), desk, onProgress: () => undefined, onFault: () => undefined };
  const judgements = await judgeInputs(gathered.inputs, run);
  const found = judgements.flatMap(({ findings }) => findings).find((each) => each.fingerprint === fingerprint);
  if (found !== undefined) return found;
  throw new UsageError(
    `there is no finding ${fingerprint} in ${file ?? gathered.setup.root}: \`kerb check --format json\` says the fingerprints`,
  );
}

export function unknownPolicy(policy: string): UsageError {
  return new UsageError(`there is no policy ${JSON.stringify(policy)}: \`kerb catalog\` lists them`);
}

function endOf(until: string | null, latestMs: number): string {
  return until === null ? new Date(latestMs).toISOString() : endOfDay(until);
}

/** The last millisecond of a day in UTC. Throws `UsageError` for what is no day. */
export function endOfDay(day: string): string {
  const end = /^\d{4}-\d{2}-\d{2}$/.test(day) ? Date.parse(`${day}T23:59:59.999Z`) : Number.NaN;
  if (Number.isNaN(end) || !new Date(end).toISOString().startsWith(day))
    throw new UsageError(`${JSON.stringify(day)} is no day: give one like 2027-01-31`);
  return new Date(end).toISOString();
}

async function headOf(root: string): Promise<string | null> {
  const head = await git(root, ['rev-parse', '--verify', '--quiet', 'HEAD']);
  const id = head.kind === 'output' ? head.bytes.toString().trim() : '';
  return /^[0-9a-f]{40,64}$/.test(id) ? id : null;
}
