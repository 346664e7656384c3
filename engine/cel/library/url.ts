/** Kubernetes' URL library: https://kubernetes.io/docs/reference/using-api/cel/#kubernetes-url-library (URLs as Go's net/url reads them). */
import type { FunctionDeclaration, Overload } from '../function.ts';
import { createMap } from '../map.ts';
import { bool, list, map, opaque, string } from '../type.ts';
import { decodeUtf8, encodeUtf8 } from '../utf8.ts';
import { celError, type ListValue, Opaque, type Result } from '../value.ts';
import { func, method, textCost } from './declare.ts';

const urlType = opaque('kubernetes.URL');

interface Parts {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

class Url extends Opaque {
  override readonly typeName = 'kubernetes.URL';
  readonly text: string;
  readonly parts: Parts;
  constructor(text: string, parts: Parts) {
    super();
    this.text = text;
    this.parts = parts;
  }
  override equals(other: Opaque): boolean {
    return other instanceof Url && other.text === this.text;
  }
  override toString(): string {
    return this.text;
  }
}

export const urls: readonly FunctionDeclaration[] = [
  func('url', { parameters: [string], result: urlType, cost: textCost, call: parse }),
  func('isURL', { parameters: [string], result: bool, cost: textCost, call: (text: string) => readUrl(text) !== null }),
  method(
    'getScheme',
    part(({ scheme }) => scheme),
  ),
  method(
    'getHost',
    part(({ host }) => host),
  ),
  method(
    'getHostname',
    part(({ host }) => host.replace(/:\d*$/, '').replace(/^\[(.*)\]$/, '$1')),
  ),
  method(
    'getPort',
    part(({ host }) => /(?:^|[^:]|\]):(\d*)$/.exec(host)?.[1] ?? ''),
  ),
  method(
    'getEscapedPath',
    part(({ path }) => escapedPath(path)),
  ),
  method('getQuery', {
    parameters: [urlType],
    result: map(string, list(string)),
    call: (url: Url) => queryOf(url.parts.query),
  }),
];

/** Reads an absolute URI or an absolute path; null for anything else. */
export function readUrl(text: string): Url | null {
  if (/[\x00-\x1f\x7f]/.test(text)) return null;
  const match = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(\/[^?#]*|\*)(?:\?([^#]*))?(?:#.*)?$/s.exec(text);
  if (match === null) return null;
  const [, scheme = '', rest = '', query = ''] = match;
  const hasAuthority = rest.startsWith('//') && (scheme !== '' || !rest.startsWith('///'));
  const end = hasAuthority ? rest.indexOf('/', 2) : 0;
  const authority = hasAuthority ? rest.slice(2, end < 0 ? undefined : end) : '';
  const path = end < 0 ? '' : rest.slice(end);
  const host = readHost(authority);
  if (host === null || decodePercent(path) === null) return null;
  return new Url(text, { scheme: scheme.toLowerCase(), host, path, query });
}

function parse(text: string): Result {
  return readUrl(text) ?? celError('the text is not an absolute URI or path');
}

function part(read: (parts: Parts) => string): Overload {
  return { parameters: [urlType], result: string, call: (url: Url) => read(url.parts) };
}

/** The host with its port, decoded; null where the authority is not valid. */
function readHost(authority: string): string | null {
  const at = authority.lastIndexOf('@');
  if (at >= 0 && !/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(authority.slice(0, at))) return null;
  const host = authority.slice(at + 1);
  if (!/^(?:\[[0-9A-Fa-f:.]+(?:%25[^\]]*)?\](?::\d*)?|[^:[\]]*(?::\d*)?)$/.test(host)) return null;
  if (/[\x00-\x20\x7f"#/<>?@\\^`{|}]/.test(host)) return null;
  return decodePercent(host);
}

/** The path itself where all of it is validly encoded, else encoded anew. */
function escapedPath(path: string): string {
  if (/^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/[\]]|%[0-9A-Fa-f]{2})*$/.test(path)) return path;
  return encodePercent(decodePercent(path) ?? path);
}

function encodePercent(text: string): string {
  return text.replace(/[^A-Za-z0-9\-._~$&+,/:;=@]+/gu, (run) =>
    Array.from(encodeUtf8(run), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}

/** Null where a percent sign is not followed by two hex digits. */
function decodePercent(text: string): string | null {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return null;
  return text.replace(/(?:%[0-9A-Fa-f]{2})+/g, (run) => {
    const bytes = Uint8Array.from(run.slice(1).split('%'), (hex) => Number.parseInt(hex, 16));
    return decodeUtf8(bytes) ?? '\ufffd';
  });
}

/** Pairs that are not well-formed are left out, as Go does. */
function queryOf(query: string): Result {
  const values = new Map<string, string[]>();
  for (const pair of query.split('&')) {
    if (pair === '' || pair.includes(';')) continue;
    const equals = pair.indexOf('=');
    const key = decodePercent((equals < 0 ? pair : pair.slice(0, equals)).replaceAll('+', ' '));
    const value = decodePercent((equals < 0 ? '' : pair.slice(equals + 1)).replaceAll('+', ' '));
    if (key === null || value === null) continue;
    values.set(key, [...(values.get(key) ?? []), value]);
  }
  return createMap([...values].map(([key, list]): [string, ListValue] => [key, list])) ?? celError('no query');
}
