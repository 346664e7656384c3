/** What is tried on past decisions: an organisation's policies that are only proposed, or the rules in a work tree. */
import {
  type CurrentOrganisation,
  createCompilations,
  formatBundle,
  type Native,
  proposedOrganisation,
  readPolicies,
  type SourceFile,
} from '../../engine/index.ts';
import { loadSetup, type Setup } from '../../repository/index.ts';
import { UsageError } from '../command.ts';
import { createRulings, type Ruling, type Rulings, rulingOf } from '../gate/ruling.ts';
import { readPolicyFolder } from '../review/policyFolder.ts';

export interface CandidateParts {
  readonly native: Native;
  /** What governs now. */
  readonly organisation: CurrentOrganisation;
}

/** The rules of each change's base, as they would be with a proposed bundle. Throws `UsageError` where that cannot govern. */
export function bundleRulings(bundle: string, { native, organisation: inForce }: CandidateParts): Rulings {
  const exceptions = inForce?.kind === 'organisation' ? inForce.exceptions : null;
  const organisation = proposedOrganisation({ bundle, exceptions });
  if (typeof organisation === 'string')
    throw new UsageError(`the proposed policies cannot be in force: ${organisation}`);
  return createRulings({ native, organisation: () => organisation });
}

/** The text of the bundle that a folder would be published as. Throws `UsageError`. */
export function bundleIn(folder: string, { organisation: inForce }: Pick<CandidateParts, 'organisation'>): string {
  const version = inForce?.kind === 'organisation' ? Number(inForce.revision) + 1 : 1;
  try {
    return formatBundle({ version, ...readPolicyFolder(folder) });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${folder} is no bundle: it holds organisation.yaml, and <domain>/<name>.yaml and .md`);
  }
}

export interface WorkTreeCandidate {
  readonly root: string;
  /** Further policy folders, absolute. */
  readonly folders: readonly string[];
  /** A policy as it stands in an editor: in the place of the one in that file. */
  readonly draft: SourceFile | null;
}

/** The rules as they stand in a work tree, for every change of its repository. Throws `UsageError` where they are broken. */
export async function workTreeRulings(
  { root, folders, draft }: WorkTreeCandidate,
  { native, organisation }: CandidateParts,
): Promise<Rulings> {
  const saved = await loadSetup({ root, origin: { kind: 'workTree' }, folders, organisation });
  const ruling = rulingOf(draft === null ? saved : withDraft(saved, draft), { native, shared: createCompilations() });
  const [broken] = ruling.problems.filter(({ severity }) => severity === 'error');
  if (broken !== undefined) throw new UsageError(`${broken.file}:${broken.range.start.line}: ${broken.message}`);
  return { of: async (): Promise<Ruling> => ruling };
}

function withDraft(setup: Setup, { path, text }: SourceFile): Setup {
  const known = setup.policies.find(({ file }) => file === path);
  const id = known?.id ?? /([a-z0-9-]+\/[a-z0-9-]+)\.yaml$/.exec(path)?.[1];
  if (id === undefined) throw new UsageError(`${path} is no policy: those are <domain>/<name>.yaml`);
  const { policies, problems } = readPolicies([{ id, path, text }]);
  return {
    ...setup,
    policies: [...setup.policies.filter((policy) => policy.id !== id), ...policies].sort((a, b) =>
      a.id < b.id ? -1 : 1,
    ),
    problems: [...setup.problems.filter(({ file }) => file !== path), ...problems],
  };
}
