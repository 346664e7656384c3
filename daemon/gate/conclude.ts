/** From a judged case to what the caller does: decide, record, say. */
import { secretMask } from '../../engine/index.ts';
import type { DecisionRecord } from '../../hub/protocol.ts';
import { uuidv7 } from '../check/identifier.ts';
import { type Outcome, reportOf } from '../check/run.ts';
import type { Basis, Recorded } from '../journal/journal.ts';
import { type Decided, recordOf } from '../journal/record.ts';
import type { Report } from '../report/report.ts';
import type { ExceptionUse } from '../store/uses.ts';
import { ageOf } from '../sync/age.ts';
import { answerText } from './answer.ts';
import type { GateCase, GateParts } from './gateCase.ts';
import type { CommitRequest, GateAnswer, MessageRequest, PushRequest } from './localGate.ts';

export type Mode = DecisionRecord['mode'];

export interface Conclusion {
  readonly request: CommitRequest | MessageRequest | PushRequest;
  readonly mode: Mode;
  /** When the question came, in milliseconds since 1970, and how long it was judged. */
  readonly beganMs: number;
  readonly latencyMs: number;
}

/** Decides and records. Where the record cannot be kept, the answer says so, and blocks unless the mode only observes. */
export async function conclude(
  judged: GateCase,
  { request, mode, beganMs, latencyMs }: Conclusion,
  parts: GateParts,
): Promise<GateAnswer> {
  const aged = withAge(judged, parts);
  const report = reportFor(aged, { gate: request.gate, beganMs, latencyMs }, parts);
  const { breakGlass } = request;
  const isAllowed = report.decision.effect === 'allow';
  const outcome = isAllowed || mode === 'observe' || breakGlass !== null ? 'pass' : 'block';
  const identity = await parts.identityOf(request.root);
  const decided = {
    ...{ report, atMs: beganMs, subject: identity.subject, repository: identity.repository },
    ...{ origin: breakGlass === null ? ('gate' as const) : ('breakGlass' as const), reason: breakGlass },
    ...{ client: request.client, passed: outcome === 'pass', mode },
    ...{ ring: judged.ruling.setup.organisation?.ring ?? null, stale: parts.isOutdated() },
  };
  const basis = { uses: isAllowed ? usesIn(report, judged) : [], question: request.question };
  const recorded = await keep(judged, decided, parts, basis);
  const text = answerText({ report, outcome, gate: request.gate, breakGlass, notes: aged.notes });
  if (recorded.kind === 'kept') parts.workTrees.note({ repository: identity.repository, root: request.root });
  if (recorded.kind === 'kept') return { report, outcome, seq: recorded.seq, text };
  const told = `${text}Kerb: ${recorded.message}\n`;
  return { report, outcome: recorded.kind === 'missed' ? outcome : 'block', seq: null, text: told };
}

function withAge(judged: GateCase, { organisation, isOutdated }: GateParts): GateCase {
  const age = ageOf(organisation(), { isOutdated: isOutdated() });
  if (age === null) return judged;
  const { message, whenStale } = age;
  if (whenStale === 'warn') return { ...judged, notes: [...judged.notes, message] };
  return { ...judged, problems: [...judged.problems, { file: '', range: null, message, blocking: true }] };
}

/** The exceptions without which this would not pass. A decision uses each once, however many findings it covers. */
function usesIn({ findings }: Report, { ruling }: GateCase): readonly ExceptionUse[] {
  const used = new Set(findings.flatMap(({ exception }) => (exception?.kind === 'approved' ? [exception.id] : [])));
  if (used.size === 0) return [];
  const most = new Map(ruling.exceptions?.all.map(({ exception }) => [exception.id, exception.maxUses]));
  return [...used].map((id) => ({ id, most: most.get(id) ?? null }));
}

/** Keeps a record for each target, with the last one the uses of exceptions, and a little later the verdicts that are new. */
export async function keep(
  judged: GateCase,
  decided: Omit<Decided, 'target'>,
  { journal, keepVerdicts }: GateParts,
  { uses = [], question }: Basis = {},
): Promise<Recorded> {
  const mask = secretMask(judged.ruling.policies, []);
  let recorded: Recorded = { kind: 'kept', seq: null };
  for (const [index, target] of judged.targets.entries()) {
    const record = recordOf({ ...decided, target }, mask);
    const one = index === 0 ? record : { ...record, id: uuidv7(decided.atMs) };
    const isLast = index === judged.targets.length - 1;
    recorded = await journal.record(one, { question, uses: isLast ? uses : [] });
    if (recorded.kind !== 'kept') return recorded;
  }
  keepVerdicts(judged.made);
  return recorded;
}

/** The report of a judged case. */
export function reportFor(
  { ruling, judgements, problems, skipped, notes }: GateCase,
  { gate, beganMs, latencyMs }: { readonly gate: string; readonly beganMs: number; readonly latencyMs: number },
  { native }: Pick<GateParts, 'native'>,
): Report {
  const { setup, policies, baseline } = ruling;
  const date = new Date(beganMs).toISOString().slice(0, 10);
  const run: Outcome['run'] = {
    gathered: { setup, inputs: [], skipped, problems, notes },
    options: { gate, date, repairs: 'omit', baseline: 'heed', met: null },
    desk: { root: setup.root, policies, native, context: { gate, date }, baseline, approved: null, repairs: 'omit' },
  };
  return reportOf({ run, ruleProblems: ruling.problems, judgements, beganMs, latencyMs });
}
