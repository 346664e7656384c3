// What is written in Rego is compiled when it is saved: the policies that name the file get the bundle that it makes now, and
// what opa says of it is shown where opa says that it stands.
import path from 'node:path';
import {
  Diagnostic,
  DiagnosticSeverity,
  Disposable,
  type ExtensionContext,
  languages,
  Range,
  type TextDocument,
  Uri,
  window,
  workspace,
} from 'vscode';
import { runKerb } from './kerb.ts';

/** What became of a policy, as `kerb rego build --format json` prints it. Files are relative to where the command ran. */
interface Built {
  readonly policy: string;
  readonly outcome: 'written' | 'current' | 'stale' | 'failed';
  readonly message: string;
  readonly places: readonly Place[];
}

interface Place {
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

/** Compiles on save. It runs the user's `opa` on files of the workspace: only in workspaces that they trust. */
export function compileOnSave(context: ExtensionContext): Disposable {
  const shown = languages.createDiagnosticCollection('kerb.rego');
  /** What is wrong with each policy, by its file: all of them together are shown, each until its policy is compiled again. */
  const wrong = new Map<string, readonly Place[]>();
  let last: Promise<void> = Promise.resolve();
  const compile = async ({ uri }: TextDocument): Promise<void> => {
    const folder = workspace.getWorkspaceFolder(uri)?.uri.fsPath;
    if (folder === undefined) return;
    const built = await build(context, uri.fsPath, folder);
    if (typeof built === 'string') {
      void window.showErrorMessage(`Kerb: ${built}`);
      return;
    }
    // A policy may name the file no more, or be gone.
    for (const [policy, places] of wrong) if (places.some(({ file }) => file === uri.fsPath)) wrong.delete(policy);
    for (const { policy, outcome, message, places } of built) {
      wrong.set(
        path.join(folder, policy),
        places.map((place) => ({ ...place, file: path.join(folder, place.file) })),
      );
      if (outcome === 'failed' && places.length === 0) void window.showErrorMessage(`Kerb: ${policy}: ${message}`);
    }
    show(shown, wrong);
  };
  const listening = workspace.onDidSaveTextDocument((document) => {
    if (!workspace.isTrusted || document.uri.scheme !== 'file' || !document.fileName.endsWith('.rego')) return;
    // One at a time: the last one saved is the last one written.
    last = last.then(() => compile(document));
  });
  return Disposable.from(listening, shown);
}

/** What became of the policies that name a file; a text says why that is not known. */
async function build(context: ExtensionContext, file: string, cwd: string): Promise<readonly Built[] | string> {
  const args = ['rego', 'build', '--if-named', '--format', 'json', file];
  const said = await runKerb(context, { args, cwd, accepts: [2] });
  if (typeof said !== 'string') return said.error;
  return (JSON.parse(said) as { readonly policies: readonly Built[] }).policies;
}

function show(
  shown: ReturnType<typeof languages.createDiagnosticCollection>,
  wrong: ReadonlyMap<string, readonly Place[]>,
): void {
  const byFile = new Map<string, Map<string, Diagnostic>>();
  for (const place of [...wrong.values()].flat()) {
    const file = byFile.get(place.file) ?? new Map<string, Diagnostic>();
    byFile.set(place.file, file);
    // Two policies may be compiled from the same file.
    file.set(`${place.line} ${place.message}`, diagnosticOf(place));
  }
  shown.clear();
  for (const [file, diagnostics] of byFile) shown.set(Uri.file(file), [...diagnostics.values()]);
}

function diagnosticOf({ file, line, message }: Place): Diagnostic {
  const document = workspace.textDocuments.find(({ uri }) => uri.fsPath === file);
  const at = Math.min(line, document?.lineCount ?? line) - 1;
  const text = document?.lineAt(at);
  const range =
    text === undefined
      ? new Range(at, 0, at, 0)
      : new Range(at, text.firstNonWhitespaceCharacterIndex, at, text.text.trimEnd().length);
  const diagnostic = new Diagnostic(range, message, DiagnosticSeverity.Error);
  diagnostic.source = 'opa';
  return diagnostic;
}
