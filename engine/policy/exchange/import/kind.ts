/** Whose policies there are, how they are known, and which of them are not carried over. */

type Map = Readonly<Record<string, unknown>>;

/** `GROUP KIND` of a Kubernetes object; rules of ast-grep and of Semgrep are none: they are known by what they have. */
export function kindOf(value: Map): string {
  if (value.apiVersion === undefined && value.id !== undefined && value.rule !== undefined) return 'ast-grep';
  if (value.apiVersion === undefined && Array.isArray(value.rules) && value.rules.some(isOfSemgrep)) return 'semgrep';
  return `${textOf(value.apiVersion).split('/')[0]} ${textOf(value.kind)}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isOfSemgrep(rule: unknown): boolean {
  return typeof rule === 'object' && rule !== null && 'id' in rule && 'languages' in rule;
}

/** Why policies of a kind are not carried over; null for the others, and for what is no policy. */
export function refusalOf(kind: string): string | null {
  return otherKinds.find(([pattern]) => pattern.test(kind))?.[1] ?? null;
}

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

/**
 * Why a document in a policy folder is no policy of Kerb, where it is plainly something else; null for all others. Names only
 * kinds that are known here, and quotes nothing.
 */
export function foreignProblem(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { apiVersion, kind: name, language } = value as Map;
  const kind = kindOf(value as Map);
  const isObject = typeof apiVersion === 'string' && typeof name === 'string';
  const isRule = kind === 'semgrep' || (kind === 'ast-grep' && language !== undefined);
  if (!isObject && !isRule) return null;
  const carried = carriedKinds.get(kind);
  if (carried !== undefined) return `this is ${carried}, and no policy of Kerb: \`kerb import\` makes one of it`;
  const reason = refusalOf(kind);
  return reason === null
    ? 'this is an object of Kubernetes, and no policy of Kerb: what is judged does not belong into a policy folder'
    : `this is a policy of another tool, and none of Kerb: ${reason}`;
}

/** The kinds that an import takes; a binding goes with its policy. */
const carriedKinds: ReadonlyMap<string, string> = new Map([
  ['admissionregistration.k8s.io ValidatingAdmissionPolicy', 'a ValidatingAdmissionPolicy'],
  ['admissionregistration.k8s.io ValidatingAdmissionPolicyBinding', 'the binding of a ValidatingAdmissionPolicy'],
  ['policies.kyverno.io ValidatingPolicy', 'a ValidatingPolicy of Kyverno'],
  ['kyverno.io ClusterPolicy', 'a ClusterPolicy of Kyverno'],
  ['ast-grep', 'a rule of ast-grep'],
]);
