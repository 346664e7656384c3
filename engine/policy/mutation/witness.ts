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

/**
 * Finds witnesses for mutants of one policy: tries variants of the page's cases, then takes away from the first that differs while it still
 * does. Null: none found. The variants, and what the policy as written says of them, are made once for all mutants.
 */
export function witnessSearch(request: CasesRequest): (mutant: Policy) => Witness | null {
  const { policy, page } = request;
  const words = wordsOf(policy);
  const written = caseOptions(policy, request.native, request.shared);
  const tries = kept(triesOf(caseFiles(page.text), words, written));
  return (mutant) => {
    const [, other] = sidesOf(mutant, request);
    for (const { file, verdict } of tries()) {
      if (said(file, other) === verdict) continue;
      let left = maxTries;
      const differs = differsIn(mutant, request);
      return witness(
        shrunk(file, (smallerFile) => left-- > 0 && differs(smallerFile)),
        [written, other],
      );
    }
    return null;
  };
}

interface Try {
  readonly file: SourceFile;
  /** What the policy as written says of it. */
  readonly verdict: string;
}

function* triesOf(seeds: readonly SourceFile[], words: readonly string[], written: JudgeOptions): Generator<Try> {
  let left = maxTries;
  for (const seed of seeds) {
    for (const file of variants(seed, words)) {
      if (left-- <= 0) return;
      yield { file, verdict: said(file, written) };
    }
  }
}

/** What a generator gives, from its beginning as often as it is asked for, made as far as somebody went. */
function kept<Item>(source: Generator<Item>): () => Generator<Item> {
  const items: Item[] = [];
  return function* () {
    for (let at = 0; ; at++) {
      if (at === items.length) {
        const { done, value } = source.next();
        if (done === true) return;
        items.push(value);
      }
      yield items[at]!;
    }
  };
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
