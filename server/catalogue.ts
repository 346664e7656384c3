// The messages beyond LSP: the catalogue, a policy's page, the session's state.

import { explanationOf, sourceFile } from './page.ts';
import type {
  CatalogueEntry,
  CatalogueResult,
  DaemonStatusResult,
  ExplainParams,
  ExplainResult,
  Status,
} from './protocol.ts';
import { messages } from './protocol.ts';
import type { Root, Rules } from './roots.ts';
import type { Session } from './session.ts';
import { uriOf } from './uri.ts';

/** `kerb/catalogue`: the policies of all roots, by id; of one that several roots have, the first root's word. */
export async function catalogue(session: Session): Promise<CatalogueResult> {
  const entries = new Map<string, CatalogueEntry>();
  for (const root of session.roots.all()) {
    await session.roots.ready(root);
    for (const entry of root.rules === null ? [] : entriesOf(root.rules))
      if (!entries.has(entry.id)) entries.set(entry.id, entry);
  }
  return { policies: [...entries.values()].sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

/** `kerb/explain`. */
export async function explain(session: Session, { policy, uri }: ExplainParams): Promise<ExplainResult> {
  const roots = uri === undefined ? session.roots.all() : [session.roots.placeOf(uri).root];
  for (const root of roots) {
    await session.roots.ready(root);
    const found = root.rules?.byId.get(policy);
    if (root.rules && found !== undefined) return { markdown: explanationOf(root.rules, found) };
  }
  return { markdown: null };
}

/** Tells the client what the server works with, where it wants to know. */
export function tellStatus(session: Session): void {
  if (session.client.options.status !== true) return;
  const roots = session.roots.all();
  const status: Status = {
    policies: Math.max(0, ...roots.map(({ rules }) => rules?.set.policies.length ?? 0)),
    problems: roots.flatMap(problemsOf),
    roots: roots.map(({ folder }) => folder),
    daemon: session.daemon?.state() ?? { kind: 'none' },
  };
  session.connection.sendNotification(messages.status, status).catch(() => undefined);
}

/** `kerb/daemonStatus`: what the daemon says of itself, or why it says nothing. */
export async function daemonStatus({ daemon }: Session): Promise<DaemonStatusResult> {
  if (daemon === null) return { text: 'This editor was not told how to start a daemon.' };
  return { text: await daemon.describe().catch((error: unknown) => (error as Error).message) };
}

function problemsOf({ rules }: Root): readonly string[] {
  return (rules?.problems ?? []).map(({ file, range, message }) => `${file}:${range.start.line}: ${message}`);
}

function entriesOf(rules: Rules): readonly CatalogueEntry[] {
  const enabled = new Map(rules.set.policies.map(({ policy, enforcement }) => [policy.id, enforcement]));
  return rules.setup.policies.map((policy) => {
    const file = sourceFile(rules.setup.root, policy);
    const { id, title, severity, why, controls, equivalents, owners } = policy;
    const source = file === null ? null : uriOf(file);
    return { id, title, severity, enforcement: enabled.get(id) ?? 'off', why, controls, equivalents, owners, source };
  });
}
