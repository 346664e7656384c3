/** What a device signs as it sends it: an envelope (DSSE) by the device's own key. */
import { preAuthEncoding } from '../../engine/index.ts';
import { verifyBytes } from '../cryptography.ts';
import type { Envelope } from '../protocol.ts';
import type { Device } from '../store/query/device.ts';

export type Opened =
  | { readonly kind: 'opened'; readonly text: string }
  | { readonly kind: 'refused'; readonly code: 'invalid' | 'badSignature'; readonly message: string };

/** The payload, if it is of the type that was agreed, and signed by this device. */
export function openEnvelope(
  { payloadType, payload, signatures }: Envelope,
  { keyId, publicKey, id }: Pick<Device, 'id' | 'keyId' | 'publicKey'>,
  agreed: string,
): Opened {
  if (payloadType !== agreed) return { kind: 'refused', code: 'invalid', message: `the payload type is not ${agreed}` };
  const bytes = Buffer.from(payload, 'base64');
  const message = preAuthEncoding(payloadType, bytes);
  const own = signatures.filter(({ keyid }) => keyid === keyId);
  if (own.some(({ sig }) => verifyBytes(publicKey, message, Buffer.from(sig, 'base64'))))
    return { kind: 'opened', text: bytes.toString('utf8') };
  return { kind: 'refused', code: 'badSignature', message: `it is not signed by the key of device ${id}` };
}
