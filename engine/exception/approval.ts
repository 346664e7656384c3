/** The approved exceptions that a judgement heeds, and what the engine cannot know of where it judges. */
import type { Approved } from '../except.ts';
import type { Organisation } from '../organisation/organisation.ts';
import { readExceptions } from './approved.ts';
import { type ExceptionRegister, registerExceptions } from './register.ts';

/** Where and when something is judged. Plain data: it can be handed to a thread. */
export type Met = Pick<Approved, 'atMs' | 'repository' | 'actor' | 'uses'>;

type Governed = { readonly organisation: Organisation | null };

/** The exceptions that an organisation signed; null where there are none, so that nothing has to be known for them. */
export function exceptionsOf({ organisation }: Governed): ExceptionRegister | null {
  const text = organisation?.exceptions ?? null;
  const register = text === null ? null : registerExceptions(readExceptions(text).exceptions);
  return register?.size === 0 ? null : register;
}

/** What a judgement is told. */
export function approvedAt(register: ExceptionRegister, { organisation }: Governed, met: Met): Approved {
  const revision = Number(organisation?.revision ?? Number.NaN);
  return { register, revision: Number.isInteger(revision) ? revision : null, ...met };
}
