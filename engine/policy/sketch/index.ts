/**
 * A policy begun from what somebody points at: a rule about that value, and a page with the file as the case that fails,
 * cut down to what matters and without its secrets. It is judged before it is offered: what does not find what was pointed
 * at, and nothing in the file without it, is not offered.
 */
import type { Native, SourceFile, Span } from '../../model.ts';
import { runCases } from '../cases.ts';
import { checkPolicies, compilePolicies } from '../compile.ts';
import { defaultConfiguration } from '../configuration.ts';
import { readPolicies } from '../read.ts';
import { codeIdeas } from './code.ts';
import { dataIdeas } from './data.ts';
import type { Idea } from './idea.ts';
import { lineIdeas } from './lines.ts';
import { withoutSecrets } from './secrets.ts';
import { targetAt, textOf } from './target.ts';
import { pageText, policyText } from './text.ts';

export interface SketchRequest {
  readonly file: SourceFile;
  /** What is pointed at. */
  readonly offset: number;
  /** The id of the policy that is to be: `<domain>/<name>`. Null takes what the value suggests. */
  readonly id: string | null;
  /** Where the file holds secrets, as far as policies know: see `Verdict.secrets`. */
  readonly secrets: readonly Span[];
  readonly native: Native;
}

/** Both texts of a policy, or why none can be written about this. */
export type Sketch =
  | {
      readonly kind: 'sketch';
      readonly id: string;
      /** What the policy is about, in a word: `privileged`, `exec`. */
      readonly label: string;
      readonly policy: string;
      /** With its findings drawn. */
      readonly page: string;
    }
  | { readonly kind: 'none'; readonly reason: string };

/** Writes a policy about what stands at an offset. Never throws; the same request gives the same texts. */
export function sketchPolicy(request: SketchRequest): Sketch {
  const { native, secrets, offset } = request;
  const file = withoutSecrets(request.file, secrets, native);
  const found = targetAt(file, offset, native);
  if (found.kind === 'none') return found;
  const isSecret = file !== request.file && isStruck(found.target, targetAt(request.file, offset, native));
  for (const idea of ideasOf(found.target, isSecret, native)) {
    const id = request.id ?? `team/${slug(idea.label)}`;
    const policy = policyText(idea);
    const page = drawn(id, policy, pageText(id, idea), native);
    if (page !== null) return { kind: 'sketch', id, label: idea.label, policy, page };
  }
  if (isSecret) return { kind: 'none', reason: 'what stands here is a secret, which no policy may repeat' };
  return { kind: 'none', reason: 'no rule could be made that finds just this: begin one with `kerb new policy`' };
}

type Target = Extract<ReturnType<typeof targetAt>, { readonly kind: 'target' }>['target'];

/** Whether what is pointed at was another text before secrets were struck out. */
function isStruck(target: Target, before: ReturnType<typeof targetAt>): boolean {
  return before.kind === 'target' && textOf(target) !== textOf(before.target);
}

/** The best first; made one at a time, since most often the first holds. */
function ideasOf(target: Target, isSecret: boolean, native: Native): Iterable<Idea> {
  if (target.kind === 'code') return codeIdeas(target);
  if (target.kind === 'data') return dataIdeas(target, isSecret, native);
  return isSecret ? [] : lineIdeas(target);
}

/** The page with its findings drawn, if the policy compiles, finds something in the first case and nothing in the second. */
function drawn(id: string, policySource: string, page: string, native: Native): string | null {
  const { policies, problems } = readPolicies([{ id, path: `${id}.yaml`, text: policySource }]);
  const [policy] = policies;
  if (policy === undefined || problems.length > 0) return null;
  const compiled = checkPolicies(compilePolicies(policies, defaultConfiguration, native), native);
  if (compiled.some(({ severity }) => severity === 'error')) return null;
  const { redrawn } = runCases({ policy, page: { path: `${id}.md`, text: page }, native });
  const { cases } = runCases({ policy, page: { path: `${id}.md`, text: redrawn }, native });
  const [failing, passing] = cases;
  const isAsDrawn = cases.length === 2 && cases.every(({ outcome }) => outcome === 'passed');
  if (!isAsDrawn || failing?.findings !== 1 || passing?.findings !== 0) return null;
  return /^[ \t]*(?:#|\/\/)[<^@ \d-]+(?:error|problem): /m.test(redrawn) ? null : redrawn;
}

function slug(label: string): string {
  const words = label.replace(/([a-z\d])([A-Z])/g, '$1-$2').toLowerCase();
  return (
    words
      .replace(/[^a-z\d]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 40) || 'new'
  );
}
