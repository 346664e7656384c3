/** Who acts in a work tree, remembered for a while: asking git takes longer than a gate may. */
import { type Identity, readIdentity } from '../../repository/index.ts';

const keptMs = 60_000;
const maxKept = 64;

/** Identities, asked of git again once they are older than the one who asks takes: a minute, and less where nobody waits. */
export function createIdentities(now: () => number): (root: string, mostMs?: number) => Promise<Identity> {
  const kept = new Map<string, { readonly identity: Promise<Identity>; readonly at: number }>();
  return (root, mostMs = keptMs) => {
    const known = kept.get(root);
    if (known !== undefined && Math.abs(now() - known.at) < mostMs) return known.identity;
    if (kept.size >= maxKept) kept.clear();
    const identity = readIdentity(root);
    kept.set(root, { identity, at: now() });
    return identity;
  };
}
