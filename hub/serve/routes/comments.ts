/** What is said of changes under review: by their authors and reviewers, for each other. */
import * as z from 'zod';
import { newId } from '../../log/act.ts';
import { comment } from '../../policies/comment.ts';
import { commentList, givenComment, type ShownComment, shownComment } from '../../protocol/comment.ts';
import { hubPaths } from '../../protocol.ts';
import type { KeptComment } from '../../store/query/comment.ts';
import { json, notFound, type Route, route } from '../route.ts';
import { rule } from '../rule.ts';

const one = z.object({ id: z.string().max(100) });

export const commentRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: `${hubPaths.changes}/:id/comments`,
    summary: 'Takes a comment on an open change, or on a line of its text; secrets in it are masked',
    permission: 'change:comment',
    params: one,
    body: givenComment,
    success: { status: 201, description: 'As it is kept', content: shownComment },
    async run({ hub, caller, params: { id: request }, body: { text, place } }) {
      const mask = await hub.masks.of(caller.tenant.id);
      const said = { id: newId(hub.now()), request, by: caller.name, text: mask(text.toWellFormed()), place };
      return rule(
        hub,
        caller,
        (desk) => comment({ ...desk, comments: hub.store }, said),
        (kept) => json(201, shown(kept, request)),
      );
    },
  }),
  route({
    method: 'GET',
    path: `${hubPaths.changes}/:id/comments`,
    summary: 'What was said of a change, and of the earlier versions that it replaces',
    permission: 'change:read',
    params: one,
    success: { status: 200, description: 'The oldest first', content: commentList },
    async run({ hub: { store }, caller, params: { id } }) {
      const tenant = caller.tenant.id;
      if ((await store.changeRequest(tenant, id)) === null) return notFound(`change ${id}`);
      const comments = await store.comments(tenant, id);
      return json(200, { comments: comments.map((kept) => shown(kept, id)) });
    },
  }),
];

function shown({ request, at, ...kept }: KeptComment, change: string): ShownComment {
  return { ...kept, change: request, at: new Date(at).toISOString(), isOutdated: request !== change };
}
