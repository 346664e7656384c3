// What the server can do, as it tells a client in the answer to `initialize`.
import { CodeActionKind, type InitializeResult, TextDocumentSyncKind } from 'vscode-languageserver';
import { fixAllKind } from './actions.ts';
import type { Client } from './client.ts';
import { tokenTypes } from './draft.ts';
import { commands } from './protocol.ts';

/** What is worth telling this client. */
export function capabilitiesOf(client: Client): InitializeResult['capabilities'] {
  return {
    positionEncoding: 'utf-16',
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
    hoverProvider: true,
    completionProvider: { triggerCharacters: ['.', '?', '{', '['] },
    signatureHelpProvider: { triggerCharacters: ['(', ','] },
    definitionProvider: true,
    referencesProvider: true,
    renameProvider: { prepareProvider: true },
    // A formatter of every file would ask people which one they want: see `createFormattingOffer`.
    ...(client.formatsByPattern
      ? {}
      : { documentFormattingProvider: true, documentRangeFormattingProvider: true, foldingRangeProvider: true }),
    semanticTokensProvider: { legend: { tokenTypes: [...tokenTypes], tokenModifiers: [] }, full: true },
    codeActionProvider: {
      codeActionKinds: [CodeActionKind.QuickFix, CodeActionKind.Refactor, fixAllKind],
      resolveProvider: client.resolvesActionEdits,
    },
    executeCommandProvider: { commands: Object.values(commands) },
    ...(client.pulls
      ? { diagnosticProvider: { identifier: 'kerb', interFileDependencies: false, workspaceDiagnostics: true } }
      : {}),
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  };
}
