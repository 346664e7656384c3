/** What a device signs as it sends it: an envelope (DSSE) by the device's own key. */
import { preAuthEncoding, readJson } from '../../engine/index.ts';
import type { VerifyBytes } from '../cryptography.ts';
import { type Envelope, envelope } from '../protocol.ts';
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

/** An envelope whose payload is out of its base64. */
export interface SignedPayload extends Omit<Envelope, 'payload'> {
  readonly payload: Buffer;
}

/** The payload, if it is of the type that was agreed, and signed by this device. */
export function openEnvelope(sealed: Envelope, agreement: Agreement): Promise<Opened> {
  return openPayload(signedPayload(sealed), agreement);
}

export async function openPayload(
  { payloadType, payload, signatures }: SignedPayload,
  { device: { keyId, publicKey, id }, agreed, verify }: Agreement,
): Promise<Opened> {
  if (payloadType !== agreed) return { kind: 'refused', code: 'invalid', message: `the payload type is not ${agreed}` };
  const message = preAuthEncoding(payloadType, payload);
  for (const { keyid, sig } of signatures) {
    if (keyid === keyId && (await verify(publicKey, message, Buffer.from(sig, 'base64'))))
      return { kind: 'opened', text: payload.toString('utf8') };
  }
  return { kind: 'refused', code: 'badSignature', message: `it is not signed by the key of device ${id}` };
}

/** The body of a request that is an envelope, or what is wrong with it. `agreed`: the payload's type. */
export function readEnvelope(body: Buffer, agreed: string): SignedPayload | string {
  return readPlainEnvelope(body, agreed) ?? readAnyEnvelope(body);
}

/** As devices write one: in this order, by one key. What is in between is the payload, and never becomes a value of JSON. */
const beginning = (payloadType: string): string => `{"payloadType":${JSON.stringify(payloadType)},"payload":"`;
const ending = /^","signatures":\[\{"keyid":"([\w-]{1,500})","sig":"([\w+/]{1,1000}={0,2})"\}\]\}$/;
const longestEnding = 1_600;
const longestPayload = 16_000_000;
const quote = 0x22;

/** Null where this quick reader cannot say. */
function readPlainEnvelope(body: Buffer, payloadType: string): SignedPayload | null {
  const begin = beginning(payloadType);
  if (body.toString('latin1', 0, begin.length) !== begin) return null;
  const end = body.indexOf(quote, begin.length);
  if (end - begin.length > longestPayload || body.length - end > longestEnding) return null;
  const [, keyid, sig] = ending.exec(body.toString('latin1', end)) ?? [];
  if (keyid === undefined || sig === undefined) return null;
  const base64 = body.toString('latin1', begin.length, end);
  const payload = Buffer.from(base64, 'base64');
  // Node passes over what is no base64, JSON's escapes among it: there are fewer bytes then than whole groups of four stand for.
  const isWhole = base64.length % 4 === 0 && payload.length === Buffer.byteLength(base64, 'base64');
  return isWhole ? { payloadType, payload, signatures: [{ keyid, sig }] } : null;
}

function readAnyEnvelope(body: Buffer): SignedPayload | string {
  const value = readJson(body.toString('utf8'));
  if (value === undefined) return 'the body is not JSON';
  const { success, data, error } = envelope.safeParse(value);
  if (success) return signedPayload(data);
  const [issue] = error.issues;
  return `${['body', ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'not valid'}`;
}

function signedPayload({ payload, ...rest }: Envelope): SignedPayload {
  return { ...rest, payload: Buffer.from(payload, 'base64') };
}
