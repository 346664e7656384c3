// "Write a policy about this": from a value in an open file to a policy, its page and, where it is needed, its folder.
import {
  type ApplyWorkspaceEditResult,
  type CodeAction,
  CodeActionKind,
  type CodeActionParams,
  CodeActionTriggerKind,
  type CreateFile,
  type TextDocumentEdit,
} from 'vscode-languageserver';
import { createLines, type Sketch, sketchPolicy } from '../engine/index.ts';
import { configurationName } from '../repository/index.ts';
import type { OpenDocument } from './documents.ts';
import { ownFileOf } from './draft.ts';
import { textIn, uriIn } from './file.ts';
import { judgeDocument, sourceOf } from './judging.ts';
import { commands, type WritePolicyParams, type WritePolicyResult } from './protocol.ts';
import type { Root } from './roots.ts';
import type { Session } from './session.ts';

/** The action for what the cursor is on; only where a person opened the menu, since it is worked out to be offered. */
export function sketchActions(session: Session, document: OpenDocument, params: CodeActionParams): CodeAction[] {
  if (params.context.triggerKind === CodeActionTriggerKind.Automatic || !session.client.createsFiles) return [];
  const { line, character } = params.range.start;
  const sketch = sketchAt(session, document, document.text.offsetAt(params.range.start), null);
  if (sketch.kind === 'none') return [];
  const title = `Write a policy about ${sketch.label}…`;
  const offer: WritePolicyParams = { uri: document.uri, line, character, suggested: sketch.id };
  return [
    { title, kind: CodeActionKind.Refactor, command: { title, command: commands.writePolicy, arguments: [offer] } },
  ];
}

/** Has the client make the files. Nothing is made where a policy of that name is there already. */
export async function writePolicy(session: Session, params: WritePolicyParams): Promise<WritePolicyResult> {
  const document = session.documents.get(params.uri);
  if (document === undefined) return notWritten(session, 'The file is not open any more.');
  const { root, path: name } = document.place;
  await session.roots.ready(root);
  const sketch = sketchAt(session, document, document.text.offsetAt(params), params.id ?? null);
  if (sketch.kind === 'none') return notWritten(session, `No policy was written: ${sketch.reason}.`);
  if (!session.client.createsFiles) {
    const place = `${name}:${params.line + 1}:${params.character + 1}`;
    return notWritten(
      session,
      `This editor makes no files. Save, and run: kerb new policy ${sketch.id} --from ${place}`,
    );
  }
  const [folder] = root.rules?.setup.configuration.policyFolders ?? [];
  const files = {
    policy: `${folder ?? 'policies'}/${sketch.id}.yaml`,
    page: `${folder ?? 'policies'}/${sketch.id}.md`,
  };
  for (const file of Object.values(files))
    if (textIn(session, root, file) !== null) return notWritten(session, `${file} exists already.`);
  const configuration = folder === undefined ? configurationEdits(session, root) : [];
  const documentChanges = [
    ...newFile(uriIn(root, files.policy), sketch.policy),
    ...newFile(uriIn(root, files.page), sketch.page),
    ...configuration,
  ];
  const edit = { label: `Policy ${sketch.id}`, edit: { documentChanges } };
  const answer: ApplyWorkspaceEditResult | null = await session.connection.workspace.applyEdit(edit);
  if (answer?.applied !== true)
    return notWritten(session, `The editor did not make the files: ${answer?.failureReason ?? 'it gave no reason'}.`);
  return {
    kind: 'written',
    policy: uriIn(root, files.policy),
    page: uriIn(root, files.page),
    configuration: configuration.length === 0 ? null : uriIn(root, configurationName),
  };
}

function sketchAt(session: Session, document: OpenDocument, offset: number, id: string | null): Sketch {
  const verdict = judgeDocument(session, document)?.verdict ?? null;
  // Without a verdict nobody knows what in the file is a secret.
  if (verdict === null || ownFileOf(document) !== null) return { kind: 'none', reason: 'the file is not judged' };
  const file = sourceOf(document, document.place.path);
  return sketchPolicy({ file, offset, id, secrets: verdict.secrets, native: session.native });
}

function notWritten({ connection }: Session, message: string): WritePolicyResult {
  connection.window.showWarningMessage(message);
  return { kind: 'notWritten', message };
}

function newFile(uri: string, newText: string): [CreateFile, TextDocumentEdit] {
  return [{ kind: 'create', uri }, insertion(uri, 0, newText)];
}

/** A policy counts once `kerb.yaml` names its folder. */
function configurationEdits(session: Session, root: Root): readonly (CreateFile | TextDocumentEdit)[] {
  const text = textIn(session, root, configurationName);
  const uri = uriIn(root, configurationName);
  const entry = 'policyFolders: [policies]';
  const line = `${entry}\n`;
  if (text === null) return newFile(uri, line);
  // One that names no folder is there already, and may not be there twice.
  const idle = /^policyFolders:[ \t]*(?:\[[ \t]*\]|null|~)?(?=[ \t]*(?:#|\r?$))/m.exec(text);
  if (idle !== null) {
    const at = createLines(text).position(idle.index).line - 1;
    const range = { start: { line: at, character: 0 }, end: { line: at, character: idle[0].length } };
    return [{ textDocument: { uri, version: null }, edits: [{ range, newText: entry }] }];
  }
  const endsWithLine = text === '' || text.endsWith('\n');
  const { count } = createLines(text);
  return [insertion(uri, count - 1, endsWithLine ? line : `\n${line}`, endsWithLine ? 0 : lastLineLength(text))];
}

function lastLineLength(text: string): number {
  return text.length - (text.lastIndexOf('\n') + 1);
}

function insertion(uri: string, line: number, newText: string, character = 0): TextDocumentEdit {
  const at = { line, character };
  return { textDocument: { uri, version: null }, edits: [{ range: { start: at, end: at }, newText }] };
}
