// Saying that a finding is wrong or unclear, from where one stands. The daemon keeps it; it changes no verdict.
import type { SaidOfFinding } from '../daemon/protocol.ts';
import { complaints, type Finding } from '../engine/index.ts';
import type { OpenDocument } from './documents.ts';
import { judgeDocument } from './judging.ts';
import type { FeedbackOffer, GiveFeedbackParams, GiveFeedbackResult } from './protocol.ts';
import type { Rules } from './roots.ts';
import type { Session } from './session.ts';

interface Place {
  readonly session: Session;
  readonly document: OpenDocument;
  readonly rules: Rules;
}

/** What can be said about a finding: nothing where there is no organisation to hear it, or it has been said. */
export function feedbackOffers({ session, document, rules }: Place, finding: Finding): readonly FeedbackOffer[] {
  const { policy, fingerprint } = finding;
  if (rules.setup.organisation === null || !rules.byId.has(policy) || policy.startsWith('kerb/')) return [];
  const said = session.requests.feedbackOn(finding, rules)?.complaint;
  return complaints
    .filter((complaint) => complaint !== said)
    .map((complaint) => ({ uri: document.uri, fingerprint, complaint, policy }));
}

/** Hands what a person says to the daemon, and tells what came of it. */
export async function giveFeedback(session: Session, params: GiveFeedbackParams): Promise<GiveFeedbackResult> {
  const { connection, daemon } = session;
  const document = session.documents.get(params.uri);
  const findings = document === undefined ? undefined : judgeDocument(session, document)?.findings;
  const finding = findings?.find(({ fingerprint }) => fingerprint === params.fingerprint);
  if (document === undefined || finding === undefined) return notGiven(session, 'The finding is not there any more.');
  if (daemon?.state().kind !== 'running')
    return notGiven(
      session,
      `The daemon does not run. Save the file and run: kerb feedback ${finding.fingerprint} --${params.complaint}`,
    );
  const { policy, fingerprint } = finding;
  const { complaint, comment = '' } = params;
  const said: SaidOfFinding = {
    ...{ root: document.place.root.folder, policy, fingerprint, complaint },
    comment: comment.trim() === '' ? null : comment,
  };
  try {
    const { id } = await daemon.giveFeedback(said);
    connection.window.showInformationMessage(
      `Whoever answers for ${policy} will read that this finding is ${complaint}.`,
    );
    return { kind: 'given', id };
  } catch (error) {
    return notGiven(session, `It could not be said: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function notGiven({ connection }: Session, message: string): GiveFeedbackResult {
  connection.window.showWarningMessage(message);
  return { kind: 'notGiven', message };
}
