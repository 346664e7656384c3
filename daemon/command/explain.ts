/** `kerb explain`: all that there is to know about a policy. */
import path from 'node:path';
import process from 'node:process';
import {
  compilePolicies,
  findExample,
  isDueForReview,
  type OwnPolicy,
  ownPolicies,
  type Policy,
  why,
} from '../../engine/index.ts';
import { createNative, loadPage, readWorkFile, relativePath, type Setup } from '../../repository/index.ts';
import { type Arguments, type Command, type ExitCode, UsageError } from '../command.ts';
import { print } from '../output.ts';
import { loadPoliciesHere, policyNamed } from '../policies.ts';
import { printable, type Style, styleFor, wrap } from '../report/style.ts';
import { whyText } from '../report/whyText.ts';

export const explainCommand: Command = {
  usage: 'explain ID',
  summary: 'why a policy is, what to do, where it comes from',
  description:
    'Explains a policy. ID is its id (kubernetes/privileged) or what another tool calls it (checkov/CKV_K8S_16).\nWith --file, shows what each part of its CEL gave for every resource of a file, and which parts were never asked.',
  options: {
    file: { value: 'FILE', help: 'why the policy says what it says of this file' },
    policies: { value: 'DIR', repeatable: true, help: 'more policies, as for kerb check' },
  },
  dashes: 'options',
  run,
};

async function run(given: Arguments): Promise<ExitCode> {
  const [name, ...more] = given.words;
  if (name === undefined || more.length > 0)
    throw new UsageError('name one policy: kerb explain kubernetes/privileged');
  const own = ownPolicies.find(({ id }) => id === name);
  if (own !== undefined) {
    await print(ownExplanation(own, styleFor(process.stdout)));
    return 0;
  }
  const setup = await loadPoliciesHere(given.values('policies'));
  const policy = policyNamed(setup.policies, name);
  const file = given.value('file');
  if (file !== null) return explainOn(setup, policy, file);
  const page = loadPage(setup, policy);
  await print(explanationOf(policy, enforcementHere(setup, policy), page, styleFor(process.stdout)));
  return 0;
}

/** The policy's CEL on one file, part by part. */
async function explainOn(setup: Setup, policy: Policy, name: string): Promise<ExitCode> {
  const style = styleFor(process.stdout);
  if (policy.rule.kind !== 'require' && policy.rule.kind !== 'rego')
    throw new UsageError(`${policy.id} is a ${policy.rule.kind} rule: it has no expression to show the parts of`);
  const native = createNative();
  const policies = compilePolicies(setup.policies, setup.configuration, native);
  const reading = readWorkFile(setup.root, relativePath(setup.root, path.resolve(name)));
  if (reading.kind !== 'text')
    throw new UsageError(`${name}: ${reading.kind === 'problem' ? reading.message : 'is no text'}`);
  const context = { gate: 'check', date: new Date().toISOString().slice(0, 10) };
  const found = why({ file: reading.file, policies, id: policy.id, native, context });
  if (found.length === 0)
    await print(`${policy.id} judges nothing in ${printable(name)}: it is about ${policy.resources.join(', ')}\n`);
  for (const { resource, where, require, rego } of found) {
    await print(`${style.bold(printable(resource))}\n`);
    if (where !== null) await print(`  where\n${whyText(where, style, '    ')}`);
    if (require !== null) await print(`  require\n${whyText(require, style, '    ')}`);
    if (rego !== null) await print(`  rego\n${whyText(rego, style, '    ')}`);
  }
  return 0;
}

function ownExplanation({ id, title, severity, enforcement, why, remedy }: OwnPolicy, style: Style): string {
  const row = (label: string, text: string) => `${style.dim(label.padEnd(13))}${wrap(text, 87, ' '.repeat(13))}`;
  const head = [style.bold(title), `${style.cyan(id)}  ${severity}, ${enforcement}`, ''];
  return `${[...head, row('why', why), row('remedy', remedy)].join('\n')}\n`;
}

function enforcementHere({ policies, configuration }: Setup, { id, enforcement }: Policy): string {
  const enabled = compilePolicies(policies, configuration, createNative()).policies.find(
    ({ policy }) => policy.id === id,
  );
  if (enabled === undefined) return 'off in this repository';
  return enabled.enforcement === enforcement
    ? enforcement
    : `${enabled.enforcement} in this repository, ${enforcement} by default`;
}

function explanationOf(policy: Policy, enforcement: string, page: string | null, style: Style): string {
  const row = (label: string, text: string) =>
    text === '' ? '' : `${style.dim(label.padEnd(13))}${wrap(printable(text), 87, ' '.repeat(13))}`;
  const list = (label: string, texts: readonly string[]) => row(label, texts.join(', '));
  const parameters = Object.entries(policy.parameters).map(([name, parameter]) =>
    row(
      'parameter',
      `${name} (${parameter.type}, default ${JSON.stringify(parameter.default)}): ${parameter.description}`,
    ),
  );
  const rows = [
    style.bold(policy.title),
    `${style.cyan(policy.id)}  ${policy.severity}, ${enforcement}`,
    '',
    row('why', policy.why),
    row('remedy', policy.remedy),
    row(
      'fix',
      policy.fix === null
        ? ''
        : `${policy.fix.title} (${policy.fix.safe ? 'safe: kerb check --fix' : 'to be read before it is applied'})`,
    ),
    row('judges', policy.resources.join(', ')),
    ...parameters,
    list('owners', policy.owners),
    list('controls', policy.controls),
    list('elsewhere', policy.equivalents),
    row(
      'adopted',
      policy.adopted === null
        ? ''
        : `${policy.adopted}${policy.review === null ? '' : `, ${dueText(policy, policy.review)}`}`,
    ),
    ...policy.references.map((reference) => `${style.dim('more'.padEnd(13))}${style.blue(printable(reference))}`),
    `${style.dim('defined in'.padEnd(13))}${printable(policy.file.replace(/^kerb:/, 'Kerb itself, policies/'))}`,
  ].filter((line, index) => line !== '' || index === 2);
  const example = page === null ? '' : exampleOf(page);
  return `${rows.join('\n')}\n${example === '' ? '' : `\n${style.dim('an example')}\n${example}\n`}`;
}

function dueText(policy: Policy, review: string): string {
  const isDue = isDueForReview(policy, new Date().toISOString().slice(0, 10));
  return isDue ? `and due for review since ${review}` : `to be reviewed by ${review}`;
}

/** The first case of the page that shows a finding: its block, indented. */
function exampleOf(page: string): string {
  const example = findExample(page, (lines) => lines.some((line) => /\^\^|~~/.test(line)));
  if (example === null) return '';
  const lines = example.text.trimEnd().split('\n');
  return lines.map((line) => `  ${printable(line)}`).join('\n');
}
