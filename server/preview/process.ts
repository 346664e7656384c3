// The server's side of previews: one process for a root, begun with the first question.
import type { CancellationToken } from 'vscode-languageserver';
import { startBeside, tell } from '../beside.ts';
import type { PreviewOutcome, PreviewProgress } from '../protocol.ts';
import type { DeskOptions, Question } from './desk.ts';

/** What goes to the process. */
export type Asked =
  | { readonly kind: 'question'; readonly number: number; readonly question: Question }
  | { readonly kind: 'cancel'; readonly number: number };
/** What comes back. */
export type Answered =
  | { readonly kind: 'progress'; readonly number: number; readonly progress: Progress }
  | { readonly kind: 'outcome'; readonly number: number; readonly outcome: PreviewOutcome };
export type Progress = Omit<PreviewProgress, 'id'>;

/** What an asker says and hears while an answer is worked out. */
interface Waiting {
  readonly hear: (progress: Progress) => void;
  readonly token: CancellationToken;
}

/** A process that answers questions; a newer one overtakes those before. */
export interface PreviewProcess {
  ask(question: Question, waiting: Waiting): Promise<PreviewOutcome>;
  /** Whether it can still be asked. */
  isRunning(): boolean;
  close(): void;
}

/** Parsed files are many small objects that stay: room for the young spares copying them again and again. */
const roomForTheYoung = '--max-semi-space-size=32';

/** Starts a process. It does not keep this one alive. */
export function startPreviews(options: DeskOptions): PreviewProcess {
  const name = import.meta.url.endsWith('.ts') ? './main.ts' : './preview.js';
  const child = startBeside(new URL(name, import.meta.url), options, [roomForTheYoung]);
  const waiting = new Map<number, Pick<Waiting, 'hear'> & { readonly settle: (outcome: PreviewOutcome) => void }>();
  let asked = 0;
  let isRunning = true;
  let isClosed = false;
  const end = (outcome: PreviewOutcome): void => {
    isRunning = false;
    for (const { settle } of waiting.values()) settle(outcome);
    waiting.clear();
  };
  const say = (asked: Asked): void => tell(child, asked);
  child.on('message', (message) => {
    const answered = message as Answered;
    const asker = waiting.get(answered.number);
    if (answered.kind === 'progress') return asker?.hear(answered.progress);
    waiting.delete(answered.number);
    asker?.settle(answered.outcome);
  });
  child.on('error', ({ message }) => end({ kind: 'problem', message: `the preview broke: ${message}` }));
  child.on('exit', (code, signal) =>
    end(
      code === 0 || isClosed
        ? { kind: 'overtaken' }
        : { kind: 'problem', message: `the preview broke: ${signal ?? code}` },
    ),
  );
  return {
    async ask(question, { hear, token }) {
      const number = ++asked;
      const cancelling = token.onCancellationRequested(() => say({ kind: 'cancel', number }));
      const outcome = await new Promise<PreviewOutcome>((settle) => {
        waiting.set(number, { hear, settle });
        say({ kind: 'question', number, question });
      });
      cancelling.dispose();
      return outcome;
    },
    isRunning: () => isRunning,
    close() {
      isClosed = true;
      child.kill('SIGKILL');
    },
  };
}
