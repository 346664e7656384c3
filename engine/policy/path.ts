import type { Path } from '../model.ts';

const maxSegments = 40;
const segment = /^(?:\.?([A-Za-z_$][\w$-]*)|\[(\d{1,9})\]|\[("(?:[^"\\]|\\.)*")\]|\[('[^']*')\])/;

/**
 * Reads a path as policies and reports write it: `spec.containers[0].image`, `metadata.annotations["a.b/c"]`.
 * `self` or `item` in front are understood and dropped. Never throws.
 */
export function parsePath(text: string): { readonly path: Path; readonly problem: string | null } {
  const path: (string | number)[] = [];
  let rest = text.trim();
  if (rest === 'self' || rest === 'item' || rest === '.') return { path: [], problem: null };
  while (rest !== '') {
    const match = segment.exec(rest);
    const leadsWithDot = rest.startsWith('.');
    if (match === null || path.length >= maxSegments || (path.length === 0 && leadsWithDot)) {
      return {
        path,
        problem: 'not a path: write it like securityContext.capabilities.drop[0] or annotations["a.b/c"]',
      };
    }
    if (path.length > 0 && match[1] !== undefined && !leadsWithDot) {
      return { path, problem: 'not a path: a dot is missing between two keys' };
    }
    path.push(match[1] ?? (match[2] === undefined ? unquote(match[3] ?? match[4] ?? '') : Number(match[2])));
    rest = rest.slice(match[0].length);
  }
  return { path: path[0] === 'self' || path[0] === 'item' ? path.slice(1) : path, problem: null };
}

/** Writes a path: dotted, indices in brackets, unusual keys quoted. */
export function formatPath(path: Path): string {
  let text = '';
  for (const key of path) {
    if (typeof key === 'number') text += `[${key}]`;
    else if (/^[A-Za-z_$][\w$-]*$/.test(key)) text += text === '' ? key : `.${key}`;
    else text += `[${JSON.stringify(key)}]`;
  }
  return text;
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replace(/\\(.)/g, '$1');
}
