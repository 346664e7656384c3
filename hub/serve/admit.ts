/** Somebody comes back from their organisation's provider: let in or not, it is in the log, and what they were before ends. */
import type { Hub } from '../hub.ts';
import { finishSignIn } from '../identity/person.ts';
import { type OpenedSession, sessionOf } from '../identity/session.ts';
import { perform } from './perform.ts';
import { type Answer, refuse } from './route.ts';

export async function admit(
  hub: Hub,
  back: { readonly answer: string; readonly key: string },
): Promise<OpenedSession | Answer> {
  const came = await finishSignIn(back, hub);
  if (came.kind === 'refused') return refuse(came.status, came.code, came.message);
  const { tenant } = came;
  if (came.kind === 'unknown') {
    const { person, why } = came;
    const ended = { kind: 'endSignIns', person, role: null, at: hub.now() } as const;
    const deed = { act: 'person.refuse', subject: { ...person, why }, changes: [ended] };
    await perform(hub, { tenant, id: 'hub', name: 'hub', role: 'admin' }, deed);
    return refuse(403, 'noRole', `${wordsFor[why]}: ask whoever runs this hub`);
  }
  const { id, name, role, person, expiresAt, createdAt: at } = came.token;
  await perform(
    hub,
    { tenant, id, name, role },
    {
      act: 'person.signIn',
      subject: { id, name, role, ...person },
      changes: [
        { kind: 'endSignIns', person, role, at },
        { kind: 'addToken', token: came.token },
      ],
    },
  );
  return sessionOf({ tenant: tenant.id, id, expiresAt }, hub);
}

const wordsFor = {
  noName: 'your organisation’s provider does not say what you are called',
  unverified: 'your organisation’s provider has not verified your address',
  noRole: 'your organisation’s provider knows you, and you have no role here',
} as const;
