// `kerb/cases`: a policy's cases, judged while policy and page are written.
import { type CodeAction, CodeActionKind } from 'vscode-languageserver';
import {
  type CasesRequest,
  type CasesResult,
  coverageOf,
  createLines,
  readPolicies,
  runCases,
  type Span,
} from '../engine/index.ts';
import { isBuiltIn, isOfOrganisation } from '../repository/index.ts';
import type { OpenDocument } from './documents.ts';
import { textIn, uriIn } from './file.ts';
import { policyIdOf } from './own.ts';
import type { CasesAnswer, CasesParams, CoverageAnswer, CoveredRange, OwnPoliciesResult } from './protocol.ts';
import { draftCompilations, type Place } from './roots.ts';
import type { Session } from './session.ts';

/** `kerb/ownPolicies`. */
export async function ownPolicies(session: Session): Promise<OwnPoliciesResult> {
  const roots = session.roots.all();
  await Promise.all(roots.map((root) => session.roots.ready(root)));
  const policies = roots.flatMap((root) =>
    (root.rules?.setup.policies ?? [])
      .filter((policy) => !isBuiltIn(policy) && !isOfOrganisation(policy))
      .map(({ id, file }) => ({ id, policy: uriIn(root, file), page: uriIn(root, pageOf(file)) })),
  );
  return { policies: policies.sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

/** Judges the cases of a policy as both texts are now. Null where the URI is neither a policy's nor a page's. */
export async function casesOf(session: Session, { uri }: CasesParams): Promise<CasesAnswer | null> {
  const place = session.roots.placeOf(uri);
  await session.roots.ready(place.root);
  const sheet = sheetAt(session, place);
  if (sheet === null) return null;
  const { cases, broken, faults } = sheet.kind === 'judged' ? sheet : { cases: [], broken: sheet.problem, faults: [] };
  return {
    id: sheet.id,
    policy: uriIn(place.root, sheet.policy),
    page: uriIn(place.root, sheet.page),
    problem: broken ?? '',
    faults,
    cases: cases.map(({ name, outcome, message, block, written, drawn }) => ({
      name,
      outcome,
      message,
      ...block,
      written: written.join('\n'),
      drawn: drawn.join('\n'),
    })),
  };
}

/** `kerb/coverage`. Null where there is nothing to judge. */
export async function coverage(session: Session, { uri }: CasesParams): Promise<CoverageAnswer | null> {
  const place = session.roots.placeOf(uri);
  await session.roots.ready(place.root);
  const sheet = sheetAt(session, place);
  if (sheet?.kind !== 'judged') return null;
  const lines = createLines(sheet.request.policy.source);
  const at = (offset: number): CoveredRange['start'] => {
    const { line, column } = lines.position(offset);
    return { line: line - 1, character: column - 1 };
  };
  const parts = coverageOf(sheet.request).map(({ span, ...counts }) => ({
    start: at(span.start),
    end: at(span.end),
    ...counts,
  }));
  return { policy: uriIn(place.root, sheet.policy), parts };
}

/** A quick fix for each block in a range of a page that would be drawn otherwise: it is, as `UPDATE=1 kerb test` does. */
export function drawingActions(session: Session, { text, place, uri }: OpenDocument, range: Span): CodeAction[] {
  if (!place.path.endsWith('.md')) return [];
  const sheet = sheetAt(session, place);
  if (sheet?.kind !== 'judged') return [];
  const lines = { start: text.positionAt(range.start).line, end: text.positionAt(range.end).line };
  return sheet.cases
    .filter(({ outcome, written, drawn }) => outcome === 'failed' && written.join('\n') !== drawn.join('\n'))
    .filter(({ block }) => block.first - 1 <= lines.end && lines.start <= block.last)
    .map(({ name, block, drawn }) => {
      const at = { start: { line: block.first, character: 0 }, end: { line: block.last, character: 0 } };
      const newText = drawn.map((line) => `${line}\n`).join('');
      return {
        title: `Accept what the policy finds in ${name}`,
        kind: CodeActionKind.QuickFix,
        edit: { changes: { [uri]: [{ range: at, newText }] } },
      };
    });
}

interface Names {
  readonly id: string;
  /** Relative to the root. */
  readonly policy: string;
  readonly page: string;
}

type Unreadable = Names & { readonly kind: 'problem'; readonly problem: string };
type Sheet =
  | (Names &
      Pick<CasesResult, 'cases' | 'broken' | 'faults'> & { readonly kind: 'judged'; readonly request: CasesRequest })
  | Unreadable;

/** A policy and its page, judged. */
function sheetAt(session: Session, place: Place): Sheet | null {
  const sheet = readSheet(session, place);
  if (sheet?.kind !== 'read') return sheet;
  const { cases, broken, faults } = runCases(sheet.request);
  return { ...sheet, kind: 'judged', cases, broken, faults };
}

/** A policy and its page as both are being written. Null where the place is neither's. */
export function readSheet(
  session: Session,
  { root, path: name }: Place,
): (Names & { readonly kind: 'read'; readonly request: CasesRequest }) | Unreadable | null {
  const policy = name.replace(/\.md$/, '.yaml');
  const id = root.rules === null ? null : policyIdOf(root.rules, policy);
  if (id === null) return null;
  const names = { id, policy, page: pageOf(policy) };
  const [text, page] = [textIn(session, root, names.policy), textIn(session, root, names.page)];
  if (text === null) return { ...names, kind: 'problem', problem: `${names.policy} cannot be read` };
  if (page === null)
    return { ...names, kind: 'problem', problem: `there is no page: write its cases into ${names.page}` };
  const { policies, problems } = readPolicies([{ path: names.policy, id, text }]);
  const [read] = policies;
  const [first] = problems.filter(({ severity }) => severity === 'error');
  if (read === undefined) return { ...names, kind: 'problem', problem: first?.message ?? 'the policy cannot be read' };
  const request = {
    policy: read,
    page: { path: names.page, text: page },
    native: session.native,
    shared: draftCompilations(),
  };
  return { ...names, kind: 'read', request };
}

function pageOf(policy: string): string {
  return policy.replace(/\.ya?ml$/, '.md');
}
