/**
 * The one interface that hooks and commands ask. The daemon answers it over its socket, and where no daemon answers, the
 * same code answers it within the process that asks: callers cannot tell which.
 */
import type { Report } from '../report/report.ts';

/** Who asks. */
export interface GateClient {
  /** `pre-commit`, `kerb check`, `vscode` … */
  readonly name: string;
  readonly version: string;
}

interface GateRequest {
  readonly client: GateClient;
  /** The root of the work tree, absolute. */
  readonly root: string;
  /** Why a person wants to pass whatever the verdict is (`KERB_BREAK_GLASS`); null otherwise. */
  readonly breakGlass: string | null;
  /**
   * A name for this question that no other has. Who asks again because nobody has answered gives it again: the decision is
   * kept once.
   */
  readonly question?: string | undefined;
}

/** What the next commit carries: the index, as a tree that git has written already. */
export interface CommitRequest extends GateRequest {
  readonly gate: 'commit';
  /** `git write-tree` of the index that git will commit (a partial commit has one of its own). */
  readonly tree: string;
  /** Commits that it merges in, where git has not written them down yet: it runs `pre-merge-commit` before MERGE_HEAD is there. */
  readonly merged?: readonly string[] | undefined;
}

/** The message of the commit that is being made. */
export interface MessageRequest extends GateRequest {
  readonly gate: 'message';
  readonly message: string;
  /** False where no editor shows it to a person: then git keeps lines that look like comments. */
  readonly edited?: boolean | undefined;
}

/** What a push would bring to a remote. */
export interface PushRequest extends GateRequest {
  readonly gate: 'push';
  readonly remote: { readonly name: string; readonly url: string };
  readonly updates: readonly RefUpdate[];
}

/** One line that git gives to `pre-push`. All zeros: the ref is new (remote) or is being deleted (local). */
export interface RefUpdate {
  readonly localRef: string;
  readonly localId: string;
  readonly remoteRef: string;
  readonly remoteId: string;
}

export interface GateAnswer {
  readonly report: Report;
  /** What the caller does: `pass`, or `block`. An indeterminate decision blocks where the mode says so. */
  readonly outcome: 'pass' | 'block';
  /** The decision's number in the journal; null where the mode does not wait for it. */
  readonly seq: number | null;
  /** What a person reads, in a terminal or a GUI's box: short, and with the one thing to do. Empty when there is nothing. */
  readonly text: string;
}

export interface LocalGate {
  decide(request: CommitRequest | MessageRequest | PushRequest): Promise<GateAnswer>;
  close(): Promise<void>;
}
