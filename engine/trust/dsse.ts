/** What a DSSE v1 signature is made over. */
import { encodeUtf8 } from '../cel/utf8.ts';

/** The pre-authentication encoding: type and payload with their lengths in bytes, so that none can pass for another. */
export function preAuthEncoding(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = encodeUtf8(payloadType);
  const parts = [encodeUtf8(`DSSEv1 ${type.length} `), type, encodeUtf8(` ${payload.length} `), payload];
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
