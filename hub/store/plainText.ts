/**
 * A text for a column, of what a device or an agent has signed or sends again until it is taken: PostgreSQL takes no NUL in a
 * text, and both databases have U+FFFD in its place. The body of the record has what was sent.
 */
export function plainText(text: string): string {
  return text.isWellFormed() && !text.includes('\0') ? text : text.toWellFormed().replaceAll('\0', '\ufffd');
}
