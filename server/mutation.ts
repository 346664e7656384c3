// `kerb/mutate`: whether a policy's cases prove anything. A process of its own tries that.
import type { CancellationToken } from 'vscode-languageserver';
import { readSheet } from './cases.ts';
import { uriIn } from './file.ts';
import { tryMutants } from './mutation/process.ts';
import type { CasesParams, MutationAnswer } from './protocol.ts';
import type { Session } from './session.ts';

/** Alters the policy in one place at a time, as both texts are now. Null where the URI is neither a policy's nor a page's. */
export async function mutation(
  session: Session,
  { uri }: CasesParams,
  token: CancellationToken,
): Promise<MutationAnswer | null> {
  const place = session.roots.placeOf(uri);
  await session.roots.ready(place.root);
  const sheet = readSheet(session, place);
  if (sheet === null) return null;
  const { id, policy } = sheet;
  const answer = { id, policy: uriIn(place.root, policy) };
  if (sheet.kind === 'problem') return { ...answer, outcome: { kind: 'problem', message: sheet.problem } };
  const { source } = sheet.request.policy;
  const task = { policy: { id, path: policy, text: source }, page: sheet.request.page };
  return { ...answer, outcome: await tryMutants(task, token) };
}
