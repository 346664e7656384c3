/**
 * Who may do what: the one table. Every route names its permission; the tests ask every route as every role of this table,
 * and of another tenant.
 */

/** People: the first five. Devices, robots and jobs of CI do their own work and read nothing of others. */
export const roles = ['author', 'reviewer', 'operator', 'auditor', 'admin', 'device', 'robot', 'ci'] as const;
export type Role = (typeof roles)[number];

const people = ['author', 'reviewer', 'operator', 'auditor', 'admin'] as const;

export const permissions = {
  /** A device's own journal and state. */
  journal: ['device'],
  /** Decisions and state of OPA agents. */
  'decision:write': ['robot'],
  /** The decision of a job of CI, by the token that its platform gave it. */
  'decision:ci': ['ci'],
  /** Which jobs are believed. */
  'ci:read': ['operator', 'auditor', 'admin'],
  'ci:write': ['admin'],
  'decision:read': people,
  /** Checkpoints, hashes and proofs: they say nothing of what was decided. */
  'log:read': roles,
  /** The entries themselves. */
  'entry:read': ['auditor', 'admin'],
  'device:read': ['operator', 'auditor', 'admin'],
  'device:write': ['operator', 'admin'],
  'token:read': ['auditor', 'admin'],
  'token:write': ['admin'],
  /** To sign in at the page, and out. */
  session: people,
  /** What is published: it is signed, and every device has it. */
  'policy:read': roles,
  'change:read': people,
  'change:propose': ['author', 'reviewer', 'admin'],
  /** To hand in a signature; what counts is the key that made it. */
  'change:approve': ['reviewer', 'admin'],
  /** To say something of a change: it approves nothing. */
  'change:comment': ['author', 'reviewer', 'operator', 'admin'],
  /** To hand in a question to the fleet; what counts is the key that signed it. */
  'change:replay': ['author', 'reviewer', 'admin'],
  /** To hear what is asked, and answer. */
  replay: ['device'],
  'alert:read': people,
  /** To hold alerts back for a while. */
  'alert:write': ['operator', 'admin'],
  /** To say who is told of them. */
  'receiver:write': ['admin'],
  'rollout:read': people,
  /** To pause and resume one, and to propose its next stage or the way back: what counts is what approvers sign. */
  'rollout:write': ['operator', 'admin'],
  /** To ask for an exception, and hear what became of it. */
  'exception:request': ['device'],
  'exception:read': people,
  /** To refuse one, or to hand in a signature that grants or revokes one; what counts is the key that made it. */
  'exception:decide': ['reviewer', 'admin'],
  /** To hand in what a person says of a finding. */
  'feedback:send': ['device'],
  'feedback:read': people,
  'root:write': ['admin'],
  'retention:write': ['admin'],
  'metrics:read': ['robot', 'operator', 'auditor', 'admin'],
} as const satisfies Readonly<Record<string, readonly Role[]>>;

export type Permission = keyof typeof permissions;

export function mayDo(role: Role, permission: Permission): boolean {
  return (permissions[permission] as readonly Role[]).includes(role);
}

export function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text);
}
