/** Lifts the resources that policies judge out of documents. An adapter is one entry in the list; adapter.ts says how to write one. */
import type { Document, Part, Resource, Unit } from '../model.ts';
import { type Adapter, createMemo, type Memo, type ResourceKind, type Source } from './adapter.ts';
import { changeAdapter } from './change.ts';
import { codeAdapter } from './code.ts';
import { composeAdapter } from './compose.ts';
import { dockerAdapter } from './docker.ts';
import { githubAdapter } from './github.ts';
import { kubernetesAdapter } from './kubernetes.ts';
import { npmAdapter, npmConfigAdapter } from './npm.ts';
import { npmLockAdapter } from './npmLock.ts';
import { textAdapter } from './text.ts';

export { createMemo, type Memo } from './adapter.ts';
export { changeFolder } from './change.ts';
export { codeOwnersPaths } from './changeFile.ts';

const adapters: readonly Adapter[] = [
  kubernetesAdapter,
  githubAdapter,
  dockerAdapter,
  composeAdapter,
  npmAdapter,
  npmLockAdapter,
  npmConfigAdapter,
  changeAdapter,
  codeAdapter,
  textAdapter,
];

/** Every kind that a policy can name in `resource:`. */
export const resourceKinds: readonly ResourceKind[] = adapters.flatMap((adapter) => adapter.kinds);

/** What was lifted from one part. Where an adapter made its own tree of a text, `part` holds that tree. */
export interface Lifted {
  readonly part: Part;
  readonly lifted: readonly (Resource | Unit)[];
}

/**
 * The resources of a document, part by part, in the order of the text; paths are to be located in the part that they come
 * with. With a memo kept across edits, values that the adapters made for text that did not change are the same objects again.
 */
export function liftDocument(document: Document, memo: Memo): readonly Lifted[] {
  return document.parts.flatMap((part) => liftPart({ document, part, memo }));
}

/** The same without units: every resource is made. */
export function liftResources(
  document: Document,
  memo: Memo = createMemo(),
): readonly { readonly part: Part; readonly resources: readonly Resource[] }[] {
  return liftDocument(document, memo).map(({ part, lifted }) => ({
    part,
    resources: lifted.flatMap((one) => (isUnit(one) ? one.resources() : one)),
  }));
}

/** Whether it stands for several resources. */
export function isUnit(lifted: Resource | Unit): lifted is Unit {
  return 'resources' in lifted;
}

const plain = adapters.filter(({ read }) => read === undefined);
const withTrees = adapters.filter(({ read }) => read !== undefined);

function liftPart(source: Source): readonly Lifted[] {
  const lifted = plain.flatMap((adapter) => adapter.lift(source));
  return [{ part: source.part, lifted }, ...withTrees.flatMap((adapter) => liftOwnTree(adapter, source))];
}

function liftOwnTree(adapter: Adapter, source: Source): readonly Lifted[] {
  const content = adapter.read?.(source) ?? null;
  if (content === null) return [];
  const part = { offset: source.part.offset, content };
  return [{ part, lifted: adapter.lift({ ...source, part }) }];
}
