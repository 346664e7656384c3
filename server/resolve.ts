// codeAction/resolve: the edit of an action, worked out when somebody chose it.
import { type CodeAction, LSPErrorCodes, ResponseError, type WorkspaceEdit } from 'vscode-languageserver';
import * as z from 'zod';
import type { OpenDocument } from './documents.ts';
import { editOf, snippetEditOf } from './edit.ts';
import { fixAll, fixOne, fixPolicy } from './fixes.ts';
import { judgeDocument } from './judging.ts';
import type { Rules } from './roots.ts';
import type { Session } from './session.ts';
import { suppressionOf } from './suppress.ts';

const promisedSchema = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('fix'), fingerprint: z.string(), index: z.number().int() }),
    z.object({ kind: z.literal('policy'), policy: z.string() }),
    z.object({ kind: z.literal('all') }),
    z.object({ kind: z.literal('suppress'), fingerprint: z.string() }),
  ]),
);
const dataSchema = z.lazy(() => z.object({ uri: z.string(), version: z.number(), promise: promisedSchema }));

/** What an action is to do. */
export type Promised = z.infer<typeof promisedSchema>;
/** What travels with an action until it is chosen. */
export type ActionData = z.infer<typeof dataSchema>;

/** Fills in the edit. Answers ContentModified when the text has changed since: the client asks again then. */
export function resolveAction(session: Session, action: CodeAction): CodeAction {
  const parsed = dataSchema.safeParse(action.data);
  if (!parsed.success) return action;
  const { uri, version, promise } = parsed.data;
  const document = session.documents.get(uri);
  const rules = document?.place.root.rules;
  if (!document || !rules || document.text.version !== version) {
    throw new ResponseError(LSPErrorCodes.ContentModified, 'the text has changed since');
  }
  const edit = workOut(session, document, rules, promise);
  return edit === null ? action : { ...action, edit };
}

/** The edit that does what was promised, or null where it cannot be done. */
export function workOut(
  session: Session,
  document: OpenDocument,
  rules: Rules,
  promise: Promised,
): WorkspaceEdit | null {
  const judged = judgeDocument(session, document);
  if (promise.kind === 'suppress') {
    const finding = judged?.findings.find(({ fingerprint }) => fingerprint === promise.fingerprint);
    const suppression = finding === undefined ? null : suppressionOf(session, document, rules, finding);
    if (suppression === null) return null;
    const { snippetEdits, documentChanges } = session.client;
    if (snippetEdits && documentChanges) return snippetEditOf(document, suppression.edit, suppression.snippet);
    return editOf(session.client, document, [suppression.edit]);
  }
  const edits =
    promise.kind === 'fix'
      ? fixOne(document, promise)
      : promise.kind === 'policy'
        ? fixPolicy(session, document, rules, promise.policy)
        : fixAll(session, document, rules);
  return edits === null || edits.length === 0 ? null : editOf(session.client, document, edits);
}
