/** The approved exceptions that a judgement heeds, and what the engine cannot know of where it judges. */
import {
  type Approved,
  type ExceptionRegister,
  type Organisation,
  readExceptions,
  registerExceptions,
} from '../../engine/index.ts';
import type { Setup } from '../../repository/index.ts';

/** Where and when something is judged. Plain data: it crosses threads. */
export type Met = Pick<Approved, 'atMs' | 'repository' | 'actor' | 'uses'>;

/** The exceptions that an organisation's hub signed; null where there are none, so that nothing has to be known for them. */
export function exceptionsOf({ organisation }: Pick<Setup, 'organisation'>): ExceptionRegister | null {
  const text = organisation?.exceptions ?? null;
  const register = text === null ? null : registerExceptions(readExceptions(text).exceptions);
  return register?.size === 0 ? null : register;
}

/** What the engine is told. */
export function approvedAt(
  register: ExceptionRegister,
  { organisation }: Pick<Setup, 'organisation'>,
  met: Met,
): Approved {
  return { register, revision: revisionOf(organisation), ...met };
}

function revisionOf(organisation: Organisation | null): number | null {
  const revision = Number(organisation?.revision ?? Number.NaN);
  return Number.isInteger(revision) ? revision : null;
}
