// Fixes as edits of an open document. The engine has tried each of them before it says so.
import { type Edit, type FixChoice, fixesOf, fixFile } from '../engine/index.ts';
import type { OpenDocument } from './documents.ts';
import { optionsOf, sourceOf } from './judging.ts';
import type { Rules } from './roots.ts';
import type { Session } from './session.ts';
import { difference } from './text.ts';

/** The fix of one finding, of those that it offers the one at `index`; null where it cannot be done. */
export function fixOne(
  document: OpenDocument,
  { fingerprint, index }: { readonly fingerprint: string; readonly index: number },
): readonly Edit[] | null {
  const verdict = document.judged?.verdict;
  const finding = verdict?.findings.find((each) => each.fingerprint === fingerprint);
  if (!verdict || finding === undefined) return null;
  return fixesOf(verdict, finding)[index]?.edits ?? null;
}

/** Every fix of one policy in the file, safe or not: somebody chose it for what it is. */
export function fixPolicy(session: Session, document: OpenDocument, rules: Rules, policy: string): readonly Edit[] {
  return fixBy(session, document, rules, { which: 'all', select: (finding) => finding.policy === policy });
}

/** Every safe fix of the file. */
export function fixAll(session: Session, document: OpenDocument, rules: Rules): readonly Edit[] {
  return fixBy(session, document, rules, { which: 'safe' });
}

function fixBy(session: Session, document: OpenDocument, rules: Rules, choice: FixChoice): readonly Edit[] {
  const file = sourceOf(document, document.place.path);
  const { text, applied } = fixFile(file, optionsOf(session, rules, document.cache), choice);
  return applied === 0 ? [] : [difference(file.text, text)];
}
