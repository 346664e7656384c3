/**
 * What an OPA gets below `data.kerb`: what is published, as data. An OPA runs no CEL, so nothing here judges a manifest; it
 * is for policies that go by what Kerb knows and has decided.
 */
import type { ApprovedException } from '../../engine/index.ts';
import type { Catalogue, CataloguedPolicy } from '../policies/catalogue.ts';

export interface OpaDocument {
  /** Numbers of the bundles that decisions may rest on: while a rollout is under way, two. */
  readonly revisions: readonly string[];
  readonly bundle: Catalogue['inForce'];
  /** By id. Of the newest bundle: an OPA is in no ring. */
  readonly policies: Readonly<Record<string, object>>;
  /** By id, as they were signed, those that have ended as well. */
  readonly exceptions: Readonly<Record<string, ApprovedException>>;
}

export function opaDocument(
  { inForce, policies }: Catalogue,
  {
    revisions,
    exceptions,
  }: { readonly revisions: readonly number[]; readonly exceptions: readonly ApprovedException[] },
): OpaDocument {
  return {
    revisions: revisions.map(String),
    bundle: inForce,
    policies: Object.fromEntries(policies.map((each) => [each.policy.id, shown(each)])),
    exceptions: Object.fromEntries(exceptions.map((each) => [each.id, each])),
  };
}

/** `source` is the policy's text, its CEL included, and `sha256` that text's hash. */
function shown({ policy, sha256, isLocked }: CataloguedPolicy): object {
  const { title, severity, enforcement, why, remedy, owners, adopted, review, controls, equivalents } = policy;
  const said = { title, severity, enforcement, why, remedy, owners, adopted, review, controls, equivalents };
  return { ...said, resources: policy.resources, isLocked, sha256, source: policy.source };
}
