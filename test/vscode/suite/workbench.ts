// What the cases do in the workbench.
import assert from 'node:assert/strict';
import {
  type Diagnostic,
  type Disposable,
  languages,
  Position,
  Range,
  type TextDocument,
  type TextEditor,
  Uri,
  window,
  workspace,
} from 'vscode';

/** A folder of the workspace by its name. */
export function folder(name: string): Uri {
  const found = workspace.workspaceFolders?.find((each) => each.name === name);
  assert.ok(found, `the workspace has no folder ${name}`);
  return found.uri;
}

/** Opens a file of a folder in an editor. */
export async function open(folderName: string, file: string): Promise<TextEditor> {
  return window.showTextDocument(await workspace.openTextDocument(Uri.joinPath(folder(folderName), file)));
}

/** Kerb's diagnostics of a document. */
export function found(uri: Uri): readonly Diagnostic[] {
  return languages.getDiagnostics(uri).filter(({ source }) => source === 'kerb');
}

/** The policy that a diagnostic names. */
export function policyOf({ code }: Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code);
}

/** Waits until Kerb's diagnostics of a document are as they should be. */
export async function eventually(
  uri: Uri,
  what: string,
  condition: (diagnostics: readonly Diagnostic[]) => boolean,
): Promise<readonly Diagnostic[]> {
  return new Promise((resolve, reject) => {
    let listening: Disposable | undefined;
    const timer = setTimeout(() => {
      listening?.dispose();
      reject(
        new Error(
          `${what}; shown are: ${
            found(uri)
              .map((each) => `${policyOf(each)} ${JSON.stringify(each.range)}`)
              .join(', ') || 'none'
          }`,
        ),
      );
    }, 15_000);
    const look = (): void => {
      if (!condition(found(uri))) return;
      clearTimeout(timer);
      listening?.dispose();
      resolve(found(uri));
    };
    listening = languages.onDidChangeDiagnostics(look);
    look();
  });
}

/** Waits for a policy's finding. */
export async function finding(uri: Uri, policy: string): Promise<Diagnostic> {
  const all = await eventually(uri, `there is no ${policy}`, (list) => list.some((each) => policyOf(each) === policy));
  const one = all.find((each) => policyOf(each) === policy);
  assert.ok(one);
  return one;
}

/** Waits until a policy finds nothing any more. */
export async function gone(uri: Uri, policy: string): Promise<void> {
  await eventually(uri, `${policy} stays`, (list) => !list.some((each) => policyOf(each) === policy));
}

/** The text that a range covers. */
export function textAt(document: TextDocument, range: Range): string {
  return document.getText(range);
}

/** The place right behind a text. */
export function behind(document: TextDocument, text: string): Position {
  const at = document.getText().indexOf(text);
  assert.ok(at >= 0, `there is no ${JSON.stringify(text)}`);
  return document.positionAt(at + text.length);
}

/** Types a text at a place, a character at a time. */
export async function type(editor: TextEditor, at: Position, text: string): Promise<void> {
  let offset = editor.document.offsetAt(at);
  for (const character of text) {
    const position = editor.document.positionAt(offset);
    await editor.edit((edit) => edit.insert(position, character), { undoStopBefore: false, undoStopAfter: false });
    offset += character.length;
  }
}

/** Replaces all of a document. */
export async function replaceAll(editor: TextEditor, text: string): Promise<void> {
  const all = new Range(new Position(0, 0), editor.document.positionAt(editor.document.getText().length));
  await editor.edit((edit) => edit.replace(all, text));
}
