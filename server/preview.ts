// `kerb/preview`: what a policy that is being written would find in the workspace. A process of its own works it out.
import { type CancellationToken, ProgressType } from 'vscode-languageserver';
import { isInside } from '../repository/index.ts';
import type { OpenDocument } from './documents.ts';
import { uriIn } from './file.ts';
import { policyIdOf } from './own.ts';
import type { DeskOptions } from './preview/desk.ts';
import { type PreviewProcess, type Progress, startPreviews } from './preview/process.ts';
import type { PreviewAnswer, PreviewParams, PreviewProgress } from './protocol.ts';
import type { Root, Rules } from './roots.ts';
import { openAt, type Session } from './session.ts';

/** Previews of one session. */
export interface Previews {
  /** Null where the URI is no policy's or page's. */
  preview(session: Session, params: PreviewParams, token: CancellationToken): Promise<PreviewAnswer | null>;
  close(): void;
}

interface Room {
  readonly rules: Rules;
  readonly folders: readonly string[];
  /** What the process was begun with: a policy that is saved changes nothing of it. */
  readonly basis: string;
  readonly process: PreviewProcess;
  /** Versions of open texts that the process has. */
  readonly sent: Map<string, number>;
}

const previewed = new ProgressType<PreviewProgress>();

/** Keeps one process: people write one policy at a time. */
export function createPreviews(): Previews {
  let room: Room | null = null;
  const roomFor = (session: Session, root: Root, rules: Rules): Room => {
    const folders = session.roots.folders();
    if (room?.rules === rules && room.folders === folders && room.process.isRunning()) return room;
    const options = optionsOf(session, root, rules);
    const basis = session.native.sha256(JSON.stringify(options));
    if (room?.basis === basis && room.process.isRunning()) {
      room = { ...room, rules, folders };
      return room;
    }
    room?.process.close();
    room = { rules, folders, basis, process: startPreviews(options), sent: new Map() };
    return room;
  };
  return {
    async preview(session, { uri, partialResultToken }, token) {
      const { root, path: name } = session.roots.placeOf(uri);
      await session.roots.ready(root);
      const file = name.replace(/\.md$/, '.yaml');
      const id = root.rules === null ? null : policyIdOf(root.rules, file);
      if (root.rules === null || id === null) return null;
      if (token.isCancellationRequested) return { id, tookMs: 0, outcome: { kind: 'overtaken' } };
      const saved = root.rules.byId.get(id)?.source ?? null;
      const draft = openAt(session, uriIn(root, file))?.text.getText() ?? saved;
      if (draft === null) return null;
      const { process, sent } = roomFor(session, root, root.rules);
      const began = performance.now();
      const hear = (progress: Progress): void => {
        if (partialResultToken !== undefined)
          void session.connection.sendProgress(previewed, partialResultToken, { id, ...progress });
      };
      const question = { id, draft, saved, date: session.today(), open: changedTexts(session, root, sent) };
      const outcome = await process.ask(question, { hear, token });
      return { id, tookMs: Math.round(performance.now() - began), outcome };
    },
    close() {
      room?.process.close();
    },
  };
}

function optionsOf(session: Session, root: Root, { setup }: Rules): DeskOptions {
  const folders = session.roots.folders().filter((folder) => isInside(folder, root.folder));
  return {
    root: root.folder,
    folders: folders.length === 0 ? [root.folder] : folders,
    configuration: setup.configuration,
    masking: setup.policies.filter(({ rule, masks }) => rule.kind === 'secret' || masks.length > 0),
  };
}

/** Open texts that the process does not have in this version, and null for those that are closed since. */
function changedTexts(session: Session, root: Root, sent: Map<string, number>): Record<string, string | null> {
  const open = new Map<string, OpenDocument>();
  for (const document of session.documents.values())
    if (document.place.root === root) open.set(document.place.path, document);
  const changed: Record<string, string | null> = Object.create(null);
  for (const name of sent.keys()) if (!open.has(name)) changed[name] = null;
  for (const [name, { text }] of open) if (sent.get(name) !== text.version) changed[name] = text.getText();
  sent.clear();
  for (const [name, { text }] of open) sent.set(name, text.version);
  return changed;
}
