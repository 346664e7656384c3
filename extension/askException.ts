// Asking for an exception: what only a person can say, by input boxes. The server hands it on to the daemon.
import { window } from 'vscode';
import type { ExceptionOffer } from '../server/protocol.ts';

/** The offer with what a person says, unless it has all that already; null where they went away. */
export async function askPerson(offer: ExceptionOffer): Promise<ExceptionOffer | null> {
  if (offer.reason !== undefined) return offer;
  const title = `Ask for an Exception from ${offer.policy}`;
  const reason = await window.showInputBox({
    title: `${title} (1/3)`,
    prompt: 'Why is it needed? Whoever decides reads this.',
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? 'An exception has a reason' : null),
  });
  if (reason === undefined) return null;
  const items = offer.categories.map((category) => ({ label: words[category] ?? category, category }));
  const picked = await window.showQuickPick(items, { title: `${title} (2/3)`, ignoreFocusOut: true });
  if (picked === undefined) return null;
  const until = await window.showInputBox({
    title: `${title} (3/3)`,
    prompt: `Its last day, ${offer.latest} at the latest`,
    value: offer.latest,
    ignoreFocusOut: true,
    validateInput: (text) => complaintAbout(text, offer.latest),
  });
  return until === undefined ? null : { ...offer, reason, category: picked.category, until };
}

/** What a person reads for a category; one that a newer server has is shown by its name. */
const words: Readonly<Record<string, string>> = {
  waiver: 'Waiver: the rule is right, and not followed here for a while',
  mitigated: 'Mitigated: something else keeps the harm away',
  falsePositive: 'False positive: the finding is wrong',
  riskAccepted: 'Risk accepted: somebody answers for it',
};

function complaintAbout(day: string, latest: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day))) return 'A day like 2027-01-31';
  if (day < new Date().toISOString().slice(0, 10)) return 'That day is past';
  return day > latest ? `An exception from this policy lasts until ${latest} at most` : null;
}
