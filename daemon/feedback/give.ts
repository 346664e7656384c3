/** From what a person says of a finding to feedback that is kept: secrets are struck out, and no source text goes along. */
import * as z from 'zod';
import {
  type Complaint,
  type CurrentOrganisation,
  compilePolicies,
  type FindingFeedback,
  findingFeedback,
  secretMask,
} from '../../engine/index.ts';
import { createNative, loadSetup, readIdentity, type Setup } from '../../repository/index.ts';
import { createDesk } from '../check/desk.ts';
import { gather } from '../check/gather.ts';
import { uuidv7 } from '../check/identifier.ts';
import { UsageError } from '../command.ts';
import { findingNamed, optionsAt, unknownPolicy } from '../exception/request.ts';
import type { GivenFeedback, SaidOfFinding } from '../protocol.ts';
import type { Store } from '../store/store.ts';
import { keepFeedback, type QueuedFeedback, readFeedbackQueue } from './queue.ts';

/** The form of what an editor hands on. */
export const saidOfFinding: z.ZodType<SaidOfFinding> = z.lazy(() =>
  findingFeedback
    .unwrap()
    .pick({ policy: true, fingerprint: true, complaint: true })
    .extend({ root: z.string().min(1).max(4_096), comment: z.string().max(2_000).nullable() }),
);

export interface GivingOptions {
  readonly store: Pick<Store, 'requests' | 'putRequest' | 'removeRequest'>;
  readonly organisation: CurrentOrganisation;
  /** Milliseconds since 1970. */
  readonly atMs: number;
}

/** What was typed on the command line. */
export interface Typed {
  readonly fingerprint: string;
  readonly complaint: Complaint;
  readonly comment: string | null;
  /** As it was typed; null for the whole work tree. */
  readonly file: string | null;
}

/** Keeps what a person says of a finding that an editor shows. A string says why it cannot be kept; throws `UsageError`. */
export async function giveFeedback(
  { root, ...said }: SaidOfFinding,
  { store, organisation, atMs }: GivingOptions,
): Promise<GivenFeedback | string> {
  const setup = await loadSetup({ root, origin: { kind: 'workTree' }, folders: [], organisation });
  return keepGiven(await feedbackOf(said, setup, atMs), store);
}

/** Feedback on a finding that is looked up by its fingerprint. Throws `UsageError` where there is none. */
export async function feedbackOnNamed(
  { fingerprint, complaint, comment, file }: Typed,
  { organisation, atMs }: Omit<GivingOptions, 'store'>,
): Promise<FindingFeedback> {
  const paths = file === null ? [] : [file];
  const gathered = await gather({ paths, subject: { kind: 'workTree' }, policyFolders: [], organisation });
  const desk = createDesk(gathered.setup, optionsAt(atMs));
  const { policy } = await findingNamed(fingerprint, { file, atMs, gathered, desk });
  return feedbackOf({ policy, fingerprint, complaint, comment }, gathered.setup, atMs);
}

/** A string says why it could not be kept. Throws `UsageError` for what is no feedback. */
export function keepGiven(feedback: FindingFeedback, store: GivingOptions['store']): GivenFeedback | string {
  const form = findingFeedback.safeParse(feedback);
  if (!form.success) throw new UsageError(`this cannot be said of ${feedback.policy}: ${z.prettifyError(form.error)}`);
  const queued: QueuedFeedback = { feedback, sentAt: null, refusal: null };
  return keepFeedback(store, queued) ?? givenOf(queued);
}

/** What was said on this device, the oldest first. */
export function listGiven(store: Pick<Store, 'requests'>): readonly GivenFeedback[] {
  return readFeedbackQueue(store).map(givenOf);
}

async function feedbackOf(
  { policy: id, fingerprint, complaint, comment }: Omit<SaidOfFinding, 'root'>,
  { root, policies, configuration }: Setup,
  atMs: number,
): Promise<FindingFeedback> {
  const policy = policies.find((each) => each.id === id);
  if (policy === undefined) throw unknownPolicy(id);
  const native = createNative();
  const mask = secretMask(compilePolicies(policies, configuration, native), []);
  const { repository, subject: person } = await readIdentity(root);
  const words = comment === null ? '' : mask(comment.trim()).slice(0, 2_000);
  return {
    id: uuidv7(atMs),
    at: new Date(atMs).toISOString(),
    ...{ policy: id, policySha256: native.sha256(policy.source), repository, fingerprint, complaint },
    comment: words === '' ? null : words,
    by: person.email || person.name || 'unknown',
  };
}

function givenOf({ feedback, sentAt, refusal }: QueuedFeedback): GivenFeedback {
  const { id, policy, repository, fingerprint, complaint, at } = feedback;
  return { id, policy, repository, fingerprint, complaint, at, isSent: sentAt !== null, refusal };
}
