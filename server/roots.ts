// The repositories that open files belong to, each with its own configuration and policies.
import path from 'node:path';
import {
  type Baseline,
  type Compilations,
  type CurrentOrganisation,
  checkPolicies,
  compilePolicies,
  createCompilations,
  defaultConfiguration,
  type ExceptionRegister,
  exceptionsOf,
  type FileProblem,
  type Native,
  type Policy,
  type PolicySet,
  readBaseline,
} from '../engine/index.ts';
import {
  findRoot,
  type Identity,
  isBuiltIn,
  isInside,
  loadSetup,
  readIdentity,
  relativePath,
  type Setup,
} from '../repository/index.ts';
import { pageUri } from './page.ts';
import { fileOf } from './uri.ts';

/** A repository, or a folder that stands for one. */
export interface Root {
  /** Absolute. */
  readonly folder: string;
  /** Null until it is loaded. */
  rules: Rules | null;
  /** Changes with every load, over all roots. */
  revision: number;
}

/** What governs a root's files. */
export interface Rules {
  readonly setup: Setup;
  readonly set: PolicySet;
  readonly byId: ReadonlyMap<string, Policy>;
  readonly baseline: Baseline | null;
  /** What other people approved; null where there is nothing. */
  readonly exceptions: ExceptionRegister | null;
  /** By whom and where exceptions are used and asked for; null where no organisation governs. */
  readonly identity: Identity | null;
  /** Everything wrong with the configuration and with policies, those of Kerb itself left out. */
  readonly problems: readonly FileProblem[];
  /** The URI of a policy's page, or null. */
  readonly pageOf: (id: string) => string | null;
}

/** Whose rules judge a file, and what it is called there. */
export interface Place {
  readonly root: Root;
  /** Relative to the root, with `/`. */
  readonly path: string;
}

/** The roots of a session. */
export interface Roots {
  /** Those in use, in the order of their first use. */
  all(): readonly Root[];
  /** The place of a URI. A root that was not known is made and starts loading. */
  placeOf(uri: string): Place;
  /** Sets the client's workspace folders. */
  setFolders(uris: readonly string[]): void;
  /** Absolute paths of the client's workspace folders. */
  folders(): readonly string[];
  /** Reads a root's rules again. Answers once they are in force. */
  reload(root: Root): Promise<void>;
  /** Waits for what is being loaded. */
  ready(root: Root): Promise<void>;
  /** What is exempt or asked for has changed: everything of the root is to be judged again. */
  renew(root: Root): void;
  /** Lets go of the roots that are of no workspace folder and that nothing else uses. */
  forget(unused: (root: Root) => boolean): void;
}

/** Makes the roots; `loaded` is called after each load, `failed` when loading broke, `forgotten` last of all. */
export function createRoots(
  native: Native,
  organisation: () => CurrentOrganisation,
  events: { loaded(root: Root): void; failed(root: Root, error: unknown): void; forgotten(root: Root): void },
): Roots {
  const roots = new Map<string, Root>();
  let folders: readonly string[] = [];
  let revisions = 0;
  const isKnown = (root: Root): boolean => roots.get(root.folder) === root;
  const load = async (root: Root): Promise<void> => {
    try {
      const setup = await loadSetup({
        root: root.folder,
        origin: { kind: 'workTree' },
        folders: [],
        organisation: organisation(),
      });
      if (root.rules !== null && sameSetup(root.rules.setup, setup)) return;
      const identity = setup.organisation === null ? null : await readIdentity(root.folder);
      if (!isKnown(root)) return;
      root.rules = { ...rulesOf(setup, native), identity };
      root.revision = ++revisions;
      events.loaded(root);
    } catch (error) {
      if (isKnown(root)) events.failed(root, error);
    }
  };
  const pending = new WeakMap<Root, Promise<void>>();
  const reload = (root: Root): Promise<void> => {
    // One at a time: a change that comes while reading is read by the next load.
    const next = (pending.get(root) ?? Promise.resolve()).then(() => load(root));
    pending.set(root, next);
    return next;
  };
  const rootAt = (folder: string): Root => {
    const known = roots.get(folder);
    if (known !== undefined) return known;
    const root: Root = { folder, rules: null, revision: 0 };
    roots.set(folder, root);
    void reload(root);
    return root;
  };
  return {
    all: () => [...roots.values()],
    folders: () => folders,
    placeOf: (uri) => placeIn(uri, folders, rootAt),
    setFolders(uris) {
      folders = uris.map(fileOf).filter((folder) => folder !== null);
      for (const folder of folders) rootAt(findRoot(folder) ?? folder);
    },
    reload,
    renew(root) {
      if (!isKnown(root)) return;
      root.revision = ++revisions;
      events.loaded(root);
    },
    ready: (root) => pending.get(root) ?? Promise.resolve(),
    forget(unused) {
      const kept = new Set(folders.map((folder) => findRoot(folder) ?? folder));
      for (const [folder, root] of roots) {
        if (kept.has(folder) || !unused(root)) continue;
        roots.delete(folder);
        events.forgotten(root);
      }
    },
  };
}

/** A file's repository; else the workspace folder that holds it; else its own folder. What is no file is in the first. */
function placeIn(uri: string, folders: readonly string[], rootAt: (folder: string) => Root): Place {
  const file = fileOf(uri);
  if (file === null) {
    const first = folders[0] ?? process.cwd();
    return { root: rootAt(findRoot(first) ?? first), path: nameOf(uri) };
  }
  const folder = path.dirname(file);
  const holding = folders.filter((each) => isInside(file, each)).sort((a, b) => b.length - a.length)[0];
  const root = rootAt(findRoot(folder) ?? holding ?? folder);
  return { root, path: relativePath(root.folder, file) };
}

/** `untitled:Untitled-1` → `Untitled-1`; any other scheme → its path without a leading slash. */
function nameOf(uri: string): string {
  const [, rest = uri] = /^[a-z][a-z0-9+.-]*:(?:\/\/[^/]*)?\/*([^?#]*)/i.exec(uri) ?? [];
  try {
    return decodeURIComponent(rest) || 'untitled';
  } catch {
    return rest;
  }
}

/** What repositories have in common: the policies that come with Kerb, and the organisation's. */
const compilations = createCompilations();

/** For policies as they are written: of what repositories have in common only the bundles of Rego can be theirs. */
export function draftCompilations(): Compilations {
  return createCompilations(compilations.rego);
}

/** What governs the files of a root, without whose they are. */
export function rulesOf(setup: Setup, native: Native): Omit<Rules, 'identity'> {
  const set = compilePolicies(setup.policies, setup.configuration, native, compilations);
  const baseline = setup.baseline === null ? null : readBaseline(setup.baseline);
  const byId = new Map(setup.policies.map((policy) => [policy.id, policy]));
  const pages = new Map<string, string | null>();
  const pageOf = (id: string): string | null => {
    let page = pages.get(id);
    if (page === undefined) {
      page = pageUri(setup.root, byId.get(id));
      pages.set(id, page);
    }
    return page;
  };
  const problems = [...setup.problems, ...set.problems, ...compileProblems(setup.policies, native)];
  return {
    ...{ setup, set, byId, baseline, pageOf },
    exceptions: exceptionsOf(setup),
    problems: problems.filter(({ file }) => !file.startsWith('kerb:')),
  };
}

/** What the compiler says of the repository's own policies. The built-in ones were compiled before they were released. */
function compileProblems(policies: readonly Policy[], native: Native): readonly FileProblem[] {
  const own = policies.filter((policy) => !isBuiltIn(policy));
  return own.length === 0
    ? []
    : checkPolicies(compilePolicies(own, defaultConfiguration, native, draftCompilations()), native);
}

/** A watcher may tell of a file that was only touched: nothing has to be judged again for that. */
function sameSetup(a: Setup, b: Setup): boolean {
  return (
    a.configuration.source === b.configuration.source &&
    a.baseline === b.baseline &&
    a.organisation === b.organisation &&
    a.policies.length === b.policies.length &&
    a.policies.every(({ id, source }, index) => id === b.policies[index]?.id && source === b.policies[index]?.source) &&
    JSON.stringify(a.problems) === JSON.stringify(b.problems)
  );
}
