/** Whose keys may sign exceptions, as verified targets say. */
import { verify } from 'node:crypto';
import type { ApproverKeys } from '../../../engine/index.ts';
import type { TargetsFile } from './metadata.ts';
import { ed25519Key, isHexKey } from './signature.ts';

export function approverKeysIn({ signed: { delegations } }: TargetsFile): ApproverKeys {
  const ids = delegations?.roles?.exceptions?.keyIDs ?? [];
  return new Map(
    ids.flatMap((id) => {
      const key = delegations?.keys[id];
      const owner = key?.unrecognizedFields?.['x-kerb-owner'];
      const hex = key?.keyType === 'ed25519' ? (key.keyVal.public ?? '') : '';
      if (typeof owner !== 'string' || !isHexKey(hex)) return [];
      const hasSigned = (message: Uint8Array, signature: string): boolean =>
        verify(null, message, ed25519Key(hex), Buffer.from(signature, 'base64'));
      return [[id, { owner, hasSigned }] as const];
    }),
  );
}
