/** Approved exceptions for tests, and the organisation that they come from. */
import {
  type ApprovedException,
  defaultGateSettings,
  formatExceptions,
  type Organisation,
  readOrganisationRules,
} from '../engine/index.ts';

/** An exception for `kubernetes/privileged` that holds for a day around `atMs`. */
export function approvedException(atMs: number, changes: Partial<ApprovedException> = {}): ApprovedException {
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    id: 'EX-1',
    policies: [{ id: 'kubernetes/privileged' }],
    scope: { repositories: [], paths: [], resources: [], environments: [], gates: [], actors: [], match: null },
    fingerprints: [],
    category: 'riskAccepted',
    justification: null,
    statement: 'The node agent needs it until it is <replaced> & gone.',
    compensatingControls: [],
    ticket: 'SEC-7',
    requestedBy: 'ada@example.com',
    approvals: [{ who: 'grace@example.com', role: 'security', keyid: 'k1', at: iso(atMs - 43_200_000) }],
    notBefore: iso(atMs - 43_200_000),
    expiresAt: iso(atMs + 43_200_000),
    maxUses: null,
    revokedAt: null,
    baseCommit: null,
    ...changes,
  };
}

/** An organisation that says nothing but its exceptions. */
export function organisationWith(exceptions: readonly ApprovedException[]): Organisation {
  const { rules } = readOrganisationRules({ path: 'organisation.yaml', text: '' });
  return {
    kind: 'organisation',
    revision: '7',
    ring: null,
    rules: rules!,
    gates: defaultGateSettings,
    replay: 'refused',
    policies: [],
    pages: {},
    exceptions: formatExceptions(exceptions),
    rollout: null,
  };
}
