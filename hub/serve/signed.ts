/** What a device has signed, once the device is known and the signature is its own. */
import type { Hub } from '../hub.ts';
import type { Caller } from '../identity/authenticate.ts';
import { openEnvelope } from '../intake/envelope.ts';
import type { Envelope } from '../protocol.ts';
import type { Device } from '../store/query/device.ts';
import { type Answer, refuse } from './route.ts';

export async function readSigned(
  { store }: Pick<Hub, 'store'>,
  { tenant, id }: Pick<Caller, 'tenant' | 'id'>,
  envelope: Envelope,
  payloadType: string,
): Promise<{ readonly device: Device; readonly text: string } | Answer> {
  const device = await store.device(tenant.id, id);
  if (device === null) return refuse(403, 'deviceRevoked', 'this device was revoked: enrol it again');
  const opened = openEnvelope(envelope, device, payloadType);
  return opened.kind === 'refused' ? refuse(400, opened.code, opened.message) : { device, text: opened.text };
}
