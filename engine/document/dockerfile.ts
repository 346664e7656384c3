import type { PartContent, Span } from '../model.ts';

/**
 * Reads a Dockerfile as far as all files are read here: its comments. What its instructions say depends on its stages and
 * variables, so the adapter lifts them out of the text with trees of their own.
 */
export function readDockerfile(text: string): PartContent {
  return { text, root: null, value: null, problems: [], templates: [], comments: findComments(text) };
}

/** A line whose first sign is `#` is a comment, between continued lines too, but not in a heredoc. */
function findComments(text: string): readonly Span[] {
  const comments: Span[] = [];
  const heredocs: Heredoc[] = [];
  let shell = false;
  let continued = false;
  for (let start = 0; start < text.length; ) {
    const feed = text.indexOf('\n', start);
    const end = feed < 0 ? text.length : feed;
    const line = text.slice(start, end).trimEnd();
    const sign = line.search(/\S/);
    if (heredocs[0] !== undefined) {
      if (heredocs[0].ends(line)) heredocs.shift();
    } else if (line[sign] === '#') {
      comments.push({ start: start + sign, end: start + line.length });
    } else if (sign >= 0) {
      if (!continued) shell = /^\s*(?:ONBUILD\s+)?(?:RUN|COPY|ADD)\s/i.test(line);
      continued = /[\\`]$/.test(line);
      if (shell) heredocs.push(...heredocsOf(line));
    }
    start = end + 1;
  }
  return comments;
}

interface Heredoc {
  ends(line: string): boolean;
}

function heredocsOf(line: string): readonly Heredoc[] {
  return [...line.matchAll(/<<(-?)(["']?)(\w+)\2/g)].map(([, dash, , name]) => ({
    ends: (candidate) => (dash === '-' ? candidate.replace(/^\t+/, '') : candidate) === name,
  }));
}
