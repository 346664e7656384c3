/** OSCAL 1.1.2 (NIST): figures by control as assessment results, exceptions as a plan of action and milestones. Pure. */
import { createHash } from 'node:crypto';
import type { ApprovedException } from '../../engine/index.ts';
import type { ExportAbout } from '../exceptions/export.ts';
import type { ComplianceReport } from '../protocol/compliance.ts';

const oscalVersion = '1.1.2';
const namespace = 'urn:kerb:oscal';

export function assessmentResults(report: ComplianceReport, about: ExportAbout): object {
  const { from, to, controls, decisions } = report;
  const key = `${about.tenant} ${from} ${to}`;
  const result = {
    uuid: uuidOf(`result ${key}`),
    title: `Decisions of ${about.tenant}`,
    description: `${decisions.total} decisions at the gates of developers and CI, of which ${decisions.deny} were refusals.`,
    ...{ start: from, end: to },
    'reviewed-controls': {
      'control-selections': [
        controls.length === 0
          ? { 'include-all': {} }
          : { 'include-controls': controls.map(({ control }) => ({ 'control-id': tokenOf(control) })) },
      ],
    },
  };
  const observed = controls.map((each) => observationOf(each, { key, at: to }));
  const findings = controls.map((each) => findingOf(each, key));
  return {
    'assessment-results': {
      uuid: uuidOf(`results ${key}`),
      metadata: metadataOf(`Compliance of ${about.tenant} by Kerb`, about),
      'import-ap': { href: `${about.url}/v1/policies` },
      results: [{ ...result, ...(controls.length === 0 ? {} : { observations: observed, findings }) }],
    },
  };
}

/** Null where there is none: a plan has an item at least. */
export function planOfAction(exceptions: readonly ApprovedException[], about: ExportAbout): object | null {
  if (exceptions.length === 0) return null;
  return {
    'plan-of-action-and-milestones': {
      uuid: uuidOf(`plan ${about.tenant} ${about.now}`),
      metadata: metadataOf(`Exceptions of ${about.tenant}`, about),
      'system-id': { 'identifier-type': namespace, id: stringOf(about.tenant) },
      risks: exceptions.map(riskOf),
      'poam-items': exceptions.map((exception) => ({
        uuid: uuidOf(`item ${exception.id}`),
        title: titleOf(exception),
        description: exception.statement,
        'related-risks': [{ 'risk-uuid': uuidOf(`risk ${exception.id}`) }],
      })),
    },
  };
}

type Control = ComplianceReport['controls'][number];

function observationOf(
  { control, findings, excepted, policies, openPerThousand }: Control,
  { key, at }: { readonly key: string; readonly at: string },
): object {
  return {
    uuid: uuidOf(`observation ${key} ${control}`),
    description: `${findings} findings of ${policies.length} policies, ${excepted} of them excepted: ${openPerThousand.toFixed(3)} open ones to 1,000 decisions.`,
    props: [
      { name: 'findings', ns: namespace, value: String(findings) },
      { name: 'excepted', ns: namespace, value: String(excepted) },
    ],
    methods: ['TEST'],
    collected: at,
  };
}

function findingOf({ control, framework, findings, excepted, policies }: Control, key: string): object {
  const state = findings > excepted ? 'not-satisfied' : 'satisfied';
  return {
    uuid: uuidOf(`finding ${key} ${control}`),
    title: `${control} (${framework})`,
    description: `Judged by the policies ${policies.join(', ')}.`,
    target: { type: 'objective-id', 'target-id': tokenOf(control), status: { state } },
    'related-observations': [{ 'observation-uuid': uuidOf(`observation ${key} ${control}`) }],
  };
}

function riskOf(exception: ApprovedException): object {
  const { id, statement, category, expiresAt, ticket, compensatingControls, approvals } = exception;
  return {
    uuid: uuidOf(`risk ${id}`),
    ...{ title: titleOf(exception), description: statement, statement },
    props: [
      { name: 'exception-id', ns: namespace, value: stringOf(id) },
      { name: 'category', ns: namespace, value: category },
      { name: 'approvals', ns: namespace, value: String(approvals.length) },
      ...(ticket === null || ticket.trim() === '' ? [] : [{ name: 'ticket', ns: namespace, value: stringOf(ticket) }]),
    ],
    status: 'deviation-approved',
    ...(compensatingControls.length === 0
      ? {}
      : {
          'mitigating-factors': compensatingControls.map((description, at) => ({
            ...{ uuid: uuidOf(`factor ${id} ${at}`), description },
          })),
        }),
    deadline: expiresAt,
  };
}

function titleOf({ id, policies, scope }: ApprovedException): string {
  const where = scope.repositories.length === 0 ? 'all repositories' : scope.repositories.join(', ');
  return `Exception ${id} from ${policies.map((policy) => policy.id).join(', ')} in ${where}`;
}

function metadataOf(title: string, { version, now }: ExportAbout): object {
  return { title, 'last-modified': new Date(now).toISOString(), version, 'oscal-version': oscalVersion };
}

/** A text as OSCAL's strings may be: one line, no blank at either end. */
function stringOf(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** A control's id as OSCAL's tokens may be: `CSF/PR.PS-01` is `CSF_PR.PS-01`. */
function tokenOf(control: string): string {
  return control.replaceAll(/[^\p{L}\p{N}.\-_]/gu, '_').replace(/^[^\p{L}_]/u, '_$&');
}

/** The same for the same name: a UUID of version 5 (RFC 9562) below a namespace of Kerb's own. */
function uuidOf(name: string): string {
  const bytes = createHash('sha1').update(`${namespace} ${name}`).digest().subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x50;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
