/**
 * Policies of others as policies of Kerb: ValidatingAdmissionPolicy, Kyverno, ast-grep. What is imported means the same, or is
 * refused with the reason and its place: a policy that only nearly says the same is worse than none.
 */
import type { Position } from '../../../document/index.ts';
import type { Native, SourceFile } from '../../../model.ts';
import { checkPolicies, compilePolicies } from '../../compile.ts';
import { defaultConfiguration } from '../../configuration.ts';
import { readPolicies } from '../../read.ts';
import { fromAdmissionPolicy, fromValidatingPolicy } from './admission.ts';
import { fromAstGrep } from './astGrep.ts';
import { type Draft, textOfDraft } from './draft.ts';
import { fromClusterPolicy } from './kyverno.ts';
import { type Manifest, readManifests } from './manifest.ts';
import { Refusal } from './refusal.ts';

/** What became of one thing in the file. */
export type Imported =
  | { readonly kind: 'imported'; readonly id: string; readonly yaml: string; readonly notes: readonly string[] }
  | { readonly kind: 'refused'; readonly name: string; readonly reason: string; readonly position: Position };

export interface ImportRequest {
  readonly file: SourceFile;
  /** What the ids of the policies begin with. */
  readonly domain: string;
  readonly native: Native;
}

/** Everything in a file that is a policy somewhere. Never throws. */
export function importPolicies({ file, domain, native }: ImportRequest): readonly Imported[] {
  const read = readManifests(file);
  if ('problem' in read) return [{ kind: 'refused', name: file.path, reason: read.problem, position: read.position }];
  return read.manifests.flatMap((manifest) => {
    const kind = kindOf(manifest);
    const importer = importers.get(kind) ?? refuser(kind);
    if (importer === null) return [];
    try {
      return importer(manifest, read.manifests, domain).map((draft) => checked(draft, native));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const position = manifest.position(error.path, error.within);
      return [{ kind: 'refused' as const, name: nameOf(manifest), reason: error.message, position }];
    }
  });
}

type Importer = (manifest: Manifest, others: readonly Manifest[], domain: string) => readonly Draft[];

const importers: ReadonlyMap<string, Importer> = new Map<string, Importer>([
  ['admissionregistration.k8s.io ValidatingAdmissionPolicy', fromAdmissionPolicy],
  ['policies.kyverno.io ValidatingPolicy', fromValidatingPolicy],
  ['kyverno.io ClusterPolicy', (manifest, _others, domain) => fromClusterPolicy(manifest, domain)],
  ['ast-grep', (manifest, _others, domain) => fromAstGrep(manifest, domain)],
  ['kyverno.io Policy', (manifest, _others, domain) => fromClusterPolicy(manifest, domain)],
]);

const [changes, makes, deletes, asks] = [
  'it changes objects, and Kerb judges them',
  'it makes objects, and Kerb judges them',
  'it deletes objects, and Kerb judges them',
  'it asks a registry',
];
const inOneNamespace = 'it holds in one namespace alone, which a file need not name';
const ofGatekeeper = "Gatekeeper's rules are Rego: write a policy with `rego.source` and compile it (docs/rego.md)";

const ofSemgrep =
  'rules of Semgrep are not carried over: they also match what means the same, and ast-grep only what is written; write them as a `pattern`, with `$$$` for `...`';

/** Policies of kinds that are not carried over. */
const otherKinds: readonly (readonly [kind: RegExp, reason: string])[] = [
  [/^admissionregistration\.k8s\.io MutatingAdmissionPolicy$/, changes],
  [/^policies\.kyverno\.io (?:Namespaced)?MutatingPolicy$/, changes],
  [/^policies\.kyverno\.io (?:Namespaced)?GeneratingPolicy$/, makes],
  [/^policies\.kyverno\.io (?:Namespaced)?DeletingPolicy$|^kyverno\.io (?:Cluster)?CleanupPolicy$/, deletes],
  [/^policies\.kyverno\.io (?:Namespaced)?ImageValidatingPolicy$/, asks],
  [/^policies\.kyverno\.io NamespacedValidatingPolicy$/, inOneNamespace],
  [/kyverno\.io PolicyException$/, 'exceptions are not carried over: they are asked for and granted here'],
  [/^kyverno\.io GlobalContextEntry$/, 'it looks into a cluster'],
  [/^(?:templates|constraints)\.gatekeeper\.sh /, ofGatekeeper],
  [/^semgrep$/, ofSemgrep],
];

/** Null for what is no policy. */
function refuser(kind: string): Importer | null {
  const reason = otherKinds.find(([pattern]) => pattern.test(kind))?.[1];
  if (reason === undefined) return null;
  return () => {
    throw new Refusal([kind === 'semgrep' ? 'rules' : 'kind'], reason);
  };
}

/** Rules of ast-grep and of Semgrep are no Kubernetes objects: they are known by what they have. */
function kindOf({ value }: Manifest): string {
  if (value.apiVersion === undefined && value.id !== undefined && value.rule !== undefined) return 'ast-grep';
  if (value.apiVersion === undefined && Array.isArray(value.rules) && value.rules.some(isOfSemgrep)) return 'semgrep';
  return `${String(value.apiVersion).split('/')[0]} ${String(value.kind)}`;
}

function isOfSemgrep(rule: unknown): boolean {
  return typeof rule === 'object' && rule !== null && 'id' in rule && 'languages' in rule;
}

function nameOf({ value }: Manifest): string {
  const { name } = (value.metadata ?? {}) as { readonly name?: unknown };
  if (Array.isArray(value.rules)) return value.rules.map((rule) => String(Object(rule).id)).join(', ');
  return typeof name === 'string' ? name : String(value.id ?? value.kind);
}

/** What has been put together is read and compiled as any other policy is: no import leaves a policy that does not. */
function checked(draft: Draft, native: Native): Imported {
  const { id, notes } = draft;
  const yaml = textOfDraft(draft);
  const { policies, problems } = readPolicies([{ id, path: `${id}.yaml`, text: yaml }]);
  const compiled = checkPolicies(compilePolicies(policies, defaultConfiguration, native), native);
  const wrong = [...problems, ...compiled].find(({ severity }) => severity === 'error');
  if (wrong !== undefined) throw new Refusal([], `here it would be wrong: ${wrong.message}`);
  return { kind: 'imported', id, yaml, notes };
}
