/** The message gate: the message of the commit that is being made, as git will keep it. */
import { changeFolder } from '../../engine/index.ts';
import type { GitSession } from '../../repository/index.ts';
import type { Input } from '../check/judgeInput.ts';
import { changeDocument, ownFindings, readOwners } from './changeDocument.ts';
import { benchOf, type GateCase, type GateParts } from './gateCase.ts';
import { readHead } from './head.ts';
import { judgeInputs } from './judgeChange.ts';
import type { MessageRequest } from './localGate.ts';
import { keptText, readCleanup } from './messageText.ts';

/** Judges a message: by the policies on messages, and for secrets as any text. */
export async function judgeMessage(
  { message, edited = true }: MessageRequest,
  session: GitSession,
  parts: GateParts,
): Promise<GateCase> {
  const [head, cleanup] = await Promise.all([readHead(session), readCleanup(session.root, edited)]);
  const ruling = await parts.rulings.of(session, { commit: head.commit, gate: 'message' });
  const bench = benchOf(parts, { session, ruling, gate: 'message' });
  const { subject } = await parts.identityOf(session.root);
  const text = keptText(message, cleanup);
  const facts = {
    name: 'message',
    branch: head.branch,
    pushes: [],
    commits: [{ author: subject, committer: subject, message: text, isMerge: head.merged.length > 0 }],
    owners: await readOwners(head.commit, session),
  };
  const none = {
    root: session.root,
    base: head.commit,
    head: null,
    files: [],
    entries: [],
    touched: [],
    skipped: 0,
    problems: [],
  };
  const document = await changeDocument(none, { judgements: [], sizes: new Map() }, facts, bench);
  const [judged, plain] = await judgeInputs([document, messageInput('message', text)], bench);
  return {
    ruling,
    judgements: [ownFindings(judged!, bench), plain!],
    problems: [],
    skipped: 0,
    notes: [],
    targets: [
      {
        base: head.commit,
        commit: null,
        tree: null,
        ref: head.branch === null ? null : `refs/heads/${head.branch}`,
      },
    ],
    commits: [],
    made: new Map(),
  };
}

/** A message as a text of its own, in which secrets are looked for. */
export function messageInput(name: string, text: string): Input {
  const path = `${changeFolder}${name}.txt`;
  return { kind: 'read', reading: { kind: 'text', path, file: { path, text }, encoding: 'utf-8' } };
}
