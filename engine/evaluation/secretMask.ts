import { mask } from '../mask.ts';
import type { PolicySet } from '../policy/compile.ts';
import { scanSecrets } from '../rule/secret.ts';
import { createMasker } from './maskAll.ts';

/**
 * Strikes secrets out of any text: copies and telling stretches of those that are known, and whatever the secret policies
 * find in the text itself, whether or not they are on. Text that could not be looked at in full is struck out in full.
 */
export function secretMask(policies: Pick<PolicySet, 'secrets'>, known: readonly string[]): (text: string) => string {
  const maskKnown = createMasker(known);
  const secrets = policies.secrets();
  return (text) => {
    const masked = maskKnown(text);
    if (secrets === null) return masked;
    const { hits, problem } = scanSecrets(secrets.scanner, masked);
    const spans = problem === null ? hits.map(({ span }) => span) : [{ start: 0, end: masked.length }];
    return mask(masked, spans);
  };
}
