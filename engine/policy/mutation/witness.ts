/** The smallest input that two policies judge differently, made from the cases that they judge alike. */
import { type JudgeOptions, judge } from '../../evaluate.ts';
import type { SourceFile } from '../../model.ts';
import { type CasesRequest, caseFiles, caseOptions } from '../cases.ts';
import type { Policy } from '../policy.ts';
import { smaller, variants } from './variants.ts';

/** A file that tells two policies apart. */
export interface Witness {
  readonly file: SourceFile;
  /** How many findings the policy as written has in it, and how many the mutant has. */
  readonly findings: number;
  readonly mutantFindings: number;
}

/** How many inputs are tried before none is said to be known; and how many more to make the one that was found smaller. */
const maxTries = 1_500;

/** Tries variants of the page's cases, then takes away from the first that differs while it still does. Null: none found. */
export function witnessOf(mutant: Policy, request: CasesRequest): Witness | null {
  const { policy, page } = request;
  const judgedDifferently = differsIn(mutant, request);
  let tries = 0;
  const differs = (file: SourceFile): boolean => ++tries <= maxTries && judgedDifferently(file);
  const words = wordsOf(policy);
  for (const seed of caseFiles(page.text)) {
    for (const file of variants(seed, words)) {
      if (tries > maxTries) return null;
      if (!differs(file)) continue;
      tries = 0;
      return witness(shrunk(file, differs), sidesOf(mutant, request));
    }
  }
  return null;
}

/** Whether a policy and its mutant say something else of a file. */
export function differsIn(mutant: Policy, request: CasesRequest): (file: SourceFile) => boolean {
  const [written, other] = sidesOf(mutant, request);
  return (file) => said(file, written) !== said(file, other);
}

type Sides = readonly [written: JudgeOptions, mutant: JudgeOptions];

function sidesOf(mutant: Policy, { policy, native, shared }: CasesRequest): Sides {
  return [caseOptions(policy, native, shared), caseOptions(mutant, native, shared)];
}

/** Takes away what does not matter, one part after the other, until nothing more can go. */
function shrunk(file: SourceFile, differs: (file: SourceFile) => boolean): SourceFile {
  for (const candidate of smaller(file)) if (differs(candidate)) return shrunk(candidate, differs);
  return file;
}

function witness(file: SourceFile, [written, mutant]: Sides): Witness {
  return {
    file,
    findings: judge(file, written).findings.length,
    mutantFindings: judge(file, mutant).findings.length,
  };
}

/** What a policy says of a file, places and all. */
function said(file: SourceFile, options: JudgeOptions): string {
  const { findings } = judge(file, options);
  return JSON.stringify(findings.map(({ span, message, outcome }) => [span.start, span.end, outcome, message]));
}

/** The constants of a policy: what its conditions are about. */
function wordsOf({ where, rule }: Policy): readonly string[] {
  const text = `${where?.text ?? ''} ${rule.kind === 'require' ? rule.require.text : ''}`;
  const words = [...text.matchAll(/'([^'\n]{1,100})'|"([^"\n]{1,100})"/g)].map((match) => match[1] ?? match[2] ?? '');
  return [...new Set(words)].slice(0, 20);
}
