/** What governs a repository: its `kerb.yaml`, the policies, the baseline. Read from the work tree, the index or a commit. */
import path from 'node:path';
import {
  type Configuration,
  defaultConfiguration,
  type FileProblem,
  type Policy,
  readConfiguration,
} from '../engine/index.ts';
import { readCommitted, readIndexed } from './change.ts';
import { loadPolicies, type PolicyFolder } from './policies.ts';
import { readFolderTexts } from './read.ts';
import { configurationName } from './root.ts';

/** Where the rules of a judgement come from. A change is judged by the rules of its base: it cannot loosen its own. */
export type Origin =
  | { readonly kind: 'workTree' }
  | { readonly kind: 'index' }
  | { readonly kind: 'commit'; readonly commit: string };

export interface SetupOptions {
  readonly root: string;
  readonly origin: Origin;
  /** Further policy folders, absolute, as somebody named them on the command line. */
  readonly folders: readonly string[];
}

export interface Setup {
  readonly root: string;
  readonly configuration: Configuration;
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
  const problems: FileProblem[] = [];
  const read = async (name: string): Promise<string | null> => {
    const texts = await readTexts(options, name, problems);
    return texts.get(name) ?? null;
  };
  const text = await read(configurationName);
  const reading = text === null ? null : readConfiguration({ path: configurationName, text });
  problems.push(...(reading?.problems ?? []));
  const configuration = reading?.configuration ?? defaultConfiguration;
  const folders: PolicyFolder[] = [];
  for (const folder of configuration.policyFolders.map(normal)) {
    const texts = await readTexts(options, folder, problems);
    if (texts.size === 0)
      problems.push(problemOf(configurationName, `\`policyFolders\`: ${folder} has no policies, or does not exist`));
    folders.push({ name: folder, texts });
  }
  for (const folder of options.folders) folders.push(namedFolder(root, folder, problems));
  const loaded = loadPolicies(folders);
  const baseline = configuration.baseline === null ? null : await read(normal(configuration.baseline));
  if (configuration.baseline !== null && baseline === null) {
    const message = `\`baseline\`: ${configuration.baseline} does not exist; \`kerb check --write-baseline\` makes it`;
    problems.push(problemOf(configurationName, message, 'warning'));
  }
  return {
    root,
    configuration,
    policies: loaded.policies,
    baseline,
    problems: [...problems, ...loaded.problems],
    notes: loaded.notes,
  };
}

/** The texts of one file, or of the YAML and Markdown files of a folder, by path relative to the root. */
async function readTexts(
  options: SetupOptions,
  name: string,
  problems: FileProblem[],
): Promise<ReadonlyMap<string, string>> {
  const { root, origin } = options;
  if (origin.kind === 'workTree') return readWorkTexts(root, name, problems);
  const texts =
    origin.kind === 'index' ? await readIndexed(root, name) : await readCommitted(root, origin.commit, name);
  if (texts instanceof Map) return texts;
  problems.push(problemOf(name, `git could not read it: ${texts.message}`));
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

function problemOf(file: string, message: string, severity: FileProblem['severity'] = 'error'): FileProblem {
  const start = { line: 1, column: 1 };
  return { file, span: { start: 0, end: 0 }, range: { start, end: start }, severity, message };
}
