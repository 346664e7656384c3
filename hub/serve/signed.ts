/** What a device has signed, once the device is known and the signature is its own. */
import type { Hub } from '../hub.ts';
import type { Caller } from '../identity/authenticate.ts';
import { openEnvelope } from '../intake/envelope.ts';
import type { Envelope } from '../protocol.ts';
import type { Device } from '../store/query/device.ts';
import { type Answer, refuse } from './route.ts';

export async function readSigned(
  { verify }: Pick<Hub, 'verify'>,
  { device }: Pick<Caller, 'device'>,
  envelope: Envelope,
  payloadType: string,
): Promise<{ readonly device: Device; readonly text: string } | Answer> {
  if (device === null) return refuse(403, 'forbidden', 'only a device signs this');
  const opened = await openEnvelope(envelope, { device, agreed: payloadType, verify });
  return opened.kind === 'refused' ? refuse(400, opened.code, opened.message) : { device, text: opened.text };
}
