/** `kerb export`: policies in the form that another enforcement point takes. */
import { compilePolicies, type EnabledPolicy, exportAdmission } from '../../engine/index.ts';
import { createNative } from '../../repository/index.ts';
import { type Arguments, type Command, type ExitCode, UsageError } from '../command.ts';
import { complain, print } from '../output.ts';
import { loadPoliciesHere, policyNamed } from '../policies.ts';
import { counted } from '../report/summary.ts';

export const exportCommand: Command = {
  usage: 'export FORM [ID…]',
  summary: 'policies as ValidatingAdmissionPolicy or for Kyverno',
  description: `Prints policies as manifests. FORM is vap (ValidatingAdmissionPolicy and its binding) or kyverno (ValidatingPolicy).
Without ID: every policy on Kubernetes that is on here and that can be said there. An export means the same as the policy,
or there is none: what the API server's CEL cannot say is refused by name, with the reason.
Exit code 2 when a policy that was named is refused, or nothing is left.`,
  options: {
    policies: { value: 'DIR', repeatable: true, help: 'more policies, as for kerb check' },
  },
  dashes: 'options',
  run,
};

async function run(given: Arguments): Promise<ExitCode> {
  const [form, ...ids] = given.words;
  if (form !== 'vap' && form !== 'kyverno')
    throw new UsageError('say in which form: kerb export vap, kerb export kyverno');
  const setup = await loadPoliciesHere(given.values('policies'));
  const native = createNative();
  const enabled = compilePolicies(setup.policies, setup.configuration, native).policies;
  const wanted = ids.map((id) => enabledNamed(policyNamed(setup.policies, id).id, enabled));
  const chosen = ids.length > 0 ? wanted : enabled.filter(isOnKubernetes);
  const manifests: string[] = [];
  let refused = 0;
  for (const { policy, enforcement, parameters } of chosen) {
    const result = exportAdmission({ policy, enforcement, parameters, form, native });
    if (result.kind === 'exported') manifests.push(result.yaml);
    else {
      refused++;
      await complain(`kerb: ${policy.id} is not exported: ${result.reason}\n`);
    }
  }
  await print(manifests.join('---\n'));
  await complain(`kerb: ${counted(manifests.length, 'policy', 'policies')} exported, ${refused} not\n`);
  return manifests.length === 0 || (ids.length > 0 && refused > 0) ? 2 : 0;
}

function enabledNamed(id: string, enabled: readonly EnabledPolicy[]): EnabledPolicy {
  const found = enabled.find(({ policy }) => policy.id === id);
  if (found === undefined) throw new UsageError(`${id} is off here: kerb.yaml says so`);
  return found;
}

function isOnKubernetes({ policy }: EnabledPolicy): boolean {
  return policy.resources.some((kind) => kind.startsWith('kubernetes.'));
}
