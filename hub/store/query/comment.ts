/** What is said of changes under review. */
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

export interface KeptComment {
  readonly id: string;
  /** Id of the change. */
  readonly request: string;
  /** What it is about; null for the whole change. */
  readonly place: { readonly file: string; readonly line: number; readonly quote: string } | null;
  readonly text: string;
  readonly by: string;
  readonly at: number;
}

export interface Comments {
  /** On a change and on those that it replaces, the oldest first. */
  comments(tenant: number, request: string): Promise<readonly KeptComment[]>;
  /** On this change alone. */
  commentCount(tenant: number, request: string): Promise<number>;
  /** Those with a lower id. */
  deleteCommentsBefore(tenant: number, id: string): Promise<void>;
}

const maxShown = 2_000;

export function commentQueries(db: Kysely<Tables>): Comments {
  return {
    async comments(tenant, request) {
      const rows = await db
        .withRecursive('version(id, replaces)', (cte) =>
          cte
            .selectFrom('change_request')
            .select(['id', 'replaces'])
            .where('tenant', '=', tenant)
            .where('id', '=', request)
            .unionAll((union) =>
              union
                .selectFrom('change_request as before')
                .innerJoin('version', 'version.replaces', 'before.id')
                .select(['before.id', 'before.replaces'])
                .where('before.tenant', '=', tenant),
            ),
        )
        .selectFrom('change_comment')
        .select(['id', 'request', 'file', 'line', 'quote', 'text', 'by_name as by', 'at'])
        .where('tenant', '=', tenant)
        .where('request', 'in', (sub) => sub.selectFrom('version').select('version.id'))
        .orderBy('id')
        .limit(maxShown)
        .execute();
      return rows.map(({ file, line, quote, ...row }) => ({
        ...row,
        place: file === null || line === null ? null : { file, line, quote: quote ?? '' },
      }));
    },
    async commentCount(tenant, request) {
      const { kept } = await db
        .selectFrom('change_comment')
        .select(({ fn, cast }) => cast<number>(fn.countAll(), 'bigint').as('kept'))
        .where('tenant', '=', tenant)
        .where('request', '=', request)
        .executeTakeFirstOrThrow();
      return kept;
    },
    async deleteCommentsBefore(tenant, id) {
      await db.deleteFrom('change_comment').where('tenant', '=', tenant).where('id', '<', id).execute();
    },
  };
}
