/** Kerb's own policies, about suppressions. They are no files, and no configuration turns them off. */
import type { Enforcement, Severity } from '../model.ts';

/** What is said of one of Kerb's own policies. */
export interface OwnPolicy {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly enforcement: Enforcement;
  readonly why: string;
  readonly remedy: string;
}

const form = '`kerb: allow <policy> until YYYY-MM-DD -- reason`';

/** All of them, sorted by id. */
export const ownPolicies: readonly OwnPolicy[] = [
  {
    id: 'kerb/suppression-expired',
    title: 'A suppression governs until its date',
    severity: 'medium',
    enforcement: 'warn',
    why: 'Somebody accepted a risk for a time. The time is over, so what it allowed counts again.',
    remedy: 'Fix what the suppression allows, or renew its date together with its reason.',
  },
  {
    id: 'kerb/suppression-locked',
    title: 'What an organisation has locked is not suppressed in a file',
    severity: 'medium',
    enforcement: 'warn',
    why: 'The organisation has decided that this policy holds everywhere. A comment in a file would loosen it for whoever writes the file.',
    remedy:
      'Fix what the suppression allows, or ask for an exception (`kerb exception request`), and remove the suppression.',
  },
  {
    id: 'kerb/suppression-malformed',
    title: 'A suppression names its policies, its last day and its reason',
    severity: 'medium',
    enforcement: 'warn',
    why: 'What cannot be read governs nothing, and whoever wrote it believes that it does.',
    remedy: `Write it as ${form}.`,
  },
  {
    id: 'kerb/suppression-same-change',
    title: 'A change cannot exempt itself',
    severity: 'medium',
    enforcement: 'warn',
    why: 'A suppression that comes with what it allows was seen by nobody else before the gate let it pass.',
    remedy:
      'Commit the suppression before the change that needs it, or allow it in kerb.yaml: `suppressions: { sameChange: allow }`.',
  },
  {
    id: 'kerb/suppression-too-long',
    title: 'A suppression ends in reasonable time',
    severity: 'medium',
    enforcement: 'warn',
    why: 'An exception that never ends is a policy that nobody decided.',
    remedy:
      'Choose an earlier date; kerb.yaml says how long a suppression may last (`suppressions: { longestDays: 180 }`).',
  },
  {
    id: 'kerb/suppression-unknown',
    title: 'A suppression names policies that exist',
    severity: 'medium',
    enforcement: 'warn',
    why: 'It governs nothing, and whoever wrote it believes that it does.',
    remedy: 'Correct the policy id; `kerb catalog` lists them.',
  },
  {
    id: 'kerb/suppression-unused',
    title: 'A suppression has something to suppress',
    severity: 'low',
    enforcement: 'audit',
    why: 'It would hide the next finding of the same policy, which nobody has looked at.',
    remedy: 'Remove the suppression.',
  },
];

/** One of them by the last part of its id. */
export function ownPolicy(name: string): OwnPolicy | undefined {
  return ownPolicies.find(({ id }) => id === `kerb/suppression-${name}`);
}
