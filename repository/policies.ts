/** The policies that come with Kerb, on top of them the organisation's, and on top of those what folders hold. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type FileProblem,
  mayReplace,
  type Organisation,
  organisationPrefix,
  type Policy,
  type PolicyFile,
  type PolicyReading,
  readPolicies,
} from '../engine/index.ts';
import { maxFileBytes, readFolderTexts, readIfBounded } from './read.ts';

/** A folder of policies: `<domain>/<name>.yaml`, and the cases beside them. */
export interface PolicyFolder {
  /** As people know it: relative to the root. */
  readonly name: string;
  /** By path, which begins with the folder's name. */
  readonly texts: ReadonlyMap<string, string>;
}

export interface LoadedPolicies {
  /** Sorted by id, each id once. */
  readonly policies: readonly Policy[];
  readonly problems: readonly FileProblem[];
  /** Which policy was replaced by which folder's. */
  readonly notes: readonly string[];
}

const here = path.dirname(fileURLToPath(import.meta.url));
const sources = path.resolve(here, '../policies');

/**
 * The built-in policies, the organisation's, and each folder's on top: the last one with an id wins, and a note says so.
 * What the organisation has locked, no folder replaces.
 */
export function loadPolicies(folders: readonly PolicyFolder[], organisation: Organisation | null): LoadedPolicies {
  const builtIn = loadBuiltIn();
  const byId = new Map(builtIn.policies.map((policy) => [policy.id, policy]));
  const problems: FileProblem[] = [...builtIn.problems];
  const notes: string[] = [];
  const put = (policy: Policy): void => {
    const before = byId.get(policy.id);
    if (before !== undefined && before.source !== policy.source)
      notes.push(`${policy.file} replaces ${policy.id} of ${before.file}`);
    byId.set(policy.id, policy);
  };
  organisation?.policies.forEach(put);
  for (const folder of folders) {
    const reading = readPolicies(policyFilesOf(folder));
    problems.push(...reading.problems);
    for (const policy of reading.policies) {
      if (!byId.has(policy.id) || mayReplace(organisation, policy.id)) put(policy);
      else problems.push(inVain(policy));
    }
  }
  return { policies: [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1)), problems, notes };
}

function inVain({ file }: Policy): FileProblem {
  const start = { line: 1, column: 1 };
  const message = 'the organisation has locked the policy with this id, and this one does not replace it';
  return { file, span: { start: 0, end: 0 }, range: { start, end: start }, severity: 'warning', message };
}

/**
 * The policy files among a folder's texts, with the ids that their paths give them. Where an organisation publishes from,
 * its rules lie beside the domains' folders.
 */
export function policyFilesOf(folder: PolicyFolder): PolicyFile[] {
  const prefix = folder.name === '' ? 0 : folder.name.length + 1;
  return [...folder.texts]
    .map(([file, text]) => ({ path: file, id: file.slice(prefix), text }))
    .filter(({ id }) => /\.ya?ml$/.test(id) && id !== 'organisation.yaml')
    .map((file) => ({ ...file, id: file.id.replace(/\.ya?ml$/, '') }));
}

/** Where pages are: `root` is what the paths of policies from folders are relative to. */
interface PageOptions {
  readonly root: string;
  readonly organisation: Organisation | null;
}

/** The page of a policy: the Markdown beside it, with its cases; null where there is none. */
export function loadPage({ root, organisation }: PageOptions, policy: Policy): string | null {
  if (isOfOrganisation(policy)) return organisation?.pages[policy.id] ?? null;
  const file = policy.file.replace(/\.ya?ml$/, '.md');
  if (!isBuiltIn(policy)) return readIfBounded(path.resolve(root, file), maxFileBytes)?.toString() ?? null;
  const name = file.slice(builtInPrefix.length);
  if (isBundled())
    return (JSON.parse(readFileSync(path.join(here, 'pages.json'), 'utf8')) as Record<string, string>)[name] ?? null;
  const onDisk = path.join(sources, name);
  return existsSync(onDisk) ? readFileSync(onDisk, 'utf8') : null;
}

/** Whether a policy came with Kerb. */
export function isBuiltIn(policy: Policy): boolean {
  return policy.file.startsWith(builtInPrefix);
}

/** Whether a policy came from the hub: there is no file of it that could be opened. */
export function isOfOrganisation(policy: Policy): boolean {
  return policy.file.startsWith(organisationPrefix);
}

/** How built-in policies are named as files; no path of a repository begins so. */
const builtInPrefix = 'kerb:';

/** The built-in policies from their sources: for the build, and for running without one. */
export function readBuiltInSources(): PolicyReading {
  const { texts } = readFolderTexts(sources, '');
  const files = policyFilesOf({ name: '', texts });
  return readPolicies(files.map((file) => ({ ...file, path: `${builtInPrefix}${file.path}` })));
}

/** In dist/ they are already read and vetted: that spares each start the parsing of a hundred files, and most of compiling. */
export function loadBuiltIn(): PolicyReading {
  known ??= isBundled() ? readBundled() : readBuiltInSources();
  return known;
}

/** They are the same for the life of a process, and every repository's. */
let known: PolicyReading | null = null;

function readBundled(): PolicyReading {
  return JSON.parse(readFileSync(path.join(here, 'policies.json'), 'utf8')) as PolicyReading;
}

function isBundled(): boolean {
  return existsSync(path.join(here, 'policies.json'));
}
