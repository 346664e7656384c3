/** `kerb test`: the cases of policies, judged; with UPDATE=1 redrawn. */
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import {
  type CasesResult,
  checkPolicies,
  compilePolicies,
  defaultConfiguration,
  type FileProblem,
  readPolicies,
  runCases,
} from '../../engine/index.ts';
import { createNative, policyFilesOf, readFolderTexts, replaceFile } from '../../repository/index.ts';
import { type Arguments, type Command, type ExitCode, UsageError } from '../command.ts';
import { complain, print } from '../output.ts';
import { loadPoliciesHere } from '../policies.ts';
import { printable, type Style, styleFor } from '../report/style.ts';
import { counted } from '../report/summary.ts';

export const testCommand: Command = {
  usage: 'test [DIR]',
  summary: 'judge the cases of policies',
  description: `Reads the policies in DIR (DIR/<domain>/<name>.yaml), compiles them, and judges the cases in the Markdown file beside each.
Without DIR: the policy folders of kerb.yaml, else ./policies. DIR may also be one domain's folder or one policy's file.
With UPDATE=1 in the environment, what differs is redrawn in place. Exit code 1 when a case fails, 2 when a policy is wrong.`,
  options: {},
  dashes: 'options',
  run,
};

interface Tested {
  readonly results: readonly CasesResult[];
  readonly problems: readonly FileProblem[];
  /** Policies without a page. */
  readonly untested: readonly string[];
}

async function run(given: Arguments): Promise<ExitCode> {
  if (given.words.length > 1) throw new UsageError('name one folder at most');
  const style = styleFor(process.stdout);
  const folders = given.words.length > 0 ? [given.words[0]!] : await usualFolders();
  const tested = folders.map((folder) => testFolder(path.resolve(folder)));
  const results = tested.flatMap((each) => each.results);
  const problems = tested.flatMap((each) => each.problems);
  for (const result of results) await print(resultText(result, style));
  for (const id of tested.flatMap((each) => each.untested)) await print(`${style.yellow('!')} ${id}: has no cases\n`);
  for (const { file, range, severity, message } of problems) {
    await complain(
      `${severity === 'error' ? style.red('✗') : style.yellow('!')} ${printable(file)}:${range.start.line}:${range.start.column}: ${printable(message)}\n`,
    );
  }
  const cases = results.flatMap((result) => result.cases);
  const count = (outcome: string) => cases.filter((each) => each.outcome === outcome).length;
  const skipped = count('skipped') > 0 ? `, ${count('skipped')} skipped` : '';
  await print(
    `${counted(results.length, 'page')}, ${counted(cases.length, 'case')}: ${count('passed')} passed, ${count('failed')} failed${skipped}\n`,
  );
  if (problems.some(({ severity }) => severity === 'error')) return 2;
  return count('failed') > 0 && !isUpdate() ? 1 : 0;
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
  const results: CasesResult[] = [];
  const untested: string[] = [];
  for (const policy of policies) {
    const page = { path: `${policy.id}.md`, text: texts.get(`${policy.id}.md`) ?? '' };
    if (page.text === '') untested.push(policy.id);
    else results.push(update(runCases({ policy, page, native }), folder, page));
  }
  return { results, problems: [...problems, ...compiled], untested };
}

function update(
  result: CasesResult,
  folder: string,
  page: { readonly path: string; readonly text: string },
): CasesResult {
  if (isUpdate() && result.redrawn !== page.text) {
    replaceFile({ within: folder, file: page.path, bytes: Buffer.from(result.redrawn) });
  }
  return result;
}

function isUpdate(): boolean {
  return process.env.UPDATE === '1';
}

/** The folder that ids are relative to, and what the ids asked for begin with. */
function placeOf(named: string): { folder: string; prefix: string } {
  const stat = statSync(named, { throwIfNoEntry: false });
  if (stat === undefined) throw new UsageError(`${named} does not exist`);
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

function resultText({ policy, cases }: CasesResult, style: Style): string {
  const failed = cases.filter(({ outcome }) => outcome === 'failed');
  const skipped = cases.filter(({ outcome }) => outcome === 'skipped');
  const sign = failed.length > 0 ? (isUpdate() ? style.yellow('↻') : style.red('✗')) : style.green('✓');
  const details = [...failed, ...skipped].map(
    ({ name, line, message }) =>
      `    ${printable(name)} (${policy}.md:${line})\n${message
        .split('\n')
        .map((each) => `      ${paintDifference(printable(each), style)}\n`)
        .join('')}`,
  );
  return `${sign} ${policy}  ${style.dim(counted(cases.length, 'case'))}\n${isUpdate() ? '' : details.join('')}`;
}

function paintDifference(line: string, style: Style): string {
  if (line.startsWith('-')) return style.red(line);
  return line.startsWith('+') ? style.green(line) : line;
}
