/** Taking in a root that people have signed: the only thing that says whose keys count. */
import { sha256Hex } from '../cryptography.ts';
import { approversOf, isSignedFor, ownerOf, type RootFile, readRootFile } from './metadata.ts';
import { type Desk, type Refused, type Ruling, refused } from './ruling.ts';
import { nextEnd, onlineKeyId, readShelf, type Shelf, targetsFile } from './shelf.ts';

export interface InstalledRoot {
  readonly version: number;
  /** What devices are told beforehand: `kerb enroll --root`. */
  readonly sha256: string;
}

/** The first root signs itself; each later one is signed by those whom the one before it names, too. */
export async function installRoot(desk: Desk, document: unknown): Promise<Ruling<InstalledRoot>> {
  const bytes = Buffer.from(JSON.stringify(document));
  const root = parse(bytes);
  if (root === null) return refused(400, 'invalid', 'this is no root of TUF 1.0');
  const shelf = await readShelf(desk);
  const wrong = whatIsWrong(root, shelf, desk);
  if (wrong !== null) return wrong;
  const { version } = root.signed;
  const file = { name: `metadata/${version}.root.json`, role: 'root', version, bytes } as const;
  const end = shelf.targets === null ? [] : nextEnd(shelf, targetsFile(shelf.targets), desk);
  const open = (await desk.publications.changeRequests(desk.tenant)).filter(({ state }) => state === 'open');
  const outdated = open.map(({ id }) => ({ kind: 'closeRequest', id, state: 'outdated', at: desk.now }) as const);
  return {
    kind: 'done',
    value: { version, sha256: sha256Hex(bytes) },
    deed: {
      act: 'root.install',
      subject: { version, sha256: sha256Hex(bytes) },
      changes: [{ kind: 'publish', files: [file, ...end] }, ...outdated],
    },
  };
}

function parse(bytes: Buffer): RootFile | null {
  try {
    return readRootFile(bytes);
  } catch {
    return null;
  }
}

function whatIsWrong(root: RootFile, shelf: Shelf, { online, now }: Desk): Refused | null {
  const { signed } = root;
  const wanted = (shelf.root?.signed.version ?? 0) + 1;
  if (signed.version !== wanted)
    return refused(409, 'outOfOrder', `root ${wanted} comes next, and this is ${signed.version}`);
  if (!signed.consistentSnapshot) return refused(422, 'invalid', 'root has to promise consistent snapshots');
  if (signed.isExpired(new Date(now))) return refused(422, 'invalid', `this root ran out at ${signed.expires}`);
  for (const role of ['snapshot', 'timestamp'] as const) {
    const { keyIDs, threshold } = signed.roles[role]!;
    if (threshold !== 1 || keyIDs.length !== 1 || keyIDs[0] !== onlineKeyId(online[role]))
      return refused(
        422,
        'invalid',
        `the role ${role} takes this hub's own key and no other: kerb hub root makes such a root`,
      );
  }
  const people = [...signed.roles.root!.keyIDs, ...signed.roles.targets!.keyIDs];
  if (people.some((id) => id === onlineKeyId(online.snapshot) || id === onlineKeyId(online.timestamp)))
    return refused(422, 'invalid', 'a key that this hub holds may sign neither root nor policies');
  const doubled = doubledPerson(root);
  if (doubled !== null) return refused(422, 'invalid', doubled);
  if (!isSignedFor('root', root, root) || (shelf.root !== null && !isSignedFor('root', root, shelf.root)))
    return refused(
      422,
      'unsigned',
      'this root lacks signatures: of those that it names, or of those that the one before it names',
    );
  if (shelf.targets !== null && !isSignedFor('targets', shelf.targets.file, root))
    return refused(
      409,
      'wouldStrand',
      'the policies in force would lack signatures under this root: keep enough of the old approvers in it, publish by the new ones, and take the old ones out after that',
    );
  return null;
}

/** An approver is a person: a person with two keys could approve twice, and so could one key under two names. */
function doubledPerson(root: RootFile): string | null {
  for (const role of ['root', 'targets'] as const) {
    const { keyIDs, threshold } = root.signed.roles[role]!;
    const keys = keyIDs.map((id) => root.signed.keys[id]);
    if (threshold > keys.length)
      return `the role ${role} asks for ${threshold} signatures, and has ${keys.length} keys`;
    const material = keys.map((key) => key?.keyVal.public?.toLowerCase());
    if (material.includes(undefined) || new Set(material).size < keyIDs.length)
      return `the role ${role} names one key twice`;
  }
  const owners = Object.values(approversOf(root).keys).map(ownerOf);
  if (owners.includes(null)) return 'of each approver’s key, root has to say whose it is';
  return new Set(owners).size < owners.length ? 'one person has two approvers’ keys' : null;
}
