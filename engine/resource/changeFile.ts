/** What a changed file is, by its path: what reviewers look at first, and what belongs together. */

/** The kind of a file: `workflow`, `policy`, `configuration`, `codeOwners`, `lock`, `manifest` or `other`. */
export function kindOfPath(path: string, policyFolders: readonly string[]): string {
  if (path === 'kerb.yaml') return 'configuration';
  if (policyFolders.some((folder) => path.startsWith(`${folder}/`))) return 'policy';
  if (workflow.test(path)) return 'workflow';
  if (codeOwnersPaths.includes(path)) return 'codeOwners';
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (Object.hasOwn(manifests, name)) return 'lock';
  return manifestNames.has(name) ? 'manifest' : 'other';
}

/** Where CODEOWNERS may stand, the first that exists counts. */
export const codeOwnersPaths: readonly string[] = [
  '.github/CODEOWNERS',
  'CODEOWNERS',
  'docs/CODEOWNERS',
  '.gitlab/CODEOWNERS',
];

/**
 * Whether one of the paths is a manifest that the lock file records. A lock file of a workspace records those in folders
 * below it too.
 */
export function hasManifest(lock: string, paths: readonly string[]): boolean {
  const slash = lock.lastIndexOf('/') + 1;
  const folder = lock.slice(0, slash);
  if (!Object.hasOwn(manifests, lock.slice(slash))) return false;
  const names = manifests[lock.slice(slash)]!;
  return paths.some((path) => path.startsWith(folder) && names.includes(path.slice(path.lastIndexOf('/') + 1)));
}

const workflow =
  /^(?:\.github\/(?:workflows\/[^/]+\.ya?ml|actions\/.+)|\.gitlab-ci\.ya?ml|\.circleci\/config\.yml|azure-pipelines\.ya?ml|Jenkinsfile)$/;

/** A lock file, and the manifests that it is made of. */
const manifests: Readonly<Record<string, readonly string[]>> = {
  'package-lock.json': ['package.json'],
  'npm-shrinkwrap.json': ['package.json'],
  'yarn.lock': ['package.json', '.yarnrc.yml'],
  'pnpm-lock.yaml': ['package.json', 'pnpm-workspace.yaml'],
  'bun.lock': ['package.json'],
  'bun.lockb': ['package.json'],
  'Cargo.lock': ['Cargo.toml'],
  'go.sum': ['go.mod'],
  'poetry.lock': ['pyproject.toml'],
  'uv.lock': ['pyproject.toml'],
  'Pipfile.lock': ['Pipfile'],
  'Gemfile.lock': ['Gemfile'],
  'composer.lock': ['composer.json'],
};
const manifestNames: ReadonlySet<string> = new Set(Object.values(manifests).flat());
