/** What governs a repository: its `kerb.yaml`, the policies, the baseline. Read from the work tree, the index or a commit. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import {
  type Configuration,
  type CurrentOrganisation,
  defaultConfiguration,
  type FileProblem,
  type Organisation,
  type OrganisationProblem,
  organisationConfiguration,
  organisationPrefix,
  type Policy,
  readConfiguration,
} from '../engine/index.ts';
import { readCommitted, readIndexed } from './change.ts';
import { placeOfValue } from './place.ts';
import { loadPolicies, type PolicyFolder } from './policies.ts';
import { readFolderTexts, readGoverningText } from './read.ts';
import { configurationName } from './root.ts';

/** Where the rules of a judgement come from. A change is judged by the rules of its base: it cannot loosen its own. */
export type Origin =
  /** The change is the first: there are no rules yet but those that come with Kerb. */
  | { readonly kind: 'none' }
  | { readonly kind: 'workTree' }
  | { readonly kind: 'index' }
  | { readonly kind: 'commit'; readonly commit: string };

export interface SetupOptions {
  readonly root: string;
  readonly origin: Origin;
  /** Further policy folders, absolute, as somebody named them on the command line. */
  readonly folders: readonly string[];
  /** What the hub's verified bundle says; null without a hub. It stands between what comes with Kerb and the repository. */
  readonly organisation: CurrentOrganisation;
}

export interface Setup {
  readonly root: string;
  /** The repository's, on top of the organisation's. */
  readonly configuration: Configuration;
  readonly organisation: Organisation | null;
  /** Read, not compiled; sorted by id. */
  readonly policies: readonly Policy[];
  /** The baseline's text; null without one. */
  readonly baseline: string | null;
  /** What is wrong with the configuration or a policy. One of severity `error` leaves no verdict. */
  readonly problems: readonly FileProblem[];
  /** What a person should know: which policy replaced which. */
  readonly notes: readonly string[];
}

/** Loads what governs a repository. Never throws: what could not be read is a problem. */
export async function loadSetup(options: SetupOptions): Promise<Setup> {
  const { root } = options;
  const organisation = options.organisation?.kind === 'organisation' ? options.organisation : null;
  const defaults = organisation === null ? defaultConfiguration : organisationConfiguration(organisation.rules);
  const problems: FileProblem[] = options.organisation?.kind === 'problem' ? [notGoverned(options.organisation)] : [];
  const text = await readText(options, configurationName, problems);
  const reading = text === null ? null : readConfiguration({ path: configurationName, text }, defaults);
  problems.push(...(reading?.problems ?? []));
  const configuration = reading?.configuration ?? defaults;
  const report = (at: readonly (string | number)[], message: string, severity: FileProblem['severity']): void =>
    void problems.push({ file: configurationName, ...placeOfValue(text ?? '', at), severity, message });
  const folders: PolicyFolder[] = [];
  for (const [index, folder] of configuration.policyFolders.map(normal).entries()) {
    const texts = await readTexts(options, folder, problems);
    if (texts.size === 0)
      report(['policyFolders', index], `\`policyFolders\`: ${folder} has no policies, or does not exist`, 'error');
    folders.push({ name: folder, texts });
  }
  for (const folder of options.folders) folders.push(namedFolder(root, folder, problems));
  const loaded = loadPolicies(folders, organisation);
  const baseline =
    configuration.baseline === null ? null : await readText(options, normal(configuration.baseline), problems);
  const isToldOf = problems.some(({ file }) => file === configuration.baseline);
  if (configuration.baseline !== null && baseline === null && !isToldOf) {
    const message = `\`baseline\`: ${configuration.baseline} does not exist; \`kerb check --write-baseline\` makes it`;
    report(['baseline'], message, 'warning');
  }
  return {
    root,
    configuration,
    organisation,
    policies: loaded.policies,
    baseline,
    problems: [...problems, ...loaded.problems],
    notes: [...misspelled(root), ...loaded.notes],
  };
}

/** Names that somebody may have taken for that of the configuration, and that mean nothing. */
const nearNames = ['kerb.yml', '.kerb.yaml', '.kerb.yml'];

function misspelled(root: string): string[] {
  return nearNames
    .filter((name) => existsSync(path.join(root, name)))
    .map((name) => `${name} is not read: did you mean ${configurationName}?`);
}

/** The text of one file that governs; null where it does not exist, and where a problem says that it cannot be read. */
async function readText(options: SetupOptions, name: string, problems: FileProblem[]): Promise<string | null> {
  if (options.origin.kind === 'workTree') {
    const reading = readGoverningText(options.root, name);
    if (reading?.kind === 'problem') problems.push(problemOf(name, reading.message));
    return reading?.kind === 'text' ? reading.file.text : null;
  }
  const texts = await readTexts(options, name, problems);
  if (texts.size > 0 && !texts.has(name)) problems.push(problemOf(name, 'is a folder, and not a file'));
  return texts.get(name) ?? null;
}

/** The texts of one file, or of the YAML and Markdown files of a folder, by path relative to the root. */
async function readTexts(
  options: SetupOptions,
  name: string,
  problems: FileProblem[],
): Promise<ReadonlyMap<string, string>> {
  const { root, origin } = options;
  if (origin.kind === 'none') return new Map();
  if (origin.kind === 'workTree') return readWorkTexts(root, name, problems);
  const texts =
    origin.kind === 'index' ? await readIndexed(root, name) : await readCommitted(root, origin.commit, name);
  if (texts instanceof Map) return texts;
  problems.push(problemOf(name, `could not be read: ${texts.message}`));
  return new Map();
}

function readWorkTexts(root: string, name: string, problems: FileProblem[]): ReadonlyMap<string, string> {
  const { texts, unreadable } = readFolderTexts(root, name);
  problems.push(...unreadable.map(({ path: file, message }) => problemOf(file, message)));
  return texts;
}

function namedFolder(root: string, folder: string, problems: FileProblem[]): PolicyFolder {
  const { texts, unreadable } = readFolderTexts(folder, '');
  problems.push(...unreadable.map(({ path: file, message }) => problemOf(path.join(folder, file), message)));
  if (texts.size === 0 && unreadable.length === 0)
    problems.push(problemOf(folder, 'has no policies, or does not exist'));
  const name = path.relative(root, folder).split(path.sep).join('/');
  return { name, texts: new Map([...texts].map(([file, text]) => [`${name}/${file}`, text])) };
}

function normal(name: string): string {
  return path.posix.normalize(name.replaceAll('\\', '/')).replace(/\/+$/, '');
}

/** Without the organisation's policies, what is left would allow too much. */
function notGoverned({ message }: OrganisationProblem): FileProblem {
  return problemOf(organisationPrefix, message);
}

function problemOf(file: string, message: string): FileProblem {
  const start = { line: 1, column: 1 };
  return { file, span: { start: 0, end: 0 }, range: { start, end: start }, severity: 'error', message };
}
