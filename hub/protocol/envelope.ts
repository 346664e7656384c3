/** How a device signs what it sends: DSSE v1. */
import * as z from 'zod';
import { name } from './scalar.ts';

/**
 * Signatures over the pre-authentication encoding of type and payload; payload and `sig` are base64. A device signs with
 * Ed25519, and `keyid` is its key's JWK thumbprint (RFC 7638, SHA-256, base64url).
 */
export const envelope = z.strictObject({
  payloadType: name,
  payload: z.string().max(16_000_000),
  signatures: z
    .array(z.strictObject({ keyid: name, sig: z.string().max(1_000) }))
    .min(1)
    .max(16),
});
export type Envelope = z.infer<typeof envelope>;
