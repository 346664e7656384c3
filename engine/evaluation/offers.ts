import { entryAt } from '../document/index.ts';
import type { FixOffer, Node, Path } from '../model.ts';
import { valueAt } from '../rule/require.ts';
import type { Mark } from './mark.ts';
import { pathOfTarget } from './place.ts';

/** What can be done about a mark, as far as that can be told without trying it: see `fixesOf`. */
export function offersOf(mark: Mark): readonly FixOffer[] {
  const { hit, outcome, policy } = mark.judged;
  const { fix } = policy.enabled.policy;
  if (fix === null || outcome !== 'fail' || (hit !== null && hit.fix === null)) return [];
  if (fix.action.kind === 'remove' && fix.action.paths.some((path) => isMerged(mark, path))) return [];
  return [{ title: fix.title, safe: fix.safe }];
}

/** What a merge key brings is not there to be taken out. */
function isMerged({ judged, resource, content }: Mark, target: Path): boolean {
  const path = pathOfTarget(content, resource, ['self', ...(judged.element?.path ?? []), ...target]);
  let node: Node | null = content.root;
  for (const [depth, key] of path.entries()) {
    if (node === null || node.kind === 'scalar') return false;
    if (node.kind === 'list') node = node.items[Number(key)] ?? null;
    else {
      const entry = entryAt(node, String(key));
      if (entry === undefined) return valueAt(content.value, path.slice(0, depth + 1)) !== undefined;
      node = entry.value;
    }
  }
  return false;
}
