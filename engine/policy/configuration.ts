/** `kerb.yaml`: what a repository chooses for itself. */
import type { Enforcement, SourceFile } from '../model.ts';
import { type FileProblem, readYaml } from './file.ts';
import { type ConfigurationDocument, configurationSchema } from './schema.ts';

/** What a repository chooses; see `configurationSchema` for the file. */
export interface Configuration {
  /** Where it was read from; null for the default. */
  readonly file: string | null;
  readonly source: string;
  /** `all`, domains, controls, policy ids. */
  readonly sets: readonly string[];
  /** By policy id or `<domain>/*`. */
  readonly policies: Readonly<Record<string, PolicySetting>>;
  /** Globs of files that are not judged. */
  readonly ignore: readonly string[];
  readonly policyFolders: readonly string[];
  readonly baseline: string | null;
  readonly suppressions: { readonly sameChange: 'refuse' | 'allow'; readonly longestDays: number };
}

/** What is different for one policy, or for a domain. */
export interface PolicySetting {
  readonly enforcement?: Enforcement | 'off';
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly ignore?: readonly string[];
}

const maxBytes = 500_000;

/** What holds where a repository has no `kerb.yaml`: every policy, as its author meant it. */
export const defaultConfiguration: Configuration = {
  file: null,
  source: '',
  sets: ['all'],
  policies: {},
  ignore: [],
  policyFolders: [],
  baseline: null,
  suppressions: { sameChange: 'refuse', longestDays: 180 },
};

/** Reads `kerb.yaml`. Never throws; with a problem of severity `error`, the configuration is the default and must not be relied on. */
export function readConfiguration(file: SourceFile): {
  readonly configuration: Configuration;
  readonly problems: readonly FileProblem[];
} {
  if (file.text.replace(/#.*$/gm, '').trim() === '') {
    return { configuration: { ...defaultConfiguration, file: file.path, source: file.text }, problems: [] };
  }
  const checked = readYaml(file, configurationSchema, { maxBytes, what: 'configuration' });
  for (const key of ['policyFolders', 'baseline'] as const) {
    const value = checked.value?.[key];
    const paths = typeof value === 'string' ? [value] : (value ?? []);
    if (paths.some(leaves)) checked.report([key], 'a path stays within the repository: relative, without `..`');
  }
  const usable = checked.value !== null && checked.ok();
  return {
    configuration: usable
      ? configurationOf(file, checked.value, namesIn(checked.raw, 'policies'))
      : { ...defaultConfiguration, file: file.path, source: file.text },
    problems: checked.problems,
  };
}

/** `named`: the ids as they are written, since the schema passes over one that is called `__proto__`. */
function configurationOf(file: SourceFile, document: ConfigurationDocument, named: readonly string[]): Configuration {
  const policies: Record<string, PolicySetting> = Object.create(null);
  for (const id of named) policies[id] = {};
  for (const [id, { enforcement, parameters, ignore }] of Object.entries(document.policies ?? {})) {
    policies[id] = {
      ...(enforcement === undefined ? {} : { enforcement }),
      ...(parameters === undefined ? {} : { parameters }),
      ...(ignore === undefined ? {} : { ignore }),
    };
  }
  return {
    file: file.path,
    source: file.text,
    sets: document.sets ?? defaultConfiguration.sets,
    policies,
    ignore: document.ignore ?? [],
    policyFolders: document.policyFolders ?? [],
    baseline: document.baseline ?? null,
    suppressions: {
      sameChange: document.suppressions?.sameChange ?? defaultConfiguration.suppressions.sameChange,
      longestDays: document.suppressions?.longestDays ?? defaultConfiguration.suppressions.longestDays,
    },
  };
}

function namesIn(raw: unknown, key: string): readonly string[] {
  const map: unknown =
    typeof raw === 'object' && raw !== null ? Object.entries(raw).find(([name]) => name === key)?.[1] : null;
  return typeof map === 'object' && map !== null ? Object.keys(map) : [];
}

/** Whether a path would lead out of the repository. */
function leaves(path: string): boolean {
  return /^(?:[/\\~]|[A-Za-z]:)/.test(path) || path.split(/[/\\]/).includes('..');
}
