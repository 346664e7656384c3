/** Findings as events of OCSF: class Compliance Finding (2003). Pure. */
import type { Policy } from '../../engine/index.ts';
import { frameworkOf } from '../compliance/control.ts';
import type { ExportAbout } from '../exceptions/export.ts';
import type { ExportedFinding } from './finding.ts';

export const schemaVersion = '1.8.0';
const classUid = 2_003;
const create = 1;
export const severities = { info: 1, low: 2, medium: 3, high: 4, critical: 5 } as const;
export const captions = {
  info: 'Informational',
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  critical: 'Critical',
} as const;
/** Of the finding: whether anybody has to look at it. */
const statuses = { new: { status_id: 1, status: 'New' }, suppressed: { status_id: 3, status: 'Suppressed' } } as const;
/** Of the check. What could not be judged is a warning, as OCSF has it for what lacks information. */
const verdicts = {
  fail: { status_id: 3, status: 'Fail' },
  error: { status_id: 2, status: 'Warning' },
  unknown: { status_id: 2, status: 'Warning' },
} as const;

export function ocsfEvent(finding: ExportedFinding, policy: Policy | undefined, about: ExportAbout): object {
  const { decision, severity } = finding;
  const controls = policy?.controls ?? [];
  return {
    ...{ activity_id: create, activity_name: 'Create', category_uid: 2, category_name: 'Findings' },
    ...{ class_uid: classUid, class_name: 'Compliance Finding', type_uid: classUid * 100 + create },
    ...{ severity_id: severities[severity], severity: captions[severity], time: decision.at },
    ...statuses[finding.exception === null ? 'new' : 'suppressed'],
    message: policy?.title ?? finding.policy,
    metadata: {
      version: schemaVersion,
      product: { name: 'Kerb', vendor_name: 'Kerb', version: about.version },
      ...{ uid: `${decision.id}/${finding.fingerprint}`, correlation_uid: decision.id, logged_time: decision.received },
      tenant_uid: about.tenant,
    },
    finding_info: {
      ...{ uid: finding.fingerprint, title: policy?.title ?? finding.policy, created_time: decision.at },
      analytic: { uid: finding.policy, name: finding.policy, type_id: 1, type: 'Rule' },
      src_url: `${about.url}/#/decisions/${decision.id}`,
      ...(policy === undefined ? {} : { desc: policy.why }),
    },
    compliance: {
      control: controls[0] ?? finding.policy,
      standards: controls.length === 0 ? ['Kerb'] : [...new Set(controls.map(frameworkOf))],
      requirements: controls,
      ...verdicts[finding.outcome],
    },
    ...(policy === undefined ? {} : { remediation: { desc: policy.remedy } }),
    resources: [{ type: 'repository', uid: decision.repository ?? '', name: decision.repository ?? '' }],
    unmapped: {
      ...{ gate: decision.gate, effect: decision.effect, passed: decision.passed, device: decision.device },
      ...{ enforcement: finding.enforcement, outcome: finding.outcome, file: finding.file, commit: finding.commit },
      ...{ revision: finding.revision, exception: finding.exception },
    },
  };
}
