// The id of a policy, as a person types it.

const form = /^[a-z0-9][a-z0-9-]*\/[a-z0-9][a-z0-9-]*$/;

/** What is wrong with an id; null where it is one. */
export function complaintAboutId(text: string): string | null {
  return form.test(text) ? null : 'Lower-case letters, digits and hyphens: domain/name';
}
