/** The rules that govern a change: those of the commit that it starts from, made ready once and kept. */
import path from 'node:path';
import {
  atGate,
  type Baseline,
  type CurrentOrganisation,
  compilePolicies,
  type ExceptionRegister,
  exceptionsOf,
  type FileProblem,
  type Native,
  type PolicySet,
  readBaseline,
} from '../../engine/index.ts';
import { configurationName, type GitSession, loadSetup, type Setup } from '../../repository/index.ts';
import { ruleProblems } from '../check/rules.ts';

/** What judges a change. */
export interface Ruling {
  readonly setup: Setup;
  readonly policies: PolicySet;
  readonly baseline: Baseline | null;
  /** What the organisation's people approved; null without any. */
  readonly exceptions: ExceptionRegister | null;
  /** What is wrong with the rules. */
  readonly problems: readonly FileProblem[];
  /** Tells it apart from every other: policies, configuration and baseline. */
  readonly digest: string;
}

export interface RulingSource {
  /** Null stands for "there is none yet", where only the policies govern that come with Kerb or from the organisation. */
  readonly commit: string | null;
  /** A rollout may ask some gates to be mild at first. */
  readonly gate: string;
}

export interface Rulings {
  /** The rules of a commit, as a gate sees them. */
  of(session: GitSession, source: RulingSource): Promise<Ruling>;
}

const maxKept = 16;
const maxConfigurations = 256;

export interface RulingsOptions {
  readonly native: Native;
  /** What the hub's verified bundle says at this moment; the same object for as long as it says the same. */
  readonly organisation: () => CurrentOrganisation;
}

/** Rulings, the latest of which are kept by the objects that they come from: most commits leave the rules as they were. */
export function createRulings({ native, organisation }: RulingsOptions): Rulings {
  const kept = new Map<string, Ruling>();
  const folders = new Map<string, readonly string[]>();
  let current = organisation();
  return {
    async of(session, { commit, gate }) {
      if (organisation() !== current) {
        kept.clear();
        folders.clear();
      }
      current = organisation();
      const governing = atGate(current, gate);
      const sourceAt = async (): Promise<string | null> => {
        const source = await sourceOf(session, commit, folders);
        return source === null || governing === current ? source : `${gate} ${source}`;
      };
      const key = await sourceAt();
      const known = key === null ? undefined : kept.get(key);
      if (known !== undefined) return known;
      const ruling = await load(session.root, commit, { native, organisation: governing });
      if (folders.size > maxConfigurations) folders.clear();
      if (key === null) folders.set(await configurationKey(session, commit), namedBy(ruling.setup));
      const source = key ?? (await sourceAt());
      if (source !== null) keep(kept, source, ruling);
      return ruling;
    },
  };
}

const secretRulings = new WeakMap<Ruling, Ruling>();

/** A ruling with the policies on secrets alone. */
export function secretsOnly(ruling: Ruling, native: Native): Ruling {
  const known = secretRulings.get(ruling);
  if (known !== undefined) return known;
  const policies = ruling.setup.policies.filter(({ rule }) => rule.kind === 'secret');
  const setup = { ...ruling.setup, policies };
  const secrets: Ruling = {
    ...ruling,
    setup,
    policies: compilePolicies(policies, setup.configuration, native),
    digest: `secrets ${ruling.digest}`,
  };
  secretRulings.set(ruling, secrets);
  return secrets;
}

/**
 * What the rules of a commit are made of: the ids of its `kerb.yaml` and of all that this names. Null while it is not
 * known what it names.
 */
async function sourceOf(
  session: GitSession,
  commit: string | null,
  folders: ReadonlyMap<string, readonly string[]>,
): Promise<string | null> {
  const configuration = await configurationKey(session, commit);
  const named = folders.get(configuration);
  // A name that cannot be asked for is looked at each time.
  if (named === undefined || named.some((name) => /[\n\0]/.test(name))) return null;
  const ids = await session.resolve(named.map((name) => `${commit}:${name}`));
  return JSON.stringify([configuration, named, ids.map((facts) => facts?.id ?? null)]);
}

async function configurationKey(session: GitSession, commit: string | null): Promise<string> {
  const [facts] = commit === null ? [null] : await session.resolve([`${commit}:${configurationName}`]);
  return `${session.root}\0${facts?.id ?? ''}`;
}

function namedBy({ configuration }: Setup): readonly string[] {
  const names = [...configuration.policyFolders, ...(configuration.baseline === null ? [] : [configuration.baseline])];
  return names.map((name) => path.posix.normalize(name.replaceAll('\\', '/')).replace(/\/+$/, ''));
}

async function load(
  root: string,
  commit: string | null,
  { native, organisation }: { readonly native: Native; readonly organisation: CurrentOrganisation },
): Promise<Ruling> {
  const setup = await loadSetup({
    root,
    origin: commit === null ? { kind: 'none' } : { kind: 'commit', commit },
    folders: [],
    organisation,
  });
  const policies = compilePolicies(setup.policies, setup.configuration, native);
  return {
    setup,
    policies,
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
