// The state of one client's session: its documents and roots, in one place. Features get the session and change it only
// through the functions here.
import type { Connection, Diagnostic } from 'vscode-languageserver';
import type { Native } from '../engine/index.ts';
import type { Client } from './client.ts';
import type { DaemonLink } from './daemon.ts';
import type { OpenDocument } from './documents.ts';
import type { KnownOrganisation } from './organisation.ts';
import type { Previews } from './preview.ts';
import type { Recordings } from './recordings.ts';
import type { KnownRequests } from './requests.ts';
import type { Root, Roots } from './roots.ts';

/** One client's session. */
export interface Session {
  readonly connection: Connection;
  readonly client: Client;
  readonly native: Native;
  readonly roots: Roots;
  readonly organisation: KnownOrganisation;
  readonly requests: KnownRequests;
  readonly previews: Previews;
  readonly recordings: Recordings;
  /** Null where the client did not say how to start it. */
  readonly daemon: DaemonLink | null;
  /** By the URI as the client spells it. */
  readonly documents: Map<string, OpenDocument>;
  /** Documents that have to be judged again. */
  readonly dirty: Set<OpenDocument>;
  /** What closed files show, by canonical URI: problems of policies and configurations, and findings of a workspace check. */
  readonly closed: Map<string, readonly Diagnostic[]>;
  /** Whether the whole workspace was checked: what its closed files show is then kept true. */
  checked: boolean;
  /** Canonical URIs of a root's own files that show problems. */
  readonly ownFiles: Map<Root, readonly string[]>;
  /** Whether diagnostics are pushed. A client that can pull is pushed to until it first pulls. */
  pushes: boolean;
  /** When a document was last opened, changed or closed, by `performance.now()`. */
  touchedAt: number;
  /** The client said goodbye. */
  closing: boolean;
  /** Judges what is dirty as soon as the input is drained. */
  requestJudging(): void;
  /** `YYYY-MM-DD`. */
  today(): string;
}

/** The open document of a canonical URI, however its client spells it. */
export function openAt({ documents }: Session, address: string): OpenDocument | null {
  const known = documents.get(address);
  if (known !== undefined) return known;
  for (const document of documents.values()) if (document.address === address) return document;
  return null;
}

/** Marks a document for judging. */
export function markDirty(session: Session, document: OpenDocument): void {
  session.touchedAt = performance.now();
  session.dirty.add(document);
  session.requestJudging();
}

/** Marks every open document of a root; all documents without one. */
export function markAllDirty(session: Session, root?: Root): void {
  for (const document of session.documents.values()) {
    if (root === undefined || document.place.root === root) session.dirty.add(document);
  }
  session.requestJudging();
}
