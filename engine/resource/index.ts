/** Lifts the resources that policies judge out of documents. An adapter is one entry in the list; adapter.ts says how to write one. */
import type { Document, Part, Resource } from '../model.ts';
import { type Adapter, createMemo, type Memo, type ResourceKind } from './adapter.ts';
import { codeAdapter } from './code.ts';
import { dockerAdapter } from './docker.ts';
import { githubAdapter } from './github.ts';
import { kubernetesAdapter } from './kubernetes.ts';
import { npmAdapter } from './npm.ts';
import { textAdapter } from './text.ts';

export { createMemo, type Memo, type ResourceKind } from './adapter.ts';

const adapters: readonly Adapter[] = [kubernetesAdapter, githubAdapter, dockerAdapter, npmAdapter, codeAdapter, textAdapter];

/** Every kind that a policy can name in `resource:`. */
export const resourceKinds: readonly ResourceKind[] = adapters.flatMap((adapter) => adapter.kinds);

/**
 * The resources of a document, part by part, in the order of the text. With a memo kept across edits, values that the
 * adapters made for text that did not change are the same objects again.
 */
export function liftResources(
  document: Document,
  memo: Memo = createMemo(),
): readonly { readonly part: Part; readonly resources: readonly Resource[] }[] {
  return document.parts.map((part) => ({
    part,
    resources: adapters.flatMap((adapter) => adapter.lift({ document, part, memo })),
  }));
}
