/** Publications that are right, one after the other, by people whose keys are known. */
import { type Bundle, formatBundle, formatRollout, type Rollout } from '../../engine/index.ts';
import { createSigner, type Publication, type RootFile, type Signer } from './publication.ts';

/** Who may sign what: policies take two of three approvers. */
export interface People {
  readonly root: readonly Signer[];
  readonly approvers: readonly Signer[];
  readonly snapshot: Signer;
  readonly timestamp: Signer;
  readonly exceptions: Signer;
}

export interface Content {
  readonly bundles: readonly Bundle[];
  readonly exceptions?: string;
  readonly rollout?: Rollout;
}

export function createPeople(): People {
  return {
    root: [createSigner(), createSigner()],
    approvers: [createSigner(), createSigner(), createSigner()],
    snapshot: createSigner(),
    timestamp: createSigner(),
    exceptions: createSigner(),
  };
}

/** What a hub with these people publishes as its nth publication, good for a day and a half from `at`. */
export function publicationOf(
  people: People,
  content: Content,
  { version, at }: { readonly version: number; readonly at: number },
): Publication {
  const expires = new Date(at + 129_600_000).toISOString();
  const [first, second] = people.approvers;
  if (first === undefined || second === undefined) throw new Error('policies take two approvers');
  return {
    roots: [rootOf(people)],
    targets: {
      version,
      expires,
      signers: [first, second],
      targets: {
        ...Object.fromEntries(
          content.bundles.map((bundle) => [`policies/${bundle.version}.json`, formatBundle(bundle)]),
        ),
        ...(content.rollout === undefined ? {} : { 'rollout.json': formatRollout(content.rollout) }),
      },
      delegations: [{ name: 'exceptions', signers: [people.exceptions], threshold: 1, paths: ['exceptions.json'] }],
    },
    delegated:
      content.exceptions === undefined
        ? {}
        : {
            exceptions: {
              version,
              expires,
              signers: [people.exceptions],
              targets: { 'exceptions.json': content.exceptions },
            },
          },
    snapshot: { version, expires, signers: [people.snapshot] },
    timestamp: { version, expires, signers: [people.timestamp] },
  };
}

/** The first root of these people, always the same. */
function rootOf({ root, approvers, snapshot, timestamp }: People): RootFile {
  return {
    version: 1,
    expires: '2036-01-01T00:00:00.000Z',
    signers: root,
    rights: {
      root: { signers: root, threshold: 2 },
      targets: { signers: approvers, threshold: 2 },
      snapshot: { signers: [snapshot], threshold: 1 },
      timestamp: { signers: [timestamp], threshold: 1 },
    },
  };
}
