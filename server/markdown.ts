// Texts in Markdown that is shown.

/** A text that somebody else has written, as it is: nothing in it is a link, an image or markup. */
export function asText(text: string): string {
  return text.replace(/[\\`*_{}[\]()#+\-.!<>|~&]/g, '\\$&');
}

/** Markdown of a repository's policy without its images: to show it, an editor would fetch them from wherever it says. */
export function withoutImages(markdown: string): string {
  return markdown.replaceAll('![', '!\\[');
}
