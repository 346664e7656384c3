/** A bundle as `opa build -t wasm` writes it: a gzipped tar with a module, the data that goes with it, and a manifest. */
import { decodeBase64 } from '../../base64.ts';
import { decodeUtf8 } from '../../cel/utf8.ts';
import { readJson } from '../../json.ts';
import { gunzip } from './inflate.ts';
import { Refusal } from './refusal.ts';

export interface RegoBundle {
  readonly module: Uint8Array;
  /** `data.json`, which is a JSON object. */
  readonly data: Readonly<Record<string, unknown>>;
}

const maxBytes = 4_000_000;
const maxDataBytes = 1_000_000;

/** Reads a bundle out of its base64. Throws a `Refusal` that says what is wrong with it. */
export function readBundleText(text: string): RegoBundle {
  const packed = decodeBase64(text.replace(/\s/g, ''));
  if (packed === null) throw new Refusal('it is not base64');
  const files = untar(gunzip(packed, maxBytes));
  const module = files.get('policy.wasm');
  if (module === undefined) throw new Refusal('it holds no policy.wasm: build it with `opa build -t wasm`');
  const others = [...files.keys()].filter((name) => name.endsWith('.wasm') && name !== 'policy.wasm');
  if (others.length > 0) throw new Refusal('it holds several modules: build one from all entrypoints');
  return { module, data: dataOf(files.get('data.json')) };
}

function dataOf(bytes: Uint8Array | undefined): RegoBundle['data'] {
  if (bytes === undefined) return {};
  if (bytes.length > maxDataBytes) throw new Refusal(`its data.json is larger than ${maxDataBytes} bytes`);
  const data = readJson(decodeUtf8(bytes) ?? '');
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    throw new Refusal('its data.json is no JSON object');
  return data as RegoBundle['data'];
}

const blockBytes = 512;

/** Regular files of a tar archive (POSIX ustar) by name, without the `/` that OPA begins names with. */
function untar(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  for (let at = 0; at + blockBytes <= bytes.length; ) {
    const header = bytes.subarray(at, at + blockBytes);
    const name = fieldOf(header, 0, 100).replace(/^\.?\//, '');
    if (name === '') break;
    const size = Number.parseInt(fieldOf(header, 124, 12).trim() || '0', 8);
    const start = at + blockBytes;
    if (!(size >= 0) || start + size > bytes.length) throw new Refusal('its archive breaks off');
    const kind = fieldOf(header, 156, 1);
    if (kind === '' || kind === '0') files.set(name, bytes.subarray(start, start + size));
    at = start + Math.ceil(size / blockBytes) * blockBytes;
  }
  return files;
}

/** The text of a header's field, up to its zero. */
function fieldOf(header: Uint8Array, start: number, length: number): string {
  const field = header.subarray(start, start + length);
  const end = field.indexOf(0);
  return decodeUtf8(end < 0 ? field : field.subarray(0, end)) ?? '';
}
