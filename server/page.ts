// What is known of a policy, in Markdown: for hovers and for its page.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Policy } from '../engine/index.ts';
import { isBuiltIn, isOfOrganisation, loadPage } from '../repository/index.ts';
import { exampleIn, withoutImages } from './markdown.ts';
import type { Rules } from './roots.ts';
import { uriOf } from './uri.ts';

const here = path.dirname(fileURLToPath(import.meta.url));

/** The URI of a policy's page: the Markdown beside it, else its file, else the first source that it names; or null. */
export function pageUri(root: string, policy: Policy | undefined): string | null {
  if (policy === undefined) return null;
  const file = sourceFile(root, policy);
  const page = file?.replace(/\.ya?ml$/, '.md');
  const found = [page, file].find((each) => each !== undefined && each !== null && existsSync(each));
  return found ? uriOf(found) : (policy.references[0] ?? null);
}

/** The absolute path of a policy's file; of a built-in one where this installation has its source; or null, as for the hub's. */
export function sourceFile(root: string, policy: Policy): string | null {
  if (isOfOrganisation(policy)) return null;
  if (!isBuiltIn(policy)) return path.resolve(root, policy.file);
  const file = path.resolve(here, '../policies', `${policy.id}.yaml`);
  return existsSync(file) ? file : null;
}

/** Why a policy exists and what to do, for a hover. */
export function summaryOf(rules: Rules, policy: Policy): string {
  const uri = rules.pageOf(policy.id);
  const name = uri === null ? `\`${policy.id}\`` : `[${policy.id}](${uri})`;
  const lines = [
    `**${withoutImages(policy.title)}**`,
    withoutImages(policy.why.trim()),
    `*Remedy:* ${withoutImages(policy.remedy.trim())}`,
    [name, ...factsOf(policy)].join(' · '),
  ];
  const example = exampleIn(loadPage(rules.setup, policy));
  if (example !== null) lines.push(example);
  return lines.join('\n\n');
}

/** A policy's whole page: what its file says, then its documentation with all cases. */
export function explanationOf(rules: Rules, policy: Policy): string {
  const page = loadPage(rules.setup, policy);
  const head = [
    `# ${policy.title}`,
    `\`${policy.id}\` · ${factsOf(policy).join(' · ')}`,
    policy.why.trim(),
    `**Remedy:** ${policy.remedy.trim()}`,
  ];
  const names = [...policy.controls, ...policy.equivalents].map((name) => `\`${name}\``);
  if (names.length > 0) head.push(`**Also known as:** ${names.join(', ')}`);
  if (policy.references.length > 0) head.push(policy.references.map((url) => `- <${url}>`).join('\n'));
  if (page !== null) head.push('---', page.replace(/^# .*\n+/, ''));
  return `${head.join('\n\n')}\n`;
}

function factsOf(policy: Policy): string[] {
  const facts = [`severity ${policy.severity}`, policy.enforcement];
  if (policy.owners.length > 0) facts.push(`owner ${policy.owners.join(', ')}`);
  if (policy.controls.length > 0) facts.push(policy.controls.join(', '));
  return facts;
}
