/** What is said of policies that are older than the organisation allows. */
import type { CurrentOrganisation, GateSettings } from '../../engine/index.ts';

export interface Age {
  readonly message: string;
  /** Whether there still is a verdict. */
  readonly whenStale: GateSettings['whenStale'];
}

/** Null where there is nothing to say. */
export function ageOf(organisation: CurrentOrganisation, { isOutdated }: { readonly isOutdated: boolean }): Age | null {
  if (organisation?.kind !== 'organisation' || !isOutdated) return null;
  const { maxOfflineHours, whenStale } = organisation.gates;
  const message = `the organisation's policies were last confirmed more than ${maxOfflineHours} hours ago, which is as long as it allows: \`kerb sync\` asks the hub`;
  return { message, whenStale };
}
