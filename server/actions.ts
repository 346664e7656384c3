// textDocument/codeAction: what can be done about a finding.
import { type CodeAction, CodeActionKind, type CodeActionParams, type Diagnostic } from 'vscode-languageserver';
import type { Finding, FixOffer } from '../engine/index.ts';
import { exceptionOffer } from './askException.ts';
import { drawingActions } from './cases.ts';
import { diagnosticOf, spanOf } from './convert.ts';
import type { OpenDocument } from './documents.ts';
import { feedbackOffers } from './feedback.ts';
import { judgeDocument } from './judging.ts';
import { actionKinds, commands } from './protocol.ts';
import { type ActionData, type Promised, workOut } from './resolve.ts';
import type { Rules } from './roots.ts';
import type { Session } from './session.ts';
import { isShown, surroundingsOf } from './shown.ts';
import { sketchActions } from './sketch.ts';
import { canBeSuppressed } from './suppress.ts';

interface Context {
  readonly session: Session;
  readonly document: OpenDocument;
  readonly rules: Rules;
}

/** The source action that applies every safe fix of a file, also on saving. */
export const fixAllKind = `${CodeActionKind.SourceFixAll}.kerb`;

const quickKinds = [CodeActionKind.QuickFix, ...Object.values(actionKinds)];

/** More findings at one place than this would make the menu useless. */
const mostFindings = 20;
/** A client that wants each edit beforehand asks at every move of the cursor: so much work must not be done for it. */
const mostEagerFixes = 30;

/** Actions for a range: fixes first, then suppressions, requests for exceptions, feedback, explanations; the source action where it is asked for. */
export function codeActions(session: Session, document: OpenDocument, params: CodeActionParams): CodeAction[] {
  const judged = judgeDocument(session, document);
  const { rules } = document.place.root;
  if (judged === null || rules === null) return [];
  const { only } = params.context;
  const actions: CodeAction[] = [];
  if (quickKinds.some((kind) => asks(only, kind))) {
    const range = spanOf(document.text, params.range);
    const here = judged.findings
      .filter((finding) => isShown(finding) && touches(finding, range))
      .slice(0, mostFindings);
    const quick = [...quickFixes(session, document, rules, here), ...drawingActions(session, document, range)];
    actions.push(...quick.filter(({ kind }) => asks(only, kind ?? CodeActionKind.QuickFix)));
  }
  if (asks(only, CodeActionKind.Refactor)) actions.push(...sketchActions(session, document, params));
  if (only?.some((kind) => isWithin(fixAllKind, kind))) actions.push(...sourceAction({ session, document, rules }));
  return actions;
}

function quickFixes(session: Session, document: OpenDocument, rules: Rules, here: readonly Finding[]): CodeAction[] {
  const context: Context = { session, document, rules };
  const policies = [...new Set(here.map(({ policy }) => policy))];
  const fixes = here.flatMap((finding) => finding.fixes.map((fix, index) => fixAction(context, finding, fix, index)));
  const many = policies
    .filter((policy) => countFixable(document, policy) > 1)
    .map((policy) => policyAction(context, policy));
  const suppressions = here
    .filter((finding) => canBeSuppressed(document, rules, finding))
    .map((finding) => suppressAction(context, finding));
  const requests = here.map((finding) => askAction(context, finding));
  const feedback = here.flatMap((finding) => feedbackActions(context, finding));
  const explanations = policies.filter((id) => rules.byId.has(id)).map((id) => explainAction(context, id, here));
  return [...fixes, ...many, ...suppressions, ...requests, ...feedback, ...explanations].filter(
    (action) => action !== null,
  );
}

function fixAction(context: Context, finding: Finding, fix: FixOffer, index: number): CodeAction | null {
  const diagnostics = [shownAs(context, finding)];
  const action = { title: fix.title, kind: CodeActionKind.QuickFix, diagnostics, isPreferred: fix.safe };
  return promised(context, action, { kind: 'fix', fingerprint: finding.fingerprint, index });
}

function policyAction(context: Context, policy: string): CodeAction | null {
  const isEager = !context.session.client.resolvesActionEdits;
  if (isEager && countFixable(context.document, policy) > mostEagerFixes) return null;
  const title = `Fix all of ${policy} in this file`;
  return promised(context, { title, kind: CodeActionKind.QuickFix }, { kind: 'policy', policy });
}

function suppressAction(context: Context, finding: Finding): CodeAction | null {
  const title = `Suppress ${finding.policy} here with a reason`;
  const action = { title, kind: actionKinds.suppress, diagnostics: [shownAs(context, finding)] };
  return promised(context, action, { kind: 'suppress', fingerprint: finding.fingerprint });
}

function askAction(context: Context, finding: Finding): CodeAction | null {
  const offer = exceptionOffer(context, finding);
  if (offer === null) return null;
  const title = `Ask for an exception from ${finding.policy}…`;
  const command = { title, command: commands.askException, arguments: [offer] };
  return { title, kind: actionKinds.askException, diagnostics: [shownAs(context, finding)], command };
}

function feedbackActions(context: Context, finding: Finding): CodeAction[] {
  return feedbackOffers(context, finding).map((offer) => {
    const title = `This finding of ${offer.policy} is ${offer.complaint}…`;
    const command = { title, command: commands.giveFeedback, arguments: [offer] };
    return { title, kind: actionKinds.feedback, diagnostics: [shownAs(context, finding)], command };
  });
}

function explainAction(context: Context, policy: string, here: readonly Finding[]): CodeAction {
  const title = `Explain ${policy}`;
  const diagnostics = here.filter((finding) => finding.policy === policy).map((finding) => shownAs(context, finding));
  const command = { title, command: commands.explain, arguments: [policy, context.document.uri] };
  return { title, kind: CodeActionKind.QuickFix, diagnostics, command };
}

function sourceAction(context: Context): CodeAction[] {
  if (!context.document.judged?.findings.some((finding) => isShown(finding) && finding.fixes.some(({ safe }) => safe)))
    return [];
  const action = promised(context, { title: 'Fix all that Kerb can fix safely', kind: fixAllKind }, { kind: 'all' });
  return action === null ? [] : [action];
}

/** An action whose edit is worked out when it is chosen, if the client can wait; else now, and dropped if it fails. */
function promised({ session, document, rules }: Context, action: CodeAction, promise: Promised): CodeAction | null {
  if (session.client.resolvesActionEdits) {
    const data: ActionData = { uri: document.uri, version: document.text.version, promise };
    return { ...action, data };
  }
  const edit = workOut(session, document, rules, promise);
  return edit === null ? null : { ...action, edit };
}

function countFixable(document: OpenDocument, policy: string): number {
  const findings = document.judged?.findings ?? [];
  return findings.filter((finding) => finding.policy === policy && isShown(finding) && finding.fixes.length > 0).length;
}

function shownAs({ session, document }: Context, finding: Finding): Diagnostic {
  return diagnosticOf(finding, document.text, surroundingsOf(session, document));
}

/** Without a wish every kind but the source actions is welcome. */
function asks(only: readonly string[] | undefined, kind: string): boolean {
  return only === undefined || only.length === 0 || only.some((wish) => isWithin(kind, wish));
}

function isWithin(kind: string, wish: string): boolean {
  return wish === '' || kind === wish || kind.startsWith(`${wish}.`);
}

function touches({ span }: Finding, range: { start: number; end: number }): boolean {
  return span.start <= range.end && range.start <= span.end;
}
