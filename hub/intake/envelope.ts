/** What a device signs as it sends it: an envelope (DSSE) by the device's own key. */
import { preAuthEncoding } from '../../engine/index.ts';
import type { VerifyBytes } from '../cryptography.ts';
import type { Envelope } from '../protocol.ts';
import type { Device } from '../store/query/device.ts';

export type Opened =
  | { readonly kind: 'opened'; readonly text: string }
  | { readonly kind: 'refused'; readonly code: 'invalid' | 'badSignature'; readonly message: string };

export interface Agreement {
  readonly device: Pick<Device, 'id' | 'keyId' | 'publicKey'>;
  /** The payload's type. */
  readonly agreed: string;
  readonly verify: VerifyBytes;
}

/** The payload, if it is of the type that was agreed, and signed by this device. */
export async function openEnvelope(
  { payloadType, payload, signatures }: Envelope,
  { device: { keyId, publicKey, id }, agreed, verify }: Agreement,
): Promise<Opened> {
  if (payloadType !== agreed) return { kind: 'refused', code: 'invalid', message: `the payload type is not ${agreed}` };
  const bytes = Buffer.from(payload, 'base64');
  const message = preAuthEncoding(payloadType, bytes);
  for (const { keyid, sig } of signatures) {
    if (keyid === keyId && (await verify(publicKey, message, Buffer.from(sig, 'base64'))))
      return { kind: 'opened', text: bytes.toString('utf8') };
  }
  return { kind: 'refused', code: 'badSignature', message: `it is not signed by the key of device ${id}` };
}
