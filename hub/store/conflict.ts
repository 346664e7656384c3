/** Another process of the hub was faster: what was decided rests on what is no more. Nothing was written. */
export class ConflictError extends Error {
  override name = 'ConflictError';
}
