/**
 * Exceptions in force for other tools: as OpenVEX statements, or as suppressed results of SARIF. Pure. What these forms have
 * no word for is left out, and stands in the signed document.
 */
import { type ApprovedException, prepareException } from '../../engine/index.ts';

export interface ExportAbout {
  readonly tenant: string;
  /** The hub's address. */
  readonly url: string;
  readonly version: string;
  readonly now: number;
}

type Named = ApprovedException['policies'][number];

/** Those that hold at an instant, by their dates. */
export function inForceAt(exceptions: readonly ApprovedException[], now: number): readonly ApprovedException[] {
  return exceptions.filter((exception) => {
    const { notBeforeMs, expiresAtMs, revokedAtMs } = prepareException(exception);
    return notBeforeMs <= now && now < expiresAtMs && now < revokedAtMs;
  });
}

/** OpenVEX 0.2.0. A policy takes the place of the vulnerability, a repository that of the product. */
export function openVex(exceptions: readonly ApprovedException[], { tenant, url, now }: ExportAbout): object {
  return {
    '@context': 'https://openvex.dev/ns/v0.2.0',
    '@id': `${url}/v1/exports/exceptions/${encodeURIComponent(tenant)}/${now}`,
    author: tenant,
    timestamp: iso(now),
    version: 1,
    tooling: 'kerb',
    statements: exceptions.flatMap((exception) => exception.policies.map((policy) => statementOf(exception, policy))),
  };
}

/** SARIF 2.1.0: a result for each fingerprint that an exception names, or one for an exception that names none. */
export function sarifSuppressions(exceptions: readonly ApprovedException[], { version }: ExportAbout): object {
  const results = exceptions.flatMap((exception) =>
    exception.policies.flatMap((policy) => resultsOf(exception, policy)),
  );
  const rules = [...new Set(results.map(({ ruleId }) => ruleId))].sort().map((id) => ({ id }));
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver: { name: 'kerb', version, rules } }, results }],
  };
}

function statementOf(exception: ApprovedException, { id }: Named): object {
  const { scope, category, statement, justification, notBefore, compensatingControls } = exception;
  const repositories = scope.repositories.length === 0 ? ['*'] : scope.repositories;
  const words = [statement, ...compensatingControls].join('; ');
  return {
    '@id': `urn:kerb:exception:${encodeURIComponent(exception.id)}`,
    vulnerability: { name: id },
    products: repositories.map((repository) => ({ '@id': productOf(repository) })),
    timestamp: notBefore,
    status_notes: notesOf(exception),
    ...(isAffected(category)
      ? { status: 'affected', action_statement: words }
      : { status: 'not_affected', impact_statement: words, ...justified(category, justification) }),
  };
}

/** Whoever waives or accepts a risk has it; whoever met it otherwise, or was wrongly reported, has not. */
function isAffected(category: ApprovedException['category']): boolean {
  return category === 'waiver' || category === 'riskAccepted';
}

const justifications = [
  ...['component_not_present', 'vulnerable_code_not_present', 'vulnerable_code_not_in_execute_path'],
  ...['vulnerable_code_cannot_be_controlled_by_adversary', 'inline_mitigations_already_exist'],
];

function justified(category: ApprovedException['category'], justification: string | null): object {
  if (justification !== null && justifications.includes(justification)) return { justification };
  return category === 'mitigated' ? { justification: 'inline_mitigations_already_exist' } : {};
}

/** A package URL where there is one; else a name that nobody else uses. */
function productOf(repository: string): string {
  const [, path] = /^github\.com\/([\w.-]+\/[\w.-]+)$/.exec(repository) ?? [];
  return path === undefined
    ? `urn:kerb:repository:${encodeURIComponent(repository)}`
    : `pkg:github/${path.toLowerCase()}`;
}

function notesOf({ expiresAt, approvals, ticket }: ApprovedException): string {
  const by = approvals.map(({ who }) => who).join(', ');
  return `until ${expiresAt}, approved by ${by}${ticket === null ? '' : `, ${ticket}`}`;
}

function resultsOf(exception: ApprovedException, { id }: Named) {
  const { fingerprints, statement, category, expiresAt, scope, ticket } = exception;
  const properties = { exception: exception.id, category, expiresAt, scope, ticket };
  const suppressions = [{ kind: 'external', status: 'accepted', justification: statement, properties }];
  const result = {
    ruleId: id,
    level: 'note',
    message: { text: `excepted until ${expiresAt}: ${statement}` },
    suppressions,
  };
  if (fingerprints.length === 0) return [result];
  return fingerprints.map((fingerprint) => ({ ...result, partialFingerprints: { 'kerb/v1': fingerprint } }));
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
