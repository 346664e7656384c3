// Saying that a finding is wrong or unclear: the person's own words, by an input box. The server hands them on to the daemon.
import { window } from 'vscode';
import type { FeedbackOffer } from '../server/protocol.ts';

/** The offer with a comment, which may be empty; null where they went away. */
export async function askWhy(offer: FeedbackOffer): Promise<FeedbackOffer | null> {
  if (offer.comment !== undefined) return offer;
  const comment = await window.showInputBox({
    title: `This Finding of ${offer.policy} Is ${offer.complaint === 'wrong' ? 'Wrong' : 'Unclear'}`,
    prompt: 'Why? Whoever answers for the policy reads this. It may stay empty.',
    ignoreFocusOut: true,
    validateInput: (text) => (text.length > 2_000 ? 'At most 2,000 characters' : null),
  });
  return comment === undefined ? null : { ...offer, comment };
}
