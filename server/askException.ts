// Asking for an exception from where one stands. The daemon keeps the request; nothing is exempt before others approve it.
import type { AskedException } from '../daemon/protocol.ts';
import { exceptionCategories, type Finding, latestEnd, refusalOf } from '../engine/index.ts';
import type { OpenDocument } from './documents.ts';
import { judgeDocument } from './judging.ts';
import type { AskExceptionParams, AskExceptionResult, ExceptionOffer } from './protocol.ts';
import type { Rules } from './roots.ts';
import type { Session } from './session.ts';

interface Place {
  readonly session: Session;
  readonly document: OpenDocument;
  readonly rules: Rules;
}

/** What can be asked about a finding; null where there is nobody to ask, nothing to grant, or somebody has asked. */
export function exceptionOffer({ session, document, rules }: Place, finding: Finding): ExceptionOffer | null {
  const terms = rules.setup.organisation?.rules.exceptions;
  if (terms === undefined || finding.outcome !== 'fail' || finding.exception?.kind === 'approved') return null;
  if (session.requests.pendingFor(finding, rules) !== null) return null;
  const { policy, severity, fingerprint } = finding;
  const atMs = Date.now();
  const latest = lastDayBefore(latestEnd(severity, { terms, atMs }));
  const request = { policy, severity, expiresAt: endOf(latest), reason: 'any' };
  if (refusalOf(request, { terms, atMs }) !== null) return null;
  return { uri: document.uri, fingerprint, policy, latest, categories: exceptionCategories };
}

/** Hands what a person has said to the daemon, and tells what came of it. Without a reason, or a daemon, says what to type. */
export async function askException(session: Session, params: AskExceptionParams): Promise<AskExceptionResult> {
  const { window } = session.connection;
  const document = session.documents.get(params.uri);
  const finding = document === undefined ? undefined : findingIn(session, document, params.fingerprint);
  if (document === undefined || finding === undefined) return notAsked(session, 'The finding is not there any more.');
  const { daemon } = session;
  if (params.reason === undefined || daemon?.state().kind !== 'running') {
    const why = params.reason === undefined ? '' : 'The daemon does not run. ';
    return notAsked(session, `${why}To ask for an exception, save the file and run: ${commandLine(finding, params)}`);
  }
  try {
    const { id, expiresAt } = await daemon.askException(askedFor(document, finding, params, params.reason));
    window.showInformationMessage(
      `Asked for an exception from ${finding.policy} until ${expiresAt.slice(0, 10)}. Another person decides.`,
    );
    return { kind: 'asked', id };
  } catch (error) {
    return notAsked(session, `No exception was asked for: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function findingIn(session: Session, document: OpenDocument, fingerprint: string): Finding | undefined {
  return judgeDocument(session, document)?.findings.find((finding) => finding.fingerprint === fingerprint);
}

function notAsked({ connection }: Session, message: string): AskExceptionResult {
  connection.window.showWarningMessage(message);
  return { kind: 'notAsked', message };
}

function askedFor(
  { place }: OpenDocument,
  { policy, severity, file, fingerprint, resource }: Finding,
  { category = 'waiver', until, ticket }: AskExceptionParams,
  reason: string,
): AskedException {
  const known = exceptionCategories.find((each) => each === category);
  if (known === undefined) throw new Error(`there is no category ${JSON.stringify(category)}`);
  return {
    root: place.root.folder,
    ...{ policy, severity, file, fingerprint, resource },
    ...{ category: known, reason, until: until ?? null, ticket: ticket ?? null },
  };
}

function commandLine({ fingerprint, file }: Finding, { until, category }: AskExceptionParams): string {
  const last = until ?? 'YYYY-MM-DD';
  const kind = category === undefined ? '' : ` --category ${category}`;
  return `kerb exception request ${fingerprint} --file ${quoted(file)} --until ${last}${kind} --reason "…"`;
}

function quoted(word: string): string {
  return /^[\w./@-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** The last day whose end is not after an instant. */
function lastDayBefore(atMs: number): string {
  return new Date(atMs - dayMs + 1).toISOString().slice(0, 10);
}

function endOf(day: string): string {
  return `${day}T23:59:59.999Z`;
}

const dayMs = 86_400_000;
