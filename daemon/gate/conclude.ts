/** From a judged case to what the caller does: decide, record, say. */
import type { DecisionRecord } from '../../hub/protocol.ts';
import { type Outcome, reportOf } from '../check/run.ts';
import type { Report } from '../report/report.ts';
import { answerText } from './answer.ts';
import type { GateCase, GateParts } from './gateCase.ts';
import type { CommitRequest, GateAnswer, MessageRequest, PushRequest } from './localGate.ts';
import { recordOf } from './record.ts';

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
  const report = reportFor(judged, { gate: request.gate, beganMs, latencyMs }, parts);
  const { breakGlass } = request;
  const isAllowed = report.decision.effect === 'allow';
  const outcome = isAllowed || mode === 'observe' || breakGlass !== null ? 'pass' : 'block';
  const record = recordOf({
    report,
    atMs: beganMs,
    identity: await parts.identityOf(request.root),
    client: request.client,
    origin: breakGlass === null ? 'gate' : 'breakGlass',
    reason: breakGlass,
    target: judged.target,
    passed: outcome === 'pass',
    mode,
    ring: null,
    stale: false,
  });
  const appended = parts.store.append(record, { sync: mode === 'observe' ? 'soon' : 'durable', verdicts: judged.made });
  const text = answerText({ report, outcome, gate: request.gate, breakGlass, notes: judged.notes });
  if (appended.kind === 'appended') return { report, outcome, seq: appended.entry.seq, text };
  const refused = `Kerb: the decision could not be recorded: ${appended.message}\n`;
  return { report, outcome: mode === 'observe' ? outcome : 'block', seq: null, text: `${text}${refused}` };
}

/** The report of a judged case. */
export function reportFor(
  { ruling, judgements, problems, skipped, notes }: GateCase,
  { gate, beganMs, latencyMs }: { readonly gate: string; readonly beganMs: number; readonly latencyMs: number },
  { native }: GateParts,
): Report {
  const { setup, policies, baseline } = ruling;
  const date = new Date(beganMs).toISOString().slice(0, 10);
  const run: Outcome['run'] = {
    gathered: { setup, inputs: [], skipped, problems, notes },
    options: { gate, date, repairs: 'omit', baseline: 'heed' },
    desk: { root: setup.root, policies, native, context: { gate, date }, baseline, repairs: 'omit' },
  };
  return reportOf({ run, ruleProblems: ruling.problems, judgements, beganMs, latencyMs });
}
