/** A sketched policy as the two files that people keep. */
import { stringify } from 'yaml';
import type { Idea, SketchedRule } from './idea.ts';

/** The policy's file. What only its author can say is asked for in place. */
export function policyText({ title, message, rule }: Idea): string {
  const head = {
    title,
    severity: 'medium',
    why: 'Say what can happen to whom when this is not followed.',
    remedy: 'Say what to do instead.',
    owners: ['platform-security'],
  };
  return stringify({ ...head, ...ruleFields(rule), message }, { lineWidth: 0, flowCollectionPadding: false });
}

function ruleFields(rule: SketchedRule): object {
  if (rule.kind === 'pattern') return { pattern: { language: rule.language, rule: rule.rule } };
  const { resource, where, each, require, mark } = rule;
  return {
    resource,
    ...(where === null ? {} : { where }),
    ...(each === null ? {} : { each }),
    require,
    ...(mark === null ? {} : { mark }),
  };
}

/** The page, not drawn yet. */
export function pageText(id: string, { title, path, language, failing, passing }: Idea): string {
  const block = (text: string) => `\`\`\`${language} ${path}\n${text.replace(/(?<!\n)\n*$/, '\n')}\`\`\`\n`;
  return `# ${id}\n\n${title}.\n\n${block(failing)}\nWithout it nothing is found.\n\n${block(passing)}`;
}
