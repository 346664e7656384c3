/**
 * Policies of others as policies of Kerb: ValidatingAdmissionPolicy, Kyverno, ast-grep. What is imported means the same, or is
 * refused with the reason and its place: a policy that only nearly says the same is worse than none.
 */
import type { Position } from '../../../document/index.ts';
import type { Native, SourceFile } from '../../../model.ts';
import { checkPolicies, compilePolicies } from '../../compile.ts';
import { defaultConfiguration } from '../../configuration.ts';
import { readPolicies } from '../../read.ts';
import { fromAdmissionPolicy, fromValidatingPolicy } from './admission.ts';
import { fromAstGrep } from './astGrep.ts';
import { type Draft, textOfDraft } from './draft.ts';
import { kindOf, refusalOf } from './kind.ts';
import { fromClusterPolicy } from './kyverno.ts';
import { type Manifest, readManifests } from './manifest.ts';
import { Refusal } from './refusal.ts';

/** What became of one thing in the file. */
export type Imported =
  | { readonly kind: 'imported'; readonly id: string; readonly yaml: string; readonly notes: readonly string[] }
  | { readonly kind: 'refused'; readonly name: string; readonly reason: string; readonly position: Position };

export interface ImportRequest {
  readonly file: SourceFile;
  /** What the ids of the policies begin with. */
  readonly domain: string;
  readonly native: Native;
}

/** Everything in a file that is a policy somewhere. Never throws. */
export function importPolicies({ file, domain, native }: ImportRequest): readonly Imported[] {
  const read = readManifests(file);
  if ('problem' in read) return [{ kind: 'refused', name: file.path, reason: read.problem, position: read.position }];
  return read.manifests.flatMap((manifest) => {
    const kind = kindOf(manifest.value);
    const importer = importers.get(kind) ?? refuser(kind);
    if (importer === null) return [];
    try {
      return importer(manifest, read.manifests, domain).map((draft) => checked(draft, native));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const position = manifest.position(error.path, error.within);
      return [{ kind: 'refused' as const, name: nameOf(manifest), reason: error.message, position }];
    }
  });
}

type Importer = (manifest: Manifest, others: readonly Manifest[], domain: string) => readonly Draft[];

const importers: ReadonlyMap<string, Importer> = new Map<string, Importer>([
  ['admissionregistration.k8s.io ValidatingAdmissionPolicy', fromAdmissionPolicy],
  ['policies.kyverno.io ValidatingPolicy', fromValidatingPolicy],
  ['kyverno.io ClusterPolicy', fromClusterPolicy],
  ['ast-grep', (manifest, _others, domain) => fromAstGrep(manifest, domain)],
  ['kyverno.io Policy', fromClusterPolicy],
]);

/** Null for what is no policy. */
function refuser(kind: string): Importer | null {
  const reason = refusalOf(kind);
  if (reason === null) return null;
  return () => {
    throw new Refusal([kind === 'semgrep' ? 'rules' : 'kind'], reason);
  };
}

function nameOf({ value }: Manifest): string {
  const { name } = (value.metadata ?? {}) as { readonly name?: unknown };
  if (Array.isArray(value.rules)) return value.rules.map((rule) => String(Object(rule).id)).join(', ');
  return typeof name === 'string' ? name : String(value.id ?? value.kind);
}

/** What has been put together is read and compiled as any other policy is: no import leaves a policy that does not. */
function checked(draft: Draft, native: Native): Imported {
  const { id, notes } = draft;
  const yaml = textOfDraft(draft);
  const { policies, problems } = readPolicies([{ id, path: `${id}.yaml`, text: yaml }]);
  const compiled = checkPolicies(compilePolicies(policies, defaultConfiguration, native), native);
  const wrong = [...problems, ...compiled].find(({ severity }) => severity === 'error');
  if (wrong !== undefined) {
    const key = [...yaml.slice(0, wrong.span.start + 1).matchAll(/^\w+/gm)].at(-1)?.[0] ?? '';
    throw new Refusal(draft.origins[key] ?? [], `here it would be wrong: ${wrong.message}`);
  }
  return { kind: 'imported', id, yaml, notes };
}
