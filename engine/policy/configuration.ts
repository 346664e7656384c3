/** `kerb.yaml`: what a repository chooses for itself. */
import type { Enforcement, Path, SourceFile } from '../model.ts';
import { isLocked, type OrganisationRules } from '../organisation/rules.ts';
import { type Checked, type FileProblem, readYaml } from './file.ts';
import { globMistake } from './glob.ts';
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
  /** What the organisation has decided, for whatever is not said above; absent without one. */
  readonly organisation?: OrganisationRules;
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

/** What holds in an organisation where a repository says nothing. */
export function organisationConfiguration(organisation: OrganisationRules): Configuration {
  const { sets, suppressions } = organisation;
  return { ...defaultConfiguration, sets, suppressions, organisation };
}

/**
 * Reads `kerb.yaml`; `defaults` hold for what it does not say. Never throws; with a problem of severity `error`, the
 * configuration is the default and must not be relied on. An attempt to loosen what is locked is a warning, and in vain.
 */
export function readConfiguration(
  file: SourceFile,
  defaults: Configuration = defaultConfiguration,
): {
  readonly configuration: Configuration;
  readonly problems: readonly FileProblem[];
} {
  if (file.text.replace(/#.*$/gm, '').trim() === '') {
    return { configuration: { ...defaults, file: file.path, source: file.text }, problems: [] };
  }
  const checked = readYaml(file, configurationSchema(), { maxBytes, what: 'configuration' });
  for (const key of ['policyFolders', 'baseline'] as const) {
    const value = checked.value?.[key];
    const paths = typeof value === 'string' ? [value] : (value ?? []);
    const leaving = paths.findIndex(leaves);
    const at = typeof value === 'string' ? [key] : [key, leaving];
    if (leaving >= 0) checked.report(at, 'a path stays within the repository: relative, without `..`');
  }
  doubtGlobs(checked);
  if (checked.value === null || !checked.ok())
    return { configuration: { ...defaults, file: file.path, source: file.text }, problems: checked.problems };
  const chosen = configurationOf(file, checked.value, namesIn(checked.raw, 'policies'), defaults);
  return { configuration: withLocks(chosen, checked), problems: checked.problems };
}

/** Says which globs of ignored files cannot name what their author meant: in silence they would leave nothing out. */
export function doubtGlobs({ value, warn }: Checked<Pick<ConfigurationDocument, 'ignore' | 'policies'>>): void {
  const look = (globs: readonly string[] | undefined, at: Path): void => {
    for (const [index, glob] of (globs ?? []).entries()) {
      const mistake = globMistake(glob);
      if (mistake !== null) warn([...at, index], mistake);
    }
  };
  look(value?.ignore, ['ignore']);
  for (const [id, { ignore }] of Object.entries(value?.policies ?? {})) look(ignore, ['policies', id, 'ignore']);
}

/** `named`: the ids as they are written, since the schema passes over one that is called `__proto__`. */
export function configurationOf(
  file: SourceFile,
  document: ConfigurationDocument,
  named: readonly string[],
  defaults: Configuration,
): Configuration {
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
    ...defaults,
    file: file.path,
    source: file.text,
    sets: document.sets ?? defaults.sets,
    policies,
    ignore: document.ignore ?? [],
    policyFolders: document.policyFolders ?? [],
    baseline: document.baseline ?? null,
    suppressions: {
      sameChange: document.suppressions?.sameChange ?? defaults.suppressions.sameChange,
      longestDays: document.suppressions?.longestDays ?? defaults.suppressions.longestDays,
    },
  };
}

/** The configuration with the organisation's terms of suppressions and without a baseline, where those are locked. */
function withLocks(configuration: Configuration, { warn }: Pick<Checked, 'warn'>): Configuration {
  const { organisation } = configuration;
  let { baseline, suppressions } = configuration;
  if (baseline !== null && isLocked(organisation, 'baseline')) {
    warn(['baseline'], 'the organisation allows no baseline: it covers nothing here');
    baseline = null;
  }
  if (organisation !== undefined && isLocked(organisation, 'suppressions')) {
    const { sameChange, longestDays } = organisation.suppressions;
    if (suppressions.longestDays > longestDays)
      warn(['suppressions', 'longestDays'], `the organisation allows at most ${longestDays} days, and that holds`);
    if (suppressions.sameChange === 'allow' && sameChange === 'refuse')
      warn(['suppressions', 'sameChange'], 'the organisation refuses this, and that holds');
    suppressions = {
      sameChange: sameChange === 'refuse' ? 'refuse' : suppressions.sameChange,
      longestDays: Math.min(suppressions.longestDays, longestDays),
    };
  }
  return { ...configuration, baseline, suppressions };
}

export function namesIn(raw: unknown, key: string): readonly string[] {
  const map: unknown =
    typeof raw === 'object' && raw !== null ? Object.entries(raw).find(([name]) => name === key)?.[1] : null;
  return typeof map === 'object' && map !== null ? Object.keys(map) : [];
}

/** Whether a path would lead out of the repository. */
function leaves(path: string): boolean {
  return /^(?:[/\\~]|[A-Za-z]:)/.test(path) || path.split(/[/\\]/).includes('..');
}
