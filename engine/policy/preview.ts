/** What a policy that is being written would find, file by file, and what that is against the policy as it was saved. */
import { readDocument, recognise } from '../document/index.ts';
import { createJudgeCache, type JudgeCache, judge } from '../evaluate.ts';
import { createMasker } from '../evaluation/maskAll.ts';
import type { Finding, Native, SourceFile } from '../model.ts';
import { liftResources } from '../resource/index.ts';
import { checkPolicies, compilePolicies, type PolicySet } from './compile.ts';
import type { Configuration } from './configuration.ts';
import type { Policy } from './policy.ts';
import { readPolicies } from './read.ts';

/** A file that is looked at again and again while a policy is written. One text; another text is another one. */
export interface PreviewedFile {
  readonly file: SourceFile;
  /** The kinds of resources in it: a policy about others need not look. */
  readonly kinds: ReadonlySet<string>;
  /** By the policy's text. Two are enough: that of the draft and that which is saved. */
  readonly caches: Map<'draft' | 'saved', JudgeCache>;
  /** Strikes out its secrets; made when the first finding is shown. */
  masker: ((text: string) => string) | null;
}

/** Takes a file in. Never throws. */
export function previewFile(file: SourceFile, native: Native): PreviewedFile {
  return { file, kinds: kindsIn(file, native), caches: new Map(), masker: null };
}

/** Code and plain text have no other resources than themselves: they need not be parsed to know that. */
function kindsIn(file: SourceFile, native: Native): ReadonlySet<string> {
  const { kind } = recognise(file);
  if (kind === 'code') return new Set(['code', 'text']);
  const lifted = liftResources(readDocument(file, native));
  return new Set(lifted.flatMap(({ resources }) => resources.map((resource) => resource.kind)));
}

/** One policy, made ready by itself. */
export type PreviewedPolicy =
  | { readonly kind: 'ready'; readonly policy: Policy; readonly policies: PolicySet; readonly as: 'draft' | 'saved' }
  | { readonly kind: 'problem'; readonly message: string };

export interface PreviewedText {
  readonly id: string;
  readonly text: string;
  readonly as: 'draft' | 'saved';
  readonly configuration: Configuration;
  readonly native: Native;
}

/** Reads and compiles a policy's text; what keeps it from judging is said in the words of its first error. Never throws. */
export function previewPolicy({ id, text, as, configuration, native }: PreviewedText): PreviewedPolicy {
  const reading = readPolicies([{ id, path: `${id}.yaml`, text }]);
  const policies = compilePolicies(reading.policies, { ...configuration, sets: ['all'] }, native);
  const problems = [...reading.problems, ...checkPolicies(policies, native)];
  const [error] = problems.filter(({ severity, file }) => severity === 'error' && file === `${id}.yaml`);
  if (error !== undefined) return { kind: 'problem', message: `line ${error.range.start.line}: ${error.message}` };
  const [enabled] = policies.policies;
  if (enabled === undefined) return { kind: 'problem', message: 'kerb.yaml switches this policy off' };
  return { kind: 'ready', policy: enabled.policy, policies, as };
}

export interface PreviewOptions {
  readonly native: Native;
  /** Today, `YYYY-MM-DD`. */
  readonly date: string;
  /** All policies that know secrets, on or off: no message shows one. */
  readonly masking: PolicySet;
}

/** What the policy finds in a file, what is exempt there left out. Never throws. */
export function previewFindings(
  previewed: PreviewedFile,
  { policy, policies, as }: Extract<PreviewedPolicy, { kind: 'ready' }>,
  { native, date, masking }: PreviewOptions,
): readonly Finding[] {
  if (!policy.resources.some((kind) => previewed.kinds.has(kind))) return [];
  const cache = previewed.caches.get(as) ?? createJudgeCache();
  previewed.caches.set(as, cache);
  const context = { gate: 'editor', date };
  const { findings } = judge(previewed.file, { policies, native, context, cache });
  const own = findings.filter((finding) => finding.policy === policy.id && finding.exception === null);
  if (own.length === 0) return own;
  previewed.masker ??= maskerOf(previewed.file, { native, date, masking });
  const mask = previewed.masker;
  return own.map((finding) => ({
    ...finding,
    message: mask(finding.message),
    resource: mask(finding.resource),
    path: mask(finding.path),
  }));
}

function maskerOf(file: SourceFile, { native, date, masking }: PreviewOptions): (text: string) => string {
  const { secrets } = judge(file, { policies: masking, native, context: { gate: 'editor', date } });
  return createMasker(secrets.map(({ start, end }) => file.text.slice(start, end)));
}

/** The findings of a draft: those that the saved policy has too, those that are new, and those that would be gone. */
export interface Difference {
  readonly kept: readonly Finding[];
  readonly added: readonly Finding[];
  readonly vanished: readonly Finding[];
}

/** Compares by what findings are about, and not by what is said of it. */
export function differenceOf(draft: readonly Finding[], saved: readonly Finding[]): Difference {
  const before = new Set(saved.map(({ fingerprint }) => fingerprint));
  const now = new Set(draft.map(({ fingerprint }) => fingerprint));
  return {
    kept: draft.filter(({ fingerprint }) => before.has(fingerprint)),
    added: draft.filter(({ fingerprint }) => !before.has(fingerprint)),
    vanished: saved.filter(({ fingerprint }) => !now.has(fingerprint)),
  };
}
