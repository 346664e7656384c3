/** What several sets of the same policies have in common: compiled once for all of them, and held as long as the policies. */
import { createRegoCompiler, type RegoCompiler } from '../rule/rego/rule.ts';
import { compileSecrets, type SecretScanner } from '../rule/secret.ts';
import { type VettedParts, vettedParts } from './compilePolicy.ts';
import type { Policy } from './policy.ts';

/** Knows policies by identity: the same text read twice is compiled twice, but for the bundles of Rego in it. */
export interface Compilations {
  parts(policy: Policy, kind: string): VettedParts;
  /** One scanner for all secret policies among these; null without any. */
  scanner(policies: readonly Policy[]): SecretScanner | null;
  readonly rego: RegoCompiler;
}

/** Shares nothing yet, but for the bundles that `rego` holds. Of scanners it holds the last one: repositories seldom have secret policies of their own. */
export function createCompilations(rego: RegoCompiler = createRegoCompiler()): Compilations {
  const known = new WeakMap<Policy, Map<string, VettedParts>>();
  let last: { readonly of: readonly Policy[]; readonly scanner: SecretScanner | null } | null = null;
  return {
    rego,
    parts(policy, kind) {
      const kinds = known.get(policy) ?? new Map<string, VettedParts>();
      known.set(policy, kinds);
      const parts = kinds.get(kind) ?? vettedParts(policy, kind, rego);
      kinds.set(kind, parts);
      return parts;
    },
    scanner(policies) {
      const of = policies.filter(({ rule }) => rule.kind === 'secret');
      if (last === null || !areSame(last.of, of)) last = { of, scanner: scannerOf(of) };
      return last.scanner;
    },
  };
}

function areSame(a: readonly Policy[], b: readonly Policy[]): boolean {
  return a.length === b.length && a.every((policy, index) => policy === b[index]);
}

function scannerOf(policies: readonly Policy[]): SecretScanner | null {
  const rules = policies.flatMap(({ id, rule, vetted }) =>
    rule.kind === 'secret' ? [{ policy: id, secret: rule.secret, isSound: vetted !== undefined }] : [],
  );
  return rules.length === 0 ? null : compileSecrets(rules);
}
