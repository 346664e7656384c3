/** Who decides, as decisions are counted: a device, a job of CI by what its platform calls it, or an agent of OPA. */
import { canonicalize } from '../../engine/index.ts';

export type Actor = Readonly<
  { device: string } | { issuer: string; subject: string } | { agent: string; receiver: string }
>;

/** One text for one actor, which no other one has. */
export function actorText(actor: Actor): string {
  return canonicalize(actor);
}

/** The actor of a text that `actorText` made. */
export function actorOf(text: string): Actor {
  return JSON.parse(text) as Actor;
}

export function wordsOfActor(actor: Actor): string {
  if ('device' in actor) return `device ${actor.device}`;
  if ('subject' in actor) return `the job ${actor.subject}`;
  return `the OPA ${actor.agent}`;
}
