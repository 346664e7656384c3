const maxDepth = 200;

/**
 * JSON with sorted keys and no space, the same for equal values: for digests. Spans are left out, since they say where
 * something stands and not what it is. A bigint is written as its digits.
 */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > maxDepth) return '"…"';
  if (typeof value === 'bigint') return value.toString();
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item, depth + 1)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value)
    .filter(([key, item]) => item !== undefined && key !== 'span')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item, depth + 1)}`).join(',')}}`;
}
