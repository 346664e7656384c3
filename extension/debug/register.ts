// Stepping through a policy: on one of its cases, or on a file in which it found something.
import type { DebugProtocol } from '@vscode/debugprotocol';
import {
  type DebugAdapter,
  DebugAdapterInlineImplementation,
  type DebugConfiguration,
  type DebugProtocolMessage,
  type Disposable,
  debug,
  EventEmitter,
  Uri,
  window,
  workspace,
} from 'vscode';
import { type InspectAnswer, messages, type RecordAnswer } from '../../server/protocol.ts';
import type { Server } from '../client.ts';
import { createAdapter } from './adapter.ts';

/** Registers the debugger `kerb`. */
export function registerDebugger(server: Server): Disposable {
  const parts = [
    debug.registerDebugAdapterDescriptorFactory('kerb', {
      createDebugAdapterDescriptor: () => new DebugAdapterInlineImplementation(inlineAdapter(server)),
    }),
    debug.registerDebugConfigurationProvider('kerb', {
      // F5 without a configuration steps through the first case of the policy in the editor.
      resolveDebugConfiguration: (_folder, given) => (given.type === undefined ? hereConfiguration() : given),
    }),
  ];
  return { dispose: () => parts.forEach((part) => void part.dispose()) };
}

/** Steps through a case: `uri` is the policy's or its page's, `line` the case's first line. */
export async function stepThroughCase(uri: Uri, line: number, name: string): Promise<boolean> {
  return start({ uri: uri.toString(), line, name });
}

/** Steps through what a policy makes of a file. */
export async function stepThroughFile(uri: Uri, policy: string): Promise<boolean> {
  return start({ uri: uri.toString(), policy, name: `${policy} on ${workspace.asRelativePath(uri)}` });
}

function start(
  configuration: Omit<DebugConfiguration, 'type' | 'request'> & { uri: string; name: string },
): Thenable<boolean> {
  const folder = workspace.getWorkspaceFolder(Uri.parse(configuration.uri));
  return debug.startDebugging(folder, { type: 'kerb', request: 'launch', ...configuration });
}

function hereConfiguration(): DebugConfiguration | null {
  const uri = window.activeTextEditor?.document.uri;
  return uri === undefined ? null : { type: 'kerb', request: 'launch', name: 'The first case', uri: uri.toString() };
}

function inlineAdapter(server: Server): DebugAdapter {
  const sent = new EventEmitter<DebugProtocolMessage>();
  const adapter = createAdapter({
    record: (params) => server.request<RecordAnswer>(messages.record, params),
    inspect: (params) => server.request<InspectAnswer>(messages.inspect, params),
    pathOf: (uri) => Uri.parse(uri).fsPath,
    send: (message) => sent.fire(message),
  });
  return {
    onDidSendMessage: sent.event,
    handleMessage: (message) => void adapter.handle(message as DebugProtocol.Request),
    dispose: () => sent.dispose(),
  };
}
