/**
 * Whether a path is one of those that globs name. `*` and `?` stay within a segment, `**` crosses them, `[a-z]` is a
 * class, and `[!a-z]` or `[^a-z]` what is not in it. As in .gitignore, a glob without a slash names files and folders
 * anywhere, and a folder names all in it.
 */
export function globMatcher(globs: readonly string[]): (path: string) => boolean {
  const forms = globs.map(segmentsOf);
  if (forms.length === 0) return () => false;
  return (path) => {
    const segments = path.split('/');
    return forms.some((form) => matches(form, segments));
  };
}

/** Whether a path is made of just such segments: `**` stands for any number of them. */
export function segmentMatcher(form: readonly string[]): (path: string) => boolean {
  return (path) => matches(form, path.split('/'));
}

/** Why a glob cannot name what its author meant; null where it can. For messages. */
export function globMistake(glob: string): string | null {
  if (glob.startsWith('!'))
    return '`!` takes nothing back here: name only what is left out (`\\!` is a name that begins so)';
  if (glob.split('/').includes('..')) return 'a path stays within the repository: relative, without `..`';
  if (/\\(?:[\p{L}\p{N}]|$)/u.test(glob)) return 'folders are separated by `/`, also on Windows';
  if (/\[\[[:.=]/.test(glob)) return 'a class names characters and ranges, as `[a-z]` does';
  if (openClass(glob)) return '`[` begins a class that no `]` ends; write `\\[` for the character itself';
  return null;
}

const maxSegments = 64;

function segmentsOf(glob: string): readonly string[] {
  const anchored = glob.replace(/\/+$/, '').includes('/');
  const segments = glob.split('/').filter((segment) => segment !== '' && segment !== '.');
  const form = anchored ? segments : ['**', ...segments];
  return (form.at(-1) === '**' ? form : [...form, '**']).slice(0, maxSegments);
}

/** Segment by segment, keeping the set of reachable positions: time is at most segments × segments. */
function matches(form: readonly string[], segments: readonly string[]): boolean {
  let reachable = new Set([0]);
  for (const part of form) {
    const next = new Set<number>();
    for (const at of reachable) {
      if (part === '**') for (let to = at; to <= segments.length; to++) next.add(to);
      else if (at < segments.length && matchesSegment(part, segments[at] ?? '')) next.add(at + 1);
    }
    if (next.size === 0) return false;
    reachable = next;
  }
  return reachable.has(segments.length);
}

/** `*` by remembering the last star only: that is enough, since a later star makes an earlier one's choice moot. */
function matchesSegment(glob: string, text: string): boolean {
  const tokens = tokensOf(glob);
  let at = 0;
  let token = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    if (tokens[token] === '*') {
      star = token++;
      starAt = at;
    } else if (token < tokens.length && matchesOne(tokens[token] ?? '', text[at] ?? '')) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++starAt;
    } else return false;
  }
  while (tokens[token] === '*') token++;
  return token === tokens.length;
}

/** Classes, escaped characters, and characters: what one character of a name is compared with. */
function tokensOf(glob: string): readonly string[] {
  return glob.match(/\[[!^]?\]?[^\]]*\]|\\.|[\s\S]/g) ?? [];
}

/** Whether a segment has a `[` that stands for itself only since nothing closes it. */
function openClass(glob: string): boolean {
  return glob.split('/').some((segment) => tokensOf(segment).includes('['));
}

function matchesOne(token: string, character: string): boolean {
  if (token === '?') return true;
  if (token.length === 2 && token[0] === '\\') return token[1] === character;
  if (token.length < 3 || token[0] !== '[') return token === character;
  const negated = token[1] === '!' || token[1] === '^';
  const body = token.slice(negated ? 2 : 1, -1);
  let found = false;
  for (let at = 0; at < body.length; at++) {
    const low = body[at] ?? '';
    const isRange = body[at + 1] === '-' && at + 2 < body.length;
    const high = isRange ? (body[at + 2] ?? '') : low;
    if (character >= low && character <= high) found = true;
    if (isRange) at += 2;
  }
  return found !== negated;
}
