/** A finding that has its place in a part, but not yet in a file. */
import type { Document, PartContent, Resource, Span } from '../model.ts';
import type { Judged } from './judged.ts';
import { createMasker } from './maskAll.ts';
import type { Place } from './place.ts';

/** A finding and where it stands in its part. */
export interface Mark {
  readonly judged: Judged;
  readonly resource: Resource;
  /** What paths are located in: the part's content, or the adapter's own reading of it. */
  readonly content: PartContent;
  readonly place: Place;
  readonly because: Place | null;
  /** What its fingerprint is made of, but for the occurrence. */
  readonly key: string;
}

/** What a finding's fingerprint is made of, but for the occurrence. */
export function keyOf(judged: Judged, resource: Resource, document: Document): string {
  return `${judged.policy.enabled.policy.id}\0${document.file.path}\0${resource.identity}\0${judged.key}`;
}

/** Sorts, and drops what says the same of the same place. */
export function distinct(marks: readonly Mark[]): readonly Mark[] {
  const sorted = [...marks].sort(
    (a, b) =>
      a.place.span.start - b.place.span.start ||
      a.place.span.end - b.place.span.end ||
      compare(idOf(a), idOf(b)) ||
      compare(a.judged.message, b.judged.message),
  );
  return sorted.filter((mark, index) => {
    const before = sorted[index - 1];
    return (
      before === undefined ||
      before.place.span.start !== mark.place.span.start ||
      before.place.span.end !== mark.place.span.end ||
      idOf(before) !== idOf(mark) ||
      before.judged.message !== mark.judged.message
    );
  });
}

/** A resource may be named after its text. What a fingerprint is made of must not hold a secret, not even hashed. */
export function withMaskedKeys(marks: readonly Mark[], text: string, secrets: readonly Span[]): readonly Mark[] {
  if (secrets.length === 0) return marks;
  const masked = createMasker(secrets.map(({ start, end }) => text.slice(start, end)));
  return marks.map((mark) => ({ ...mark, key: masked(mark.key) }));
}

/** A policy that cannot judge at all says so once: `told` has those that did. */
export function isFirstWord({ judged }: Mark, told: Set<string>): boolean {
  if (judged.policy.broken === null) return true;
  const { id } = judged.policy.enabled.policy;
  if (told.has(id)) return false;
  told.add(id);
  return true;
}

function idOf(mark: Mark): string {
  return mark.judged.policy.enabled.policy.id;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
