/** How long the bodies of records stay. */
import * as z from 'zod';

export const retentionPath = '/v1/retention';
/** Records of the last so many days stay. */
export const retentionRequest = z.strictObject({ days: z.int().min(1).max(36_500) });
export const retentionAnswer = z.object({
  /** Records from this instant on stay. */
  before: z.iso.datetime(),
  deleted: z.int(),
  /** Whether there is more to delete: ask again. */
  isDone: z.boolean(),
});
