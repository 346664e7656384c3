/** Values written as YAML, in the style of what stands around them. */
import { Unknown, type Value } from '../model.ts';

/** Words that YAML 1.1 or 1.2 reads as something else than text. */
const reserved = /^(?:true|false|yes|no|on|off|y|n|null|~|\.nan|[-+]?\.inf)$/i;
const numeric = /^[-+]?(?:\d[\d_]*(?:\.\d*)?(?:e[-+]?\d+)?|\.\d+|0x[\da-f]+|0o[0-7]+|\d+(?::\d+)+)$/i;
const date = /^\d{4}-\d{1,2}-\d{1,2}/;

/** How a scalar is quoted; empty for plain. */
export type Quote = '"' | "'" | '';

/** A value on one line. `quote` is how the value that it replaces was quoted. */
export function flowText(value: Value, quote: Quote = ''): string {
  if (value === null) return 'null';
  if (typeof value === 'string') return textOf(value, quote);
  if (typeof value !== 'object') return String(value);
  if (value instanceof Unknown) return '~';
  if (Array.isArray(value)) return `[${value.map((item) => flowText(item as Value)).join(', ')}]`;
  const entries = Object.entries(value);
  return entries.length === 0
    ? '{}'
    : `{ ${entries.map(([key, item]) => `${keyText(key)}: ${flowText(item)}`).join(', ')} }`;
}

/** What follows a key's colon, in block style: ` scalar`, or lines below the key, which stands at `indent` columns. */
export function blockText(value: Value, indent: number, step: number, newline: string): string {
  const isEmpty =
    value === null || typeof value !== 'object' || value instanceof Unknown || Object.keys(value).length === 0;
  if (isEmpty) return ` ${flowText(value)}`;
  const pad = ' '.repeat(indent + step);
  if (Array.isArray(value)) {
    return value.map((item) => `${newline}${pad}- ${flowText(item as Value)}`).join('');
  }
  return Object.entries(value)
    .map(([key, item]) => `${newline}${pad}${keyText(key)}:${blockText(item, indent + step, step, newline)}`)
    .join('');
}

/** A key, quoted where it must be. */
export function keyText(key: string): string {
  return textOf(key, '');
}

function textOf(text: string, quote: Quote): string {
  if (quote === "'" && !/[\r\n\t]/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  if (quote === '"' || !isPlain(text)) return JSON.stringify(text);
  return text;
}

/** Whether a text may stand without quotes, in block and in flow style. */
function isPlain(text: string): boolean {
  if (text === '' || reserved.test(text) || numeric.test(text) || date.test(text)) return false;
  if (!/^[A-Za-z0-9_./$@+-][\w ./$@+:=~^%()-]*$/.test(text) || /^[-?:](?:\s|$)|^(?:---|\.\.\.)/.test(text))
    return false;
  return !/:(?:\s|$)|\s#|\s$/.test(text) && !text.startsWith('@') && !text.startsWith('%');
}
