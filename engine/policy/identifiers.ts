import { didYouMean } from './suggest.ts';

/**
 * The families of controls that a policy may name, and how an id of each looks:
 * Kubernetes Pod Security Standards; OWASP Non-Human Identities Top 10 2025; NIST CSF 2.0 (subcategories have two digits),
 * SP 800-207, SP 800-204, SP 800-190, SP 800-53, SP 800-218 (SSDF); CIS; MITRE CWE and ATT&CK; OWASP Top 10 and CI/CD Top 10; SLSA.
 */
const controlFamilies: readonly { readonly form: RegExp; readonly example: string }[] = [
  { form: /^PSS\/(?:baseline|restricted)$/, example: 'PSS/baseline' },
  { form: /^NHI(?:10|[1-9]):2025$/, example: 'NHI5:2025' },
  { form: /^CSF\/(?:GV|ID|PR|DE|RS|RC)\.[A-Z]{2}(?:-\d{2})?$/, example: 'CSF/PR.PS-01' },
  { form: /^SP800-(?:53|190|204|204[A-D]|207|207A)\/[A-Za-z0-9][\w.()-]{0,40}$/, example: 'SP800-207/2.1' },
  { form: /^SSDF\/(?:PO|PS|PW|RV)\.\d{1,2}(?:\.\d{1,2})?$/, example: 'SSDF/PS.1.1' },
  { form: /^CIS\/[A-Za-z0-9][\w.-]{0,40}$/, example: 'CIS/kubernetes-5.2.2' },
  { form: /^CWE\/CWE-[1-9]\d{0,4}$/, example: 'CWE/CWE-295' },
  { form: /^OWASP\/A(?:0[1-9]|10):(?:2021|2025)$/, example: 'OWASP/A03:2021' },
  { form: /^OWASP\/CICD-SEC-(?:10|[1-9])$/, example: 'OWASP/CICD-SEC-4' },
  { form: /^SLSA\/[\w.-]{1,40}$/, example: 'SLSA/build-l3' },
  { form: /^ATTACK\/T\d{4}(?:\.\d{3})?$/, example: 'ATTACK/T1611' },
];

/** Tools whose rules a policy may call its equivalents. */
const tools: readonly string[] = [
  'zizmor',
  'actionlint',
  'poutine',
  'scorecard',
  'octoscan',
  'codeql',
  'hadolint',
  'dockle',
  'checkov',
  'trivy',
  'kics',
  'terrascan',
  'kubescape',
  'kube-bench',
  'kubesec',
  'kyverno',
  'gatekeeper',
  'polaris',
  'kube-linter',
  'kube-score',
  'datree',
  'gitleaks',
  'glsec',
  'detect-secrets',
  'trufflehog',
  'secretlint',
  'semgrep',
  'bandit',
  'gosec',
  'staticcheck',
  'ruff',
  'pylint',
  'eslint',
  'eslint-plugin-security',
  'sonarqube',
  'biome',
  'njsscan',
  'npm',
  'socket',
  'lockfile-lint',
  'dependabot',
  'snyk',
  'shellcheck',
];

/** What is wrong with an id under `controls` or `equivalents`, or null. */
export function identifierProblem(key: 'controls' | 'equivalents', id: string): string | null {
  return key === 'controls' ? controlProblem(id) : equivalentProblem(id);
}

function controlProblem(id: string): string | null {
  if (controlFamilies.some(({ form }) => form.test(id))) return null;
  const family = controlFamilies.find(({ example }) =>
    id.startsWith(example.split(/[/:]/, 1)[0]?.replace(/\d+$/, '') ?? ''),
  );
  if (family !== undefined) return `not an id of its family: write it like ${family.example}`;
  return `unknown control; known families look like ${controlFamilies.map(({ example }) => example).join(', ')}`;
}

function equivalentProblem(id: string): string | null {
  const slash = id.indexOf('/');
  const tool = id.slice(0, Math.max(0, slash));
  if (slash < 1 || id.length === slash + 1) return 'an equivalent is written <tool>/<its rule id>';
  if (!tools.includes(tool)) return `unknown tool${didYouMean(tool, tools)}`;
  return null;
}
