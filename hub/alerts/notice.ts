/** Who is told what, and when: a group of alerts of one kind is one notice, and the same is not said again and again. Pure. */
import { canonicalize } from '../../engine/index.ts';
import { sha256Hex } from '../cryptography.ts';
import type { Alert, Notice, Receiver, Silence } from '../store/query/alert.ts';

const minuteMs = 60_000;
/** What comes to a group within this time goes out together. */
export const groupMs = 5 * minuteMs;
/** What still holds is said again after this time; an Alertmanager lets go of what it does not hear of. */
const repeatFor: Readonly<Record<Receiver['form'], number>> = {
  webhook: 240 * minuteMs,
  slack: 240 * minuteMs,
  alertmanager: groupMs,
};

/** What a receiver is to be told of one kind. */
export interface Group {
  readonly kind: Alert['kind'];
  readonly firing: readonly Alert[];
  /** Those that it was told of, and that hold no more. */
  readonly resolved: readonly Alert[];
  readonly digest: string;
}

/** The silence that holds an alert back; null where none does. */
export function silenceOf(alert: Pick<Alert, 'kind' | 'labels'>, silences: readonly Silence[], now: number) {
  return silences.find((each) => each.expiresAt > now && isMeant(alert, each)) ?? null;
}

/** The groups that are due for a receiver. */
export function dueGroups(
  receiver: Receiver,
  notices: readonly Notice[],
  about: { readonly alerts: readonly Alert[]; readonly silences: readonly Silence[]; readonly now: number },
): readonly Group[] {
  const wanted = about.alerts.filter(({ kind }) => receiver.kinds.length === 0 || receiver.kinds.includes(kind));
  const kinds = new Set(wanted.map(({ kind }) => kind));
  return [...kinds].flatMap((kind) => {
    const notice = notices.find((each) => each.receiver === receiver.id && each.kind === kind);
    const group = groupOf(kind, wanted, { ...about, notice });
    return isDue(group, { notice, now: about.now, repeatMs: repeatFor[receiver.form] }) ? [group] : [];
  });
}

function groupOf(
  kind: Alert['kind'],
  alerts: readonly Alert[],
  { silences, now, notice }: { silences: readonly Silence[]; now: number; notice: Notice | undefined },
): Group {
  const own = alerts.filter((alert) => alert.kind === kind && silenceOf(alert, silences, now) === null);
  const firing = own.filter(({ resolvedAt }) => resolvedAt === null);
  const told = new Set(notice?.told ?? []);
  const resolved = own.filter(({ id, resolvedAt }) => resolvedAt !== null && told.has(id));
  const digest = sha256Hex(canonicalize(firing.map(({ id }) => id).sort()));
  return { kind, firing, resolved, digest };
}

function isDue(
  { firing, resolved, digest }: Group,
  { notice, now, repeatMs }: { notice: Notice | undefined; now: number; repeatMs: number },
): boolean {
  if (notice === undefined) return firing.length > 0;
  const age = now - notice.sentAt;
  if (firing.length === 0 && resolved.length === 0) return false;
  if (digest !== notice.digest) return age >= groupMs;
  return firing.length > 0 && age >= repeatMs;
}

function isMeant({ kind, labels }: Pick<Alert, 'kind' | 'labels'>, silence: Silence): boolean {
  if (silence.kind !== null && silence.kind !== kind) return false;
  return Object.entries(silence.labels).every(([name, value]) => Object.hasOwn(labels, name) && labels[name] === value);
}
