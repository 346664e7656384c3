/** `kerb test`: the cases of policies, judged; with UPDATE=1 redrawn. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {
  type CaseResult,
  type CasesRequest,
  type CasesResult,
  checkPolicies,
  compilePolicies,
  defaultConfiguration,
  type FileProblem,
  mutate,
  readPolicies,
  runCases,
} from '../../engine/index.ts';
import { createNative, policyFilesOf, readFolderTexts, replaceFile } from '../../repository/index.ts';
import { type Mutated, mutationSummary, mutationText } from '../cases/mutation.ts';
import { type Arguments, type Command, type ExitCode, UsageError } from '../command.ts';
import { complain, print } from '../output.ts';
import { loadPoliciesHere, statNamed } from '../policies.ts';
import { printable, type Style, styleFor } from '../report/style.ts';
import { counted } from '../report/summary.ts';

export const testCommand: Command = {
  usage: 'test [DIR]',
  summary: 'judge the cases of policies',
  description: `Reads the policies in DIR (DIR/<domain>/<name>.yaml), compiles them, and judges the cases in the Markdown file beside each.
Without DIR: the policy folders of kerb.yaml, else ./policies. DIR may also be one domain's folder or one policy's file.
A page has a case with a finding and a clean one. With UPDATE=1 in the environment, what differs is redrawn in place.
With --mutate each policy is altered in one place at a time, and the alterations that no case notices are listed, each with
a small input that would show it.
Exit code 1 when a case fails or a page lacks one, 2 when a policy is wrong.`,
  options: {
    mutate: { help: 'list alterations of the policies that no case notices, and the mutation score' },
  },
  dashes: 'options',
  run,
};

interface Tested {
  readonly pages: readonly TestedPage[];
  readonly problems: readonly FileProblem[];
  /** Policies without a page. */
  readonly untested: readonly string[];
}

interface TestedPage {
  readonly request: CasesRequest;
  readonly result: CasesResult;
  /** How many cases were redrawn. */
  readonly redrawn: number;
}

async function run(given: Arguments): Promise<ExitCode> {
  if (given.words.length > 1) throw new UsageError('name one folder at most');
  const style = styleFor(process.stdout);
  const folders = given.words.length > 0 ? [given.words[0]!] : await usualFolders();
  const tested = folders.map((folder) => testFolder(path.resolve(folder)));
  const pages = tested.flatMap((each) => each.pages);
  const problems = tested.flatMap((each) => each.problems);
  const untested = tested.flatMap((each) => each.untested);
  for (const page of pages) await print(pageText(page, style));
  for (const id of untested)
    await print(`${style.red('✗')} ${id}\n    there is no page: write its cases into ${id}.md beside it\n`);
  for (const { file, range, severity, message } of problems) {
    await complain(
      `${severity === 'error' ? style.red('✗') : style.yellow('!')} ${printable(file)}:${range.start.line}:${range.start.column}: ${printable(message)}\n`,
    );
  }
  if (given.has('mutate')) await printMutations(pages, style);
  const { text, isGood } = summaryOf(pages, untested);
  await print(text);
  if (problems.some(({ severity }) => severity === 'error')) return 2;
  return isGood ? 0 : 1;
}

/** A page that fails proves nothing about mutants: it was told above, and is left out here. */
async function printMutations(pages: readonly TestedPage[], style: Style): Promise<void> {
  const mutated: Mutated[] = [];
  for (const { request } of pages) {
    const result = mutate({ ...request, witnesses: 'find' });
    if (result === null) continue;
    mutated.push({ policy: request.policy, result });
    await print(mutationText({ policy: request.policy, result }, style));
  }
  await print(mutationSummary(mutated));
}

function summaryOf(pages: readonly TestedPage[], untested: readonly string[]): { text: string; isGood: boolean } {
  const cases = pages.flatMap(({ result }) => result.cases);
  const count = (outcome: string) => cases.filter((each) => each.outcome === outcome).length;
  const redrawn = pages.reduce((sum, page) => sum + page.redrawn, 0);
  const faulty = pages.filter(({ result: { faults } }) => faults.length > 0).length + untested.length;
  const parts = [
    `${count('passed') - redrawn} passed`,
    ...(redrawn > 0 ? [`${redrawn} redrawn`] : []),
    `${count('failed')} failed`,
    ...(count('skipped') > 0 ? [`${count('skipped')} skipped`] : []),
    ...(faulty > 0 ? [`${counted(faulty, 'page')} incomplete`] : []),
  ];
  const text = `${counted(pages.length, 'page')}, ${counted(cases.length, 'case')}: ${parts.join(', ')}\n`;
  return { text, isGood: count('failed') === 0 && faulty === 0 };
}

async function usualFolders(): Promise<string[]> {
  const { root, configuration } = await loadPoliciesHere([]);
  if (configuration.policyFolders.length > 0)
    return configuration.policyFolders.map((folder) => path.join(root, folder));
  if (existsSync('policies')) return ['policies'];
  throw new UsageError('there is no folder ./policies, and kerb.yaml names none: kerb test DIR');
}

/** Tests one folder, of which `named` may be a part. */
function testFolder(named: string): Tested {
  const { folder, prefix } = placeOf(named);
  const { texts } = readFolderTexts(folder, '');
  const files = policyFilesOf({ name: '', texts })
    .filter(({ id }) => id.startsWith(prefix))
    .map((file) => ({ ...file, path: path.relative(process.cwd(), path.join(folder, file.path)) }));
  if (files.length === 0) throw new UsageError(`${named} holds no policy (<domain>/<name>.yaml)`);
  const native = createNative();
  const { policies, problems } = readPolicies(files);
  const compiled = checkPolicies(compilePolicies(policies, defaultConfiguration, native), native);
  const pages: TestedPage[] = [];
  const untested: string[] = [];
  for (const policy of policies) {
    const page = { path: `${policy.id}.md`, text: texts.get(`${policy.id}.md`) ?? '' };
    if (page.text === '') untested.push(policy.id);
    else pages.push(testPage({ policy, page, native }, folder));
  }
  return { pages, problems: [...problems, ...compiled], untested };
}

/** Judges a page; what differs is redrawn on request and judged again, since not everything can be drawn. */
function testPage(request: CasesRequest, folder: string): TestedPage {
  const { page } = request;
  const result = runCases(request);
  if (!isUpdate() || result.redrawn === page.text) return { request, result, redrawn: 0 };
  replaceFile({ within: folder, file: page.path, bytes: Buffer.from(result.redrawn) });
  const renewed = { ...request, page: { ...page, text: result.redrawn } };
  const again = runCases(renewed);
  const redrawn = failedOf(result).length - failedOf(again).length;
  return { request: renewed, result: again, redrawn };
}

function failedOf({ cases }: CasesResult): readonly CaseResult[] {
  return cases.filter(({ outcome }) => outcome === 'failed');
}

function isUpdate(): boolean {
  return process.env.UPDATE === '1';
}

/** The folder that ids are relative to, and what the ids asked for begin with. */
function placeOf(named: string): { folder: string; prefix: string } {
  const stat = statNamed(named, 'kerb test');
  if (stat.isFile()) {
    const id = named
      .replace(/\.(ya?ml|md)$/, '')
      .split(path.sep)
      .slice(-2)
      .join('/');
    return { folder: path.dirname(path.dirname(named)), prefix: id };
  }
  const { texts } = readFolderTexts(named, '');
  const isDomain = [...texts.keys()].length > 0 && [...texts.keys()].every((file) => !file.includes('/'));
  return isDomain ? { folder: path.dirname(named), prefix: `${path.basename(named)}/` } : { folder: named, prefix: '' };
}

function pageText({ result, redrawn }: TestedPage, style: Style): string {
  const { policy, cases, broken, faults } = result;
  const failed = failedOf(result);
  const skipped = cases.filter(({ outcome }) => outcome === 'skipped');
  const isGood = failed.length === 0 && faults.length === 0;
  const goodSign = redrawn > 0 ? style.yellow('↻') : style.green('✓');
  const told = broken === null ? [...failed, ...skipped] : [];
  const details = told.map(
    ({ name, line, message }) =>
      `    ${printable(name)} (${policy}.md:${line})\n${message
        .split('\n')
        .map((each) => `      ${paintDifference(printable(each), style)}\n`)
        .join('')}`,
  );
  const note = redrawn > 0 ? `, ${redrawn} redrawn` : '';
  const head = `${isGood ? goodSign : style.red('✗')} ${policy}  ${style.dim(`${counted(cases.length, 'case')}${note}`)}\n`;
  const wrong = broken === null ? faults.map((fault) => `${policy}.md: ${fault}`) : [`no case is judged: ${broken}`];
  return [head, ...wrong.map((line) => `    ${printable(line)}\n`), ...details].join('');
}

function paintDifference(line: string, style: Style): string {
  if (line.startsWith('-')) return style.red(line);
  return line.startsWith('+') ? style.green(line) : line;
}
