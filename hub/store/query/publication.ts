/** Policies on their way out: what is published, and what is under review. */
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

type PublishedRole = Tables['tuf_file']['role'];

/** A file of the repository that devices verify. Its name is the one below `/v1/tuf/`. */
export interface PublishedFile {
  readonly name: string;
  readonly role: PublishedRole;
  readonly version: number;
  readonly bytes: Uint8Array;
}

export interface ChangeRequest {
  readonly id: string;
  readonly state: Tables['change_request']['state'];
  readonly author: string;
  readonly title: string;
  /** Of the bundle. */
  readonly number: number;
  /** Of the targets metadata that its reviewers sign. */
  readonly version: number;
  readonly bundle: string;
  /** `rollout.json`; null where it goes to everybody. */
  readonly rollout: string | null;
  /** JSON: what they sign. */
  readonly draft: string;
  /** Id of the change that this is a later version of; null where it is of none. */
  readonly replaces: string | null;
  readonly openedAt: number;
  readonly closedAt: number | null;
}

export interface Approval {
  readonly request: string;
  readonly keyId: string;
  /** Hex. */
  readonly signature: string;
  readonly at: number;
}

export interface Publications {
  publishedFile(tenant: number, name: string): Promise<Uint8Array | null>;
  newestFile(tenant: number, role: PublishedRole): Promise<PublishedFile | null>;
  /** The newest first, without their texts. */
  changeRequests(tenant: number): Promise<readonly Omit<ChangeRequest, 'bundle' | 'rollout' | 'draft'>[]>;
  changeRequest(tenant: number, id: string): Promise<ChangeRequest | null>;
  approvals(tenant: number, request: string): Promise<readonly Approval[]>;
}

const maxListed = 200;

export function publicationQueries(db: Kysely<Tables>): Publications {
  const requests = db
    .selectFrom('change_request')
    .select(['id', 'state', 'author', 'title', 'number', 'version', 'replaces'])
    .select(['opened_at as openedAt', 'closed_at as closedAt']);
  return {
    async publishedFile(tenant, name) {
      const found = db.selectFrom('tuf_file').select('bytes').where('tenant', '=', tenant).where('name', '=', name);
      return (await found.executeTakeFirst())?.bytes ?? null;
    },
    async newestFile(tenant, role) {
      const files = db.selectFrom('tuf_file').select(['name', 'role', 'version', 'bytes']).where('tenant', '=', tenant);
      return (await files.where('role', '=', role).orderBy('version', 'desc').executeTakeFirst()) ?? null;
    },
    changeRequests: (tenant) =>
      requests
        .where('tenant', '=', tenant)
        .orderBy('opened_at', 'desc')
        .orderBy('id', 'desc')
        .limit(maxListed)
        .execute(),
    async changeRequest(tenant, id) {
      const found = requests.select(['bundle', 'rollout', 'draft']).where('tenant', '=', tenant).where('id', '=', id);
      return (await found.executeTakeFirst()) ?? null;
    },
    approvals: (tenant, request) =>
      db
        .selectFrom('approval')
        .select(['request', 'key_id as keyId', 'signature', 'at'])
        .where('tenant', '=', tenant)
        .where('request', '=', request)
        .orderBy('at')
        .orderBy('key_id')
        .execute(),
  };
}
