// What the client said it can do, asked in one place.
import type { ClientCapabilities, InitializeParams } from 'vscode-languageserver';
import * as z from 'zod';
import { type Initialization, initializationSchema } from './protocol.ts';

/** The client's abilities that the server's answers depend on. */
export interface Client {
  readonly options: Initialization;
  /** What is wrong with the options that it gave, for people: then none of them counts. Null mostly. */
  readonly complaint: string | null;
  /** It can ask for diagnostics, and was not told to leave that to the server. */
  readonly pulls: boolean;
  readonly refreshesDiagnostics: boolean;
  readonly relatedInformation: boolean;
  readonly resolvesActionEdits: boolean;
  readonly documentChanges: boolean;
  readonly createsFiles: boolean;
  readonly snippetEdits: boolean;
  readonly markdownHover: boolean;
  readonly watchesFiles: boolean;
  readonly relativePatterns: boolean;
  /** It can be told that formatting and folding are for some files alone. */
  readonly formatsByPattern: boolean;
  readonly workspaceFolders: boolean;
  readonly progress: boolean;
  readonly showsDocuments: boolean;
}

/** Reads the capabilities; a client that names none gets what every client understands. */
export function readClient(params: InitializeParams): Client {
  const capabilities: ClientCapabilities = params.capabilities ?? {};
  const { textDocument, workspace, window } = capabilities;
  const parsed = initializationSchema.safeParse(params.initializationOptions ?? {});
  const options = parsed.success ? parsed.data : {};
  const publish = textDocument?.publishDiagnostics;
  const action = textDocument?.codeAction;
  const formats = textDocument?.hover?.contentFormat;
  return {
    options,
    complaint: parsed.success ? null : z.prettifyError(parsed.error).slice(0, 1_000),
    pulls: textDocument?.diagnostic !== undefined && options.diagnostics !== 'push',
    refreshesDiagnostics: workspace?.diagnostics?.refreshSupport === true,
    relatedInformation: publish?.relatedInformation === true,
    resolvesActionEdits: action?.dataSupport === true && (action.resolveSupport?.properties.includes('edit') ?? false),
    documentChanges: workspace?.workspaceEdit?.documentChanges === true,
    createsFiles: workspace?.workspaceEdit?.resourceOperations?.includes('create') === true,
    snippetEdits: workspace?.workspaceEdit?.snippetEditSupport === true,
    markdownHover: formats === undefined || formats.includes('markdown'),
    watchesFiles: workspace?.didChangeWatchedFiles?.dynamicRegistration === true,
    formatsByPattern:
      textDocument?.formatting?.dynamicRegistration === true &&
      textDocument.rangeFormatting?.dynamicRegistration === true &&
      textDocument.foldingRange?.dynamicRegistration === true,
    relativePatterns: workspace?.didChangeWatchedFiles?.relativePatternSupport === true,
    workspaceFolders: workspace?.workspaceFolders === true,
    progress: window?.workDoneProgress === true,
    showsDocuments: window?.showDocument?.support === true,
  };
}
