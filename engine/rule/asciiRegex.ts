/**
 * A rule with the classes of its regular expressions (`\w`, `\d`, `\s`, `\b`) made ASCII, as RE2 reads them and as they
 * mean everywhere else in Kerb. ast-grep would take them for all of Unicode's, and spend most of its time on compiling them.
 */
export function withAsciiRegexes(rule: unknown): unknown {
  if (Array.isArray(rule)) return rule.map(withAsciiRegexes);
  if (typeof rule !== 'object' || rule === null) return rule;
  const entries = Object.entries(rule).map(([key, value]) => {
    return [key, key === 'regex' && typeof value === 'string' ? asciiRegex(value) : withAsciiRegexes(value)];
  });
  return Object.fromEntries(entries);
}

const members: Readonly<Record<string, string>> = { w: 'A-Za-z0-9_', d: '0-9', s: '\\t\\n\\f\\r ' };

/** The same regular expression with ASCII classes. What it does not know stays as it is. */
export function asciiRegex(regex: string): string {
  let inClass = false;
  let made = '';
  for (let at = 0; at < regex.length; at++) {
    const sign = regex[at]!;
    if (sign !== '\\') {
      if (sign === '[') inClass = true;
      else if (sign === ']') inClass = false;
      made += sign;
      continue;
    }
    const escaped = regex[++at] ?? '';
    const inner = members[escaped];
    if (inner !== undefined) made += inClass ? inner : `[${inner}]`;
    else if (escaped === 'b' && !inClass && regex[at + 1] !== '{') made += '(?-u:\\b)';
    else made += sign + escaped;
  }
  return made;
}
