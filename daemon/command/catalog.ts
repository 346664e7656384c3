/** `kerb catalog`: which policies there are. */
import process from 'node:process';
import { compilePolicies, type EnabledPolicy, type Policy } from '../../engine/index.ts';
import { createNative } from '../../repository/index.ts';
import { type Arguments, type Command, type ExitCode, UsageError } from '../command.ts';
import { print } from '../output.ts';
import { loadPoliciesHere } from '../policies.ts';
import { formatCatalogMarkdown } from '../report/catalogMarkdown.ts';
import { printable, type Style, styleFor, wrap } from '../report/style.ts';
import { counted } from '../report/summary.ts';

export const catalogCommand: Command = {
  usage: 'catalog [WORD…]',
  summary: 'list and search the policies',
  description:
    'Lists the policies that all WORDs are found in: id, title, reason, remedy, controls, equivalents in other tools.',
  options: {
    control: { value: 'ID', help: 'only policies of a control, PSS/baseline; its beginning is enough' },
    equivalent: { value: 'ID', help: 'only policies that another tool has too, checkov/CKV_K8S_16 or just checkov' },
    format: { value: 'FORMAT', help: 'text, json or markdown (default: text)' },
    policies: { value: 'DIR', repeatable: true, help: 'more policies, as for kerb check' },
  },
  dashes: 'options',
  run,
};

/** A policy, and what the repository at hand makes of it. */
export interface CatalogEntry {
  readonly policy: Policy;
  readonly enforcement: EnabledPolicy['enforcement'] | 'off';
}

async function run(given: Arguments): Promise<ExitCode> {
  const format = given.value('format') ?? 'text';
  if (!['text', 'json', 'markdown'].includes(format))
    throw new UsageError(`--format ${JSON.stringify(format)}: the formats are text, json, markdown`);
  const { policies, configuration } = await loadPoliciesHere(given.values('policies'));
  const enabled = new Map(
    compilePolicies(policies, configuration, createNative()).policies.map((each) => [each.policy.id, each.enforcement]),
  );
  const entries = policies
    .filter((policy) => isAsked(policy, given))
    .map((policy): CatalogEntry => ({ policy, enforcement: enabled.get(policy.id) ?? 'off' }));
  if (format === 'json') await print(formatJson(entries));
  else if (format === 'markdown') await print(formatCatalogMarkdown(entries));
  else await print(formatText(entries, styleFor(process.stdout)));
  return 0;
}

function isAsked(policy: Policy, given: Arguments): boolean {
  const begins = (list: readonly string[], option: string): boolean => {
    const wanted = given.value(option)?.toLowerCase();
    return wanted === undefined || list.some((each) => each.toLowerCase().startsWith(wanted));
  };
  const { id, title, why, remedy, controls, equivalents } = policy;
  const text = [id, title, why, remedy, ...controls, ...equivalents].join('\n').toLowerCase();
  return (
    begins(controls, 'control') &&
    begins(equivalents, 'equivalent') &&
    given.words.every((word) => text.includes(word.toLowerCase()))
  );
}

function formatText(entries: readonly CatalogEntry[], style: Style): string {
  const width = Math.max(0, ...entries.map(({ policy }) => policy.id.length)) + 2;
  const lines = entries.map(({ policy, enforcement }) => {
    const weight = `${policy.severity.padEnd(9)}${enforcement.padEnd(6)}`;
    return `${style.cyan(policy.id.padEnd(width))}${style.dim(weight)}${wrap(printable(policy.title), 80, ' '.repeat(width + 15))}\n`;
  });
  return `${lines.join('')}${style.dim(counted(entries.length, 'policy', 'policies'))}\n`;
}

function formatJson(entries: readonly CatalogEntry[]): string {
  const list = entries.map(({ policy, enforcement }) => {
    const {
      id,
      title,
      severity,
      why,
      remedy,
      owners,
      adopted,
      review,
      controls,
      equivalents,
      references,
      resources,
      fix,
      rule,
    } = policy;
    const offer = fix === null ? null : { title: fix.title, safe: fix.safe };
    return {
      id,
      title,
      severity,
      enforcement,
      form: rule.kind,
      resources,
      why,
      remedy,
      owners,
      adopted,
      review,
      controls,
      equivalents,
      references,
      fix: offer,
    };
  });
  return `${JSON.stringify(list, null, 2)}\n`;
}
