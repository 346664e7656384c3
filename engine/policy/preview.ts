/** What a policy that is being written would find, file by file, and what that is against the policy as it was saved. */
import { readDocument, recognise } from '../document/index.ts';
import { createJudgeCache, type JudgeCache, judge } from '../evaluate.ts';
import { createMasker } from '../evaluation/maskAll.ts';
import type { Finding, Native, SourceFile, Span } from '../model.ts';
import { liftResources } from '../resource/index.ts';
import type { Compilations } from './compilations.ts';
import { checkPolicies, compilePolicies, type PolicySet } from './compile.ts';
import type { Configuration } from './configuration.ts';
import type { Policy } from './policy.ts';
import { readPolicies } from './read.ts';

/** A file that is looked at again and again while a policy is written. One text; another text is another one. */
export interface PreviewedFile {
  readonly file: SourceFile;
  /** The kinds of resources in it: a policy about others need not look. */
  readonly kinds: ReadonlySet<string>;
  /** What is kept from one draft to the next; null for a file that the policy is not about. */
  cache: JudgeCache | null;
  /** What the saved policy finds; it is asked for again and again while the draft changes. */
  saved: { readonly key: string; readonly findings: readonly PreviewFinding[] } | null;
  /** Strikes out its secrets; made when the first finding is shown. */
  masker: ((text: string) => string) | null;
}

/** A finding that is counted, and shown where there is room. */
export interface PreviewFinding {
  readonly fingerprint: string;
  readonly span: Span;
  /** What is said of it, without the secrets of its file: those are looked for only now. */
  shown(): Pick<Finding, 'message' | 'resource' | 'path'>;
}

/** Takes a file in. Never throws. */
export function previewFile(file: SourceFile, native: Native): PreviewedFile {
  const cache = createJudgeCache();
  return { file, kinds: kindsIn(file, native, cache), cache, saved: null, masker: null };
}

/** Code and plain text have no other resources than themselves: they need not be parsed to know that. */
function kindsIn(file: SourceFile, native: Native, { documents, memo }: JudgeCache): ReadonlySet<string> {
  const { kind } = recognise(file);
  if (kind === 'code') return new Set(['code', 'text']);
  const lifted = liftResources(readDocument(file, native, documents), memo);
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
  /** Whoever previews again and again gives the same each time. */
  readonly shared?: Compilations;
}

/** Reads and compiles a policy's text; what keeps it from judging is said in the words of its first error. Never throws. */
export function previewPolicy({ id, text, as, configuration, native, shared }: PreviewedText): PreviewedPolicy {
  const reading = readPolicies([{ id, path: `${id}.yaml`, text }]);
  const policies = compilePolicies(reading.policies, { ...configuration, sets: ['all'] }, native, shared);
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
  previewedPolicy: Extract<PreviewedPolicy, { kind: 'ready' }>,
  options: PreviewOptions,
): readonly PreviewFinding[] {
  const { policy, policies, as } = previewedPolicy;
  if (!policy.resources.some((kind) => previewed.kinds.has(kind))) {
    if (as === 'draft') previewed.cache = null;
    return [];
  }
  if (as === 'draft') return findIn(previewed, policy, policies, options);
  const key = `${options.date} ${policies.digest}`;
  if (previewed.saved?.key === key) return previewed.saved.findings;
  const findings = findIn(previewed, policy, policies, options);
  previewed.saved = { key, findings };
  return findings;
}

function findIn(
  previewed: PreviewedFile,
  policy: Policy,
  policies: PolicySet,
  options: PreviewOptions,
): readonly PreviewFinding[] {
  const { file } = previewed;
  const { native, date } = options;
  previewed.cache ??= createJudgeCache();
  const { cache } = previewed;
  const { findings } = judge(file, { policies, native, context: { gate: 'editor', date }, cache });
  return findings
    .filter((finding) => finding.policy === policy.id && finding.exception === null)
    .map(({ fingerprint, span, message, resource, path }) => ({
      fingerprint,
      span,
      shown() {
        previewed.masker ??= maskerOf(file, options);
        const mask = previewed.masker;
        return { message: mask(message), resource: mask(resource), path: mask(path) };
      },
    }));
}

function maskerOf(file: SourceFile, { native, date, masking }: PreviewOptions): (text: string) => string {
  const { secrets } = judge(file, { policies: masking, native, context: { gate: 'editor', date } });
  return createMasker(secrets.map(({ start, end }) => file.text.slice(start, end)));
}

/** The findings of a draft: those that the saved policy has too, those that are new, and those that would be gone. */
export interface Difference {
  readonly kept: readonly PreviewFinding[];
  readonly added: readonly PreviewFinding[];
  readonly vanished: readonly PreviewFinding[];
}

/** Compares by what findings are about, and not by what is said of it. */
export function differenceOf(draft: readonly PreviewFinding[], saved: readonly PreviewFinding[]): Difference {
  const before = new Set(saved.map(({ fingerprint }) => fingerprint));
  const now = new Set(draft.map(({ fingerprint }) => fingerprint));
  return {
    kept: draft.filter(({ fingerprint }) => before.has(fingerprint)),
    added: draft.filter(({ fingerprint }) => !before.has(fingerprint)),
    vanished: saved.filter(({ fingerprint }) => !now.has(fingerprint)),
  };
}
