/** What `kerb test --mutate` prints: how well cases pin their policies down. */
import { createLines, groupBy, type MutationResult, type Policy, type Survivor } from '../../engine/index.ts';
import { printable, type Style } from '../report/style.ts';
import { counted } from '../report/summary.ts';

/** A policy and what became of its mutants. */
export interface Mutated {
  readonly policy: Policy;
  readonly result: MutationResult;
}

/** The share of mutants that the cases noticed, from 0 to 1; 1 where there is nothing to alter. */
function scoreOf({ mutants, survivors }: MutationResult): number {
  return mutants === 0 ? 1 : (mutants - survivors.length) / mutants;
}

/** One policy: its score, and each mutant that no case noticed. */
export function mutationText({ policy, result }: Mutated, style: Style): string {
  const { survivors, mutants } = result;
  const sign = survivors.length === 0 ? style.green('✓') : style.yellow('!');
  const head = `${sign} ${policy.id}  ${percent(scoreOf(result))} ${style.dim(`of ${counted(mutants, 'mutant')} noticed`)}\n`;
  return head + survivors.map((survivor) => survivorText(survivor, policy, style)).join('');
}

function survivorText({ title, span, witness }: Survivor, { file, source }: Policy, style: Style): string {
  const { line, column } = createLines(source).position(span.start);
  const head = `    ${printable(`${file}:${line}:${column}`)}: ${printable(title)}\n`;
  if (witness === null)
    return `${head}${style.dim('      no input was found that shows it: perhaps it makes no difference\n')}`;
  const { findings, mutantFindings } = witness;
  const says = `      ${printable(witness.file.path)} would show it: ${counted(findings, 'finding')}, with the mutant ${mutantFindings}\n`;
  const lines = witness.file.text.trimEnd().split('\n').slice(0, maxLines);
  return `${head}${style.dim(says)}${lines.map((each) => `        ${printable(each)}\n`).join('')}`;
}

const maxLines = 40;

/** The mean of each domain, where there are several, and of all together: each policy counts the same. */
export function mutationSummary(mutated: readonly Mutated[]): string {
  const domains = groupBy(mutated, ({ policy }) => policy.id.slice(0, policy.id.indexOf('/')));
  const lines = [...domains].map(([domain, those]) => `  ${domain.padEnd(12)} ${meanText(those)}\n`);
  return `${lines.length > 1 ? lines.join('') : ''}mutation score ${meanText(mutated)}\n`;
}

function meanText(mutated: readonly Mutated[]): string {
  const mutants = mutated.reduce((sum, { result }) => sum + result.mutants, 0);
  const noticed = mutants - mutated.reduce((sum, { result }) => sum + result.survivors.length, 0);
  const mean = mutated.reduce((sum, { result }) => sum + scoreOf(result), 0) / Math.max(1, mutated.length);
  return `${percent(mean)} (mean of ${counted(mutated.length, 'policy', 'policies')}; ${noticed} of ${counted(mutants, 'mutant')} noticed)`;
}

function percent(share: number): string {
  return `${Math.floor(share * 1000) / 10} %`;
}
