/** The catalogue as a page: docs/policies.md is made by it. */
import type { CatalogEntry } from '../command/catalog.ts';

/** A section for each domain with a table of its policies. */
export function formatCatalogMarkdown(entries: readonly CatalogEntry[]): string {
  const domains = new Map<string, CatalogEntry[]>();
  for (const entry of entries) {
    const domain = entry.policy.id.split('/')[0]!;
    domains.set(domain, [...(domains.get(domain) ?? []), entry]);
  }
  const sections = [...domains].map(([domain, list]) => `## ${domain} (${list.length})\n\n${tableOf(list)}`);
  return `# Policies

${entries.length} policies. \`kerb explain ID\` says all about one; \`kerb catalog WORD\` searches. This page is written by
\`kerb catalog --format markdown\`.

${sections.join('\n')}`;
}

function tableOf(entries: readonly CatalogEntry[]): string {
  const rows = entries.map(({ policy, enforcement }) => {
    const cells = [
      `\`${policy.id}\``,
      policy.title,
      policy.severity,
      enforcement,
      policy.controls.join(', '),
      policy.equivalents.join(', '),
    ];
    return `| ${cells.map(escapeCell).join(' | ')} |\n`;
  });
  return `| policy | what must be | severity | gates | controls | elsewhere |\n|---|---|---|---|---|---|\n${rows.join('')}`;
}

function escapeCell(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('<', '&lt;').replace(/\s+/g, ' ');
}
