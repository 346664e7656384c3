/** The rules that govern a change: those of the commit that it starts from, made ready once and kept. */
import path from 'node:path';
import {
  atGate,
  type Baseline,
  type Compilations,
  type CurrentOrganisation,
  compilePolicies,
  createCompilations,
  type ExceptionRegister,
  exceptionsOf,
  type FileProblem,
  type Native,
  type PolicySet,
  readBaseline,
} from '../../engine/index.ts';
import { configurationName, type GitSession, loadBuiltIn, loadSetup, type Setup } from '../../repository/index.ts';
import { ruleProblems } from '../check/rules.ts';

/** What judges a change. */
export interface Ruling {
  readonly setup: Setup;
  readonly policies: PolicySet;
  /** Of the resources that those policies judge. */
  readonly kinds: readonly string[];
  readonly baseline: Baseline | null;
  /** What the organisation's people approved; null without any. */
  readonly exceptions: ExceptionRegister | null;
  /** What is wrong with the rules. */
  readonly problems: readonly FileProblem[];
  /** Tells it apart from every other: policies, configuration and baseline. */
  readonly digest: string;
}

interface RulingSource {
  /** Null stands for "there is none yet", where only the policies govern that come with Kerb or from the organisation. */
  readonly commit: string | null;
  /** A rollout may ask some gates to be mild at first. */
  readonly gate: string;
}

export interface Rulings {
  /** The rules of a commit, as a gate sees them. */
  of(repository: RuledRepository, source: RulingSource): Promise<Ruling>;
}

/** Where rules are read: its work tree's folder, and how objects are looked up. */
type RuledRepository = Pick<GitSession, 'root' | 'resolve'>;

/** Policies are compiled once in a process: those that come with Kerb are the same in every gate. */
const shared = createCompilations();

const maxKept = 8;
const maxConfigurations = 256;

export interface RulingsOptions {
  readonly native: Native;
  /** What the hub's verified bundle says at this moment; the same object for as long as it says the same. */
  readonly organisation: () => CurrentOrganisation;
}

/**
 * Rulings, the latest of which are kept by the objects that they come from: most commits leave the rules as they were, and
 * repositories with the same files for rules share them, such as all that have none.
 */
export function createRulings({ native, organisation }: RulingsOptions): Rulings {
  const kept = new Map<string, Ruling>();
  const folders = new Map<string, readonly string[]>();
  const inTurn = createTurns();
  // Before the first question comes.
  loadBuiltIn();
  let current = organisation();
  return {
    async of(repository, { commit, gate }) {
      if (organisation() !== current) {
        kept.clear();
        folders.clear();
      }
      const inForce = organisation();
      current = inForce;
      const governing = atGate(inForce, gate);
      const scope = governing === inForce ? '' : gate;
      const known = async (): Promise<Ruling | null> => {
        const source = await sourceOf(repository, commit, folders);
        return (source === null ? null : kept.get(`${scope} ${source}`)) ?? null;
      };
      const load = async (): Promise<Ruling> => {
        const meanwhile = await known();
        if (meanwhile !== null) return meanwhile;
        const ruling = await loadRuling(repository.root, commit, { native, organisation: governing, shared });
        // What could not be read now may be readable the next time.
        if (ruling.setup.problems.some(({ severity }) => severity === 'error')) return ruling;
        if (folders.size > maxConfigurations) folders.clear();
        const configuration = await configurationOf(repository, commit);
        if (configuration !== null) folders.set(configuration, namedBy(ruling.setup));
        const source = await sourceOf(repository, commit, folders);
        if (source !== null && inForce === current) keep(kept, `${scope} ${source}`, ruling);
        return ruling;
      };
      return rootedAt(repository.root, (await known()) ?? (await inTurn(load)));
    },
  };
}

/** One after another: of many that ask for the same rules at once, the first makes them ready. */
function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}

function rootedAt(root: string, ruling: Ruling): Ruling {
  return { ...ruling, setup: { ...ruling.setup, root } };
}

const secretSets = new WeakMap<PolicySet, PolicySet>();

/** A ruling with the policies on secrets alone. */
export function secretsOnly(ruling: Ruling, native: Native): Ruling {
  const policies = ruling.setup.policies.filter(({ rule }) => rule.kind === 'secret');
  const setup = { ...ruling.setup, policies };
  const set = secretSets.get(ruling.policies) ?? compilePolicies(policies, setup.configuration, native);
  secretSets.set(ruling.policies, set);
  return { ...ruling, setup, policies: set, kinds: kindsOf(set), digest: `secrets ${ruling.digest}` };
}

function kindsOf({ policies }: PolicySet): readonly string[] {
  return [...new Set(policies.flatMap(({ policy }) => policy.resources))];
}

/**
 * What the rules of a commit are made of: the ids of its `kerb.yaml` and of all that this names. Null while it is not
 * known what it names.
 */
async function sourceOf(
  repository: RuledRepository,
  commit: string | null,
  folders: ReadonlyMap<string, readonly string[]>,
): Promise<string | null> {
  const configuration = await configurationOf(repository, commit);
  const named = configuration === null ? undefined : folders.get(configuration);
  // A name that cannot be asked for is looked at each time.
  if (named === undefined || named.some((name) => /[\n\0]/.test(name))) return null;
  const ids = await idsOf(repository, commit, named);
  return ids === null ? null : JSON.stringify([configuration, named, ids]);
}

/** The id of a commit's `kerb.yaml`; empty where it has none, and null where that cannot be found out. */
async function configurationOf(repository: RuledRepository, commit: string | null): Promise<string | null> {
  const ids = await idsOf(repository, commit, [configurationName]);
  return ids === null ? null : (ids[0] ?? '');
}

async function idsOf(
  repository: RuledRepository,
  commit: string | null,
  names: readonly string[],
): Promise<readonly (string | null)[] | null> {
  if (commit === null || names.length === 0) return names.map(() => null);
  const [own, ...found] = await repository.resolve([commit, ...names.map((name) => `${commit}:${name}`)]);
  // Where git fails nothing is found, the commit neither: that is not a commit without rules.
  return own == null ? null : found.map((facts) => facts?.id ?? null);
}

function namedBy({ configuration }: Setup): readonly string[] {
  const names = [...configuration.policyFolders, ...(configuration.baseline === null ? [] : [configuration.baseline])];
  return names.map((name) => path.posix.normalize(name.replaceAll('\\', '/')).replace(/\/+$/, ''));
}

interface LoadOptions {
  readonly native: Native;
  readonly organisation: CurrentOrganisation;
  readonly shared: Compilations;
}

async function loadRuling(
  root: string,
  commit: string | null,
  { native, organisation, shared }: LoadOptions,
): Promise<Ruling> {
  const setup = await loadSetup({
    root,
    origin: commit === null ? { kind: 'none' } : { kind: 'commit', commit },
    folders: [],
    organisation,
  });
  return rulingOf(setup, { native, shared });
}

/** What judges by a setup. */
export function rulingOf(setup: Setup, { native, shared }: Pick<LoadOptions, 'native' | 'shared'>): Ruling {
  const policies = compilePolicies(setup.policies, setup.configuration, native, shared);
  return {
    setup,
    policies,
    kinds: kindsOf(policies),
    baseline: setup.baseline === null ? null : readBaseline(setup.baseline),
    exceptions: exceptionsOf(setup),
    problems: ruleProblems(setup, policies, native),
    digest: [
      policies.digest,
      native.sha256(setup.baseline ?? ''),
      native.sha256(setup.organisation?.exceptions ?? ''),
    ].join(' '),
  };
}

function keep(kept: Map<string, Ruling>, source: string, ruling: Ruling): void {
  kept.set(source, ruling);
  const oldest = kept.keys().next().value;
  if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
}
