/** What is exported as CSV: columns, and a row for each. Pure. */
import type { ApprovedException } from '../../engine/index.ts';
import type { ComplianceReport } from '../protocol/compliance.ts';
import type { Table } from './csv.ts';
import type { ExportedFinding } from './finding.ts';

export function complianceTable({ from, to, controls, decisions }: ComplianceReport): Table {
  return {
    columns: [
      ...['from', 'to', 'control', 'framework', 'policies', 'decisions', 'findings', 'excepted'],
      'openPerThousand',
    ],
    rows: controls.map(({ control, framework, policies, findings, excepted, openPerThousand }) => [
      ...[from, to, control, framework, policies.join(' '), decisions.total, findings, excepted],
      Number(openPerThousand.toFixed(3)),
    ]),
  };
}

export function exceptionTable(exceptions: readonly ApprovedException[]): Table {
  return {
    columns: [
      ...['id', 'policies', 'repositories', 'category', 'statement', 'compensatingControls', 'ticket', 'requestedBy'],
      ...['approvedBy', 'notBefore', 'expiresAt', 'fingerprints'],
    ],
    rows: exceptions.map(({ id, policies, scope, category, statement, compensatingControls, ticket, ...rest }) => [
      ...[id, policies.map((policy) => policy.id).join(' '), scope.repositories.join(' '), category, statement],
      ...[compensatingControls.join('; '), ticket, rest.requestedBy, rest.approvals.map(({ who }) => who).join(' ')],
      ...[rest.notBefore, rest.expiresAt, rest.fingerprints.join(' ')],
    ]),
  };
}

export function findingTable(findings: readonly ExportedFinding[]): Table {
  return {
    columns: [
      ...['decision', 'at', 'device', 'repository', 'gate', 'effect', 'passed', 'policy', 'severity', 'enforcement'],
      ...['outcome', 'file', 'fingerprint', 'exception', 'commit', 'revision'],
    ],
    rows: findings.map(
      ({ decision, policy, severity, enforcement, outcome, file, fingerprint, exception, ...rest }) => [
        ...[decision.id, new Date(decision.at).toISOString(), decision.device, decision.repository, decision.gate],
        ...[decision.effect, decision.passed, policy, severity, enforcement, outcome, file, fingerprint],
        ...[exception === null ? null : (exception.id ?? exception.kind), rest.commit, rest.revision],
      ],
    ),
  };
}
