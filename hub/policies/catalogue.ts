/** What is published, as people look at it: each policy with since when it has been as it is, and who answers for that. */
import {
  type Bundle,
  isLocked,
  type Policy,
  readBundle,
  readOrganisationRules,
  readPolicies,
} from '../../engine/index.ts';
import { sha256Hex } from '../cryptography.ts';
import type { PublicationShown } from '../protocol/catalogue.ts';
import type { Publications } from '../store/query/publication.ts';
import { approversOf, ownerOf, type RootFile, readRootFile } from './metadata.ts';

export interface CataloguedPolicy {
  readonly policy: Policy;
  readonly sha256: string;
  readonly page: string | null;
  readonly isLocked: boolean;
  readonly since: PublicationShown & { readonly isOlder: boolean };
}

export interface Catalogue {
  readonly inForce: PublicationShown & { readonly sha256: string };
  readonly policies: readonly CataloguedPolicy[];
}

export interface Catalogues {
  /** Null before the first publication. */
  of(tenant: number): Promise<Catalogue | null>;
}

/** Publications that are looked through for where a text began. */
const maxHistory = 50;
const maxRemembered = 100;

/** Reads each publication once. */
export function createCatalogues(publications: Publications): Catalogues {
  const read = new Map<number, { readonly change: string; readonly catalogue: Promise<Catalogue> }>();
  return {
    async of(tenant) {
      const published = (await publications.changeRequests(tenant))
        .filter(({ state }) => state === 'published')
        .sort((a, b) => b.number - a.number);
      const [newest] = published;
      if (newest === undefined) return null;
      const known = read.get(tenant);
      if (known?.change === newest.id) return known.catalogue;
      if (read.size >= maxRemembered) read.delete(read.keys().next().value!);
      const ids = published.slice(0, maxHistory).map(({ id }) => id);
      const catalogue = catalogueOf(publications, tenant, ids);
      read.set(tenant, { change: newest.id, catalogue });
      // What failed is not remembered.
      catalogue.catch(() => read.delete(tenant));
      return catalogue;
    },
  };
}

async function catalogueOf(publications: Publications, tenant: number, ids: readonly string[]): Promise<Catalogue> {
  const bytes = (await publications.newestFile(tenant, 'root'))?.bytes;
  const root = bytes === undefined ? null : readRootFile(bytes);
  const [first, ...rest] = ids;
  const newest = await publicationOf(publications, { tenant, id: first!, root });
  const policies = policiesIn(newest.bundle);
  const isLocked = lockedBy(newest.bundle);
  const since = new Map(policies.map(({ id }) => [id, newest.shown]));
  let open = new Set(policies.map(({ id }) => id));
  for (const id of rest) {
    if (open.size === 0) break;
    const older = await publicationOf(publications, { tenant, id, root });
    open = new Set([...open].filter((each) => textOf(older.bundle, each) === textOf(newest.bundle, each)));
    for (const each of open) since.set(each, older.shown);
  }
  return {
    inForce: { ...newest.shown, sha256: newest.sha256 },
    policies: policies.map((policy) => ({
      policy,
      sha256: sha256Hex(policy.source),
      page: newest.bundle.policies[`${policy.id}.md`] ?? null,
      isLocked: isLocked(policy.id),
      since: { ...since.get(policy.id)!, isOlder: open.has(policy.id) && ids.length === maxHistory },
    })),
  };
}

interface Publication {
  readonly shown: PublicationShown;
  readonly bundle: Bundle;
  readonly sha256: string;
}

async function publicationOf(
  publications: Publications,
  { tenant, id, root }: { readonly tenant: number; readonly id: string; readonly root: RootFile | null },
): Promise<Publication> {
  const [request, approvals] = await Promise.all([
    publications.changeRequest(tenant, id),
    publications.approvals(tenant, id),
  ]);
  const bundle = request === null ? 'it is gone' : readBundle(request.bundle);
  if (request === null || typeof bundle === 'string') throw new Error(`change ${id} cannot be read: ${String(bundle)}`);
  const { number, title, author, closedAt, openedAt } = request;
  const keys = root === null ? {} : approversOf(root).keys;
  const reviewers = approvals.map(({ keyId }) => ownerOf(keys[keyId]) ?? `key ${keyId.slice(0, 12)}`);
  const at = new Date(closedAt ?? openedAt).toISOString();
  return { shown: { number, change: id, title, author, reviewers, at }, bundle, sha256: sha256Hex(request.bundle) };
}

function policiesIn({ policies }: Bundle): readonly Policy[] {
  const files = Object.entries(policies).filter(([path]) => path.endsWith('.yaml'));
  return readPolicies(files.map(([path, text]) => ({ path, id: path.slice(0, -'.yaml'.length), text }))).policies;
}

function textOf({ policies }: Bundle, id: string): string | undefined {
  return policies[`${id}.yaml`];
}

function lockedBy({ organisation }: Bundle): (id: string) => boolean {
  const { rules } = readOrganisationRules({ path: 'organisation.yaml', text: organisation });
  return (id) => rules !== null && isLocked(rules, id);
}
