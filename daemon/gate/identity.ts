/** Who acts in a work tree, remembered for a while: asking git takes longer than a gate may. */
import { type Identity, readIdentity } from '../../repository/index.ts';

const keptMs = 60_000;
const maxKept = 64;

/** Identities, asked of git again after a minute. */
export function createIdentities(now: () => number): (root: string) => Promise<Identity> {
  const kept = new Map<string, { readonly identity: Promise<Identity>; readonly at: number }>();
  return (root) => {
    const known = kept.get(root);
    if (known !== undefined && Math.abs(now() - known.at) < keptMs) return known.identity;
    if (kept.size >= maxKept) kept.clear();
    const identity = readIdentity(root);
    kept.set(root, { identity, at: now() });
    return identity;
  };
}
