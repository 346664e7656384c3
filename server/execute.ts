// workspace/executeCommand: for clients without an extension of ours.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ExecuteCommandParams } from 'vscode-languageserver';
import { askException } from './askException.ts';
import { explain } from './catalogue.ts';
import { giveFeedback } from './feedback.ts';
import { askExceptionSchema, commands, giveFeedbackSchema, writePolicySchema } from './protocol.ts';
import type { Session } from './session.ts';
import { writePolicy } from './sketch.ts';
import { uriOf } from './uri.ts';

/** Runs a command. An unknown one is answered with null: a newer client may know more than we do. */
export async function executeCommand(session: Session, params: ExecuteCommandParams): Promise<unknown> {
  const [policy, uri] = params.arguments ?? [];
  if (params.command === commands.reload) {
    await reloadAll(session);
    return null;
  }
  if (params.command === commands.askException) return askException(session, askExceptionSchema.parse(policy));
  if (params.command === commands.giveFeedback) return giveFeedback(session, giveFeedbackSchema.parse(policy));
  if (params.command === commands.writePolicy) return writePolicy(session, writePolicySchema.parse(policy));
  if (params.command !== commands.explain || typeof policy !== 'string') return null;
  const { markdown } = await explain(session, { policy, ...(typeof uri === 'string' ? { uri } : {}) });
  if (markdown !== null) await show(session, policy, markdown);
  return markdown;
}

/** Reads the rules of all roots again. */
export async function reloadAll({ roots }: Session): Promise<void> {
  await Promise.all(roots.all().map((root) => roots.reload(root)));
}

/** Opens the page where the client can; else says what it says. */
async function show(session: Session, policy: string, markdown: string): Promise<void> {
  if (session.client.showsDocuments) {
    const file = path.join(mkdtempSync(path.join(tmpdir(), 'kerb-')), `${policy.replaceAll('/', '-')}.md`);
    writeFileSync(file, markdown);
    await session.connection.window.showDocument({ uri: uriOf(file), takeFocus: true });
  } else session.connection.window.showInformationMessage(markdown.slice(0, 2_000));
}
