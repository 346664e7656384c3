/** The bundles that an OPA fetches: what is published, and how it is to be configured. */
import { readExceptions } from '../../engine/index.ts';
import { sha256Hex } from '../cryptography.ts';
import type { Catalogues } from '../policies/catalogue.ts';
import { readTarget } from '../policies/inForce.ts';
import type { Desk } from '../policies/ruling.ts';
import { readShelf, type Shelf } from '../policies/shelf.ts';
import { bundleVersionOf, exceptionsTarget } from '../protocol.ts';
import { bundleArchive, opaKeyId } from './archive.ts';
import { decisionRego } from './decision.ts';
import { opaDocument } from './document.ts';

export interface OpaBundle {
  readonly etag: string;
  readonly bytes: Uint8Array;
}

export interface OpaBundles {
  /** What is published; null before the first publication. */
  published(desk: Desk): Promise<OpaBundle | null>;
  /** The rest of an OPA's configuration, for its `discovery`. */
  discovery(): Promise<OpaBundle>;
}

const maxRemembered = 100;
const longPollSeconds = 50;

/** Makes each bundle once. */
export function createOpaBundles(catalogues: Catalogues, key: string): OpaBundles {
  const made = new Map<number, OpaBundle>();
  let discovery: Promise<OpaBundle> | null = null;
  return {
    async published(desk) {
      const shelf = await readShelf(desk);
      const etag = etagOf(shelf);
      const known = made.get(desk.tenant);
      if (etag === null || known?.etag === etag) return known ?? null;
      const bytes = await publishedArchive(desk, shelf, { catalogues, key });
      if (made.size >= maxRemembered) made.delete(made.keys().next().value!);
      const bundle = { etag, bytes };
      made.set(desk.tenant, bundle);
      return bundle;
    },
    discovery() {
      discovery ??= discoveryBundle(key);
      return discovery;
    },
  };
}

/** By what it is made of: signatures differ each time. Null where nothing is published. */
function etagOf({ targets, exceptions }: Shelf): string | null {
  if (targets === null) return null;
  const parts = [targets, exceptions].map((each) => (each === null ? '' : sha256Hex(each.bytes)));
  return `"${sha256Hex(['kerb', decisionRego, ...parts].join('\n')).slice(0, 32)}"`;
}

async function publishedArchive(
  desk: Desk,
  { targets, exceptions }: Shelf,
  { catalogues, key }: { readonly catalogues: Catalogues; readonly key: string },
): Promise<Uint8Array> {
  const catalogue = await catalogues.of(desk.tenant);
  if (catalogue === null) throw new Error('what is published is not in the catalogue');
  const text = await readTarget(desk, exceptions, exceptionsTarget);
  const numbers = Object.keys(targets?.file.signed.targets ?? {}).map(bundleVersionOf);
  const revisions = numbers.filter((number) => number !== null).sort((a, b) => a - b);
  const document = opaDocument(catalogue, {
    revisions,
    exceptions: text === null ? [] : readExceptions(text).exceptions,
  });
  const revision = `${catalogue.inForce.number}.${exceptions?.file.signed.version ?? 0}`;
  const files = [
    { name: 'kerb/data.json', content: document },
    { name: 'kerb/decision.rego', content: decisionRego },
  ];
  return bundleArchive({ revision, roots: ['kerb'] }, files, key);
}

/** Services and keys stay in the boot configuration: an OPA takes neither from what it discovers. */
async function discoveryBundle(key: string): Promise<OpaBundle> {
  const content = {
    bundles: {
      kerb: {
        resource: 'bundles/kerb',
        signing: { keyid: opaKeyId },
        polling: { long_polling_timeout_seconds: longPollSeconds },
      },
    },
    decision_logs: { reporting: { min_delay_seconds: 5, max_delay_seconds: 10 } },
    status: {},
  };
  const etag = `"${sha256Hex(JSON.stringify(content)).slice(0, 32)}"`;
  const manifest = { revision: etag.slice(1, 13), roots: Object.keys(content) };
  return { etag, bytes: await bundleArchive(manifest, [{ name: 'data.json', content }], key) };
}
