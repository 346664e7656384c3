// Wires one connection: each LSP method to the function that answers it. Nothing is decided here.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Connection,
  ErrorCodes,
  type InitializeError,
  type InitializeParams,
  ResponseError,
} from 'vscode-languageserver';
import { framesOf } from '../engine/index.ts';
import { createNative } from '../repository/index.ts';
import { codeActions } from './actions.ts';
import { capabilitiesOf } from './capabilities.ts';
import { casesOf, coverage, ownPolicies } from './cases.ts';
import { catalogue, daemonStatus, explain, tellStatus } from './catalogue.ts';
import { check } from './check.ts';
import { type Client, readClient } from './client.ts';
import { type DaemonLink, type LinkOptions, linkDaemon, type Told } from './daemon.ts';
import type { OpenDocument } from './documents.ts';
import { completion, definition, prepareRename, references, rename, semanticTokens, signatureHelp } from './draft.ts';
import { executeCommand, reloadAll } from './execute.ts';
import { createExpiry } from './expiry.ts';
import { createFormattingOffer, foldingRanges, formatting } from './format.ts';
import { createCollector, ownHeap } from './garbage.ts';
import { hover } from './hover.ts';
import { closeDocument, editDocument, moveDocuments, openOne } from './lifecycle.ts';
import { mutation } from './mutation.ts';
import { createOrganisation } from './organisation.ts';
import { createPreviews } from './preview.ts';
import {
  casesSchema,
  checkSchema,
  explainSchema,
  inspectSchema,
  messages,
  previewSchema,
  type RecordAnswer,
  recordSchema,
} from './protocol.ts';
import { publishDirty, publishOwnFiles } from './publish.ts';
import { pullDocument, pullWorkspace } from './pull.ts';
import { createRecordings } from './recordings.ts';
import { createRequests } from './requests.ts';
import { resolveAction } from './resolve.ts';
import { createRoots, type Root } from './roots.ts';
import { createSchedule } from './schedule.ts';
import { markAllDirty, type Session } from './session.ts';
import { uriOf } from './uri.ts';
import { warmUp } from './warm.ts';
import { createWatch, type Watch } from './watch.ts';

/** The name and version that the server gives of itself. */
export interface Identity {
  readonly name: string;
  readonly version: string;
}

/** A connection being served. */
export interface Serving {
  /** Whether the client has said goodbye. */
  isClosing(): boolean;
}

/** Serves a connection until it closes. */
export function serve(connection: Connection, identity: Identity): Serving {
  let running: Running | null = null;
  connection.onInitialize((params) => {
    if (running !== null) return new ResponseError<InitializeError>(ErrorCodes.InvalidRequest, 'initialize comes once');
    const client = readClient(params);
    if (client.complaint !== null)
      connection.console.warn(`Kerb understands none of its initializationOptions: ${client.complaint}`);
    running = start(connection, client);
    running.session.roots.setFolders(foldersOf(params));
    register(connection, running);
    return { capabilities: capabilitiesOf(client), serverInfo: identity };
  });
  connection.onInitialized(() => running?.begin());
  connection.onShutdown(() => running?.close());
  return { isClosing: () => running?.session.closing === true };
}

interface Running {
  readonly session: Session;
  readonly watch: Watch;
  begin(): void;
  close(): Promise<void>;
}

function start(connection: Connection, client: Client): Running {
  let begun = false;
  const collector = createCollector(ownHeap());
  const schedule = createSchedule(() => {
    publishDirty(session);
    collector.rest();
  });
  const loaded = (root: Root): void => {
    markAllDirty(session, root);
    publishOwnFiles(session, root);
    watch.renewed(root);
    expiry.follow(root);
    if (begun) follow(root);
    tellStatus(session);
    warm(root);
    if (!session.pushes && client.refreshesDiagnostics) connection.languages.diagnostics.refresh();
  };
  let warmed = false;
  const warm = (root: Root): void => {
    if (warmed) return;
    warmed = true;
    warmUp(session, root, (ms) => sleep(ms, undefined, { ref: false })).catch((error: unknown) =>
      connection.console.error(`Kerb broke while it warmed up: ${framesOf(error)}`),
    );
  };
  const failed = (root: Root, error: unknown): void => tellFailure(connection, root, error);
  const forgotten = (root: Root): void => {
    for (const each of [watch, expiry, offer]) each.forget(root);
  };
  const expiry = createExpiry(() => session.roots);
  const native = createNative();
  const organisation = createOrganisation();
  const session: Session = {
    connection,
    client,
    native,
    roots: createRoots(native, organisation.current, { loaded, failed, forgotten }),
    organisation,
    requests: createRequests(),
    previews: createPreviews(),
    recordings: createRecordings(),
    daemon: linkTo(client, {
      changed: () => begun && tellStatus(session),
      told: (told) => void heed(session, told),
    }),
    documents: new Map(),
    dirty: new Set(),
    closed: new Map(),
    checked: false,
    ownFiles: new Map(),
    pushes: client.options.diagnostics !== 'pull' || !client.pulls,
    touchedAt: performance.now(),
    closing: false,
    requestJudging: () => schedule.request(),
    today: () => new Date().toISOString().slice(0, 10),
  };
  const watch = createWatch(session);
  const offer = createFormattingOffer(session);
  const follow = (root: Root): void => {
    watch.follow(root);
    offer.follow(root);
  };
  return {
    session,
    watch,
    begin() {
      begun = true;
      for (const root of session.roots.all()) if (root.rules !== null) follow(root);
      tellStatus(session);
    },
    async close() {
      session.closing = true;
      schedule.close();
      collector.close();
      expiry.close();
      session.daemon?.close();
      session.previews.close();
      await watch.close();
    },
  };
}

function tellFailure(connection: Connection, { folder }: Root, error: unknown): void {
  connection.console.error(`Kerb could not load the rules of ${folder}: ${framesOf(error)}`);
  connection.window.showErrorMessage(
    `Kerb could not load its policies: nothing is judged in ${folder}. The log says more.`,
  );
}

/** What the daemon told governs, and what was asked for is marked. */
async function heed(session: Session, { organisation, requests, feedback }: Told): Promise<void> {
  const hasRequests = session.requests.take(requests, feedback);
  if (session.organisation.take(organisation)) await reloadAll(session);
  const roots = session.roots.all().filter(({ rules }) => rules !== null);
  if (hasRequests) for (const root of roots) session.roots.renew(root);
}

function linkTo({ options }: Client, events: Pick<LinkOptions, 'changed' | 'told'>): DaemonLink | null {
  return options.daemon === undefined
    ? null
    : linkDaemon({ start: options.daemon, name: 'kerb-language-server', ...events });
}

function register(connection: Connection, { session, watch }: Running): void {
  const { documents } = session;
  connection.onDidOpenTextDocument(({ textDocument }) => openOne(session, textDocument));
  connection.onDidChangeTextDocument((params) => editDocument(session, params));
  connection.onDidCloseTextDocument(({ textDocument }) => {
    closeDocument(session, textDocument.uri);
    watch.changed([textDocument.uri]);
  });
  connection.onDidChangeWatchedFiles(({ changes }) => watch.changed(changes.map(({ uri }) => uri)));
  connection.onDidSaveTextDocument(({ textDocument }) => watch.changed([textDocument.uri]));
  if (session.client.workspaceFolders) {
    connection.onNotification('workspace/didChangeWorkspaceFolders', (params) => {
      moveDocuments(session, params);
      watch.followClosed();
      tellStatus(session);
    });
  }
  const open = (uri: string) => documents.get(uri) ?? null;
  connection.onHover(({ textDocument, position }) => {
    const document = open(textDocument.uri);
    return document === null ? null : hover(session, document, position);
  });
  registerAuthoring(connection, open);
  connection.onCodeAction((params) => {
    const document = open(params.textDocument.uri);
    return document === null ? [] : codeActions(session, document, params);
  });
  connection.onCodeActionResolve((action) => resolveAction(session, action));
  connection.onExecuteCommand((params) => executeCommand(session, params));
  connection.languages.diagnostics.on((params) => pullDocument(session, params));
  connection.languages.diagnostics.onWorkspace((params, token, progress, partial) =>
    pullWorkspace(session, params, token, progress, partial),
  );
  connection.onRequest(messages.catalogue, () => catalogue(session));
  connection.onRequest(messages.explain, (params: unknown) => explain(session, explainSchema.parse(params)));
  connection.onRequest(messages.ownPolicies, () => ownPolicies(session));
  connection.onRequest(messages.cases, (params: unknown) => casesOf(session, casesSchema.parse(params)));
  connection.onRequest(messages.coverage, (params: unknown) => coverage(session, casesSchema.parse(params)));
  connection.onRequest(messages.mutate, (params: unknown, token) =>
    mutation(session, casesSchema.parse(params), token),
  );
  connection.onRequest(messages.preview, (params: unknown, token) =>
    session.previews.preview(session, previewSchema.parse(params), token),
  );
  connection.onRequest<RecordAnswer, void>(messages.record, (params: unknown) =>
    session.recordings.record(session, recordSchema.parse(params)),
  );
  connection.onRequest(messages.inspect, (params: unknown) => session.recordings.inspect(inspectSchema.parse(params)));
  connection.onRequest(messages.daemonStatus, () => daemonStatus(session));
  connection.onRequest(messages.restartDaemon, async () => (await session.daemon?.restart()) ?? null);
  connection.onRequest(messages.check, async (params: unknown, token) => {
    const result = await check(session, checkSchema.parse(params ?? {}), token);
    watch.followClosed();
    return result;
  });
}

/** What is for those who write policies. */
function registerAuthoring(connection: Connection, open: (uri: string) => OpenDocument | null): void {
  const at = <T>(uri: string, answer: (document: OpenDocument) => T): T | null => {
    const document = open(uri);
    return document === null ? null : answer(document);
  };
  connection.onCompletion(({ textDocument: { uri }, position }) =>
    at(uri, (document) => completion(document, position)),
  );
  connection.onSignatureHelp(({ textDocument: { uri }, position }) =>
    at(uri, (document) => signatureHelp(document, position)),
  );
  connection.onDefinition(({ textDocument: { uri }, position }) =>
    at(uri, (document) => definition(document, position)),
  );
  connection.onReferences(({ textDocument: { uri }, position, context }) =>
    at(uri, (document) => references(document, position, context)),
  );
  connection.onPrepareRename(({ textDocument: { uri }, position }) =>
    at(uri, (document) => prepareRename(document, position)),
  );
  connection.onRenameRequest(({ textDocument: { uri }, position, newName }) =>
    at(uri, (document) => rename(document, position, newName)),
  );
  connection.onDocumentFormatting(({ textDocument: { uri } }) => at(uri, (document) => formatting(document)));
  connection.onDocumentRangeFormatting(({ textDocument: { uri }, range }) =>
    at(uri, (document) => formatting(document, range)),
  );
  connection.onFoldingRanges(({ textDocument: { uri } }) => at(uri, foldingRanges));
  connection.languages.semanticTokens.on(({ textDocument: { uri } }) => at(uri, semanticTokens) ?? { data: [] });
}

function foldersOf({ workspaceFolders, rootUri, rootPath }: InitializeParams): readonly string[] {
  if (workspaceFolders && workspaceFolders.length > 0) return workspaceFolders.map(({ uri }) => uri);
  if (rootUri) return [rootUri];
  return rootPath ? [uriOf(rootPath)] : [];
}
