// The cases of policies in the Test Explorer: judged as they are written, each with what differs.
import {
  BranchCoverage,
  type CancellationToken,
  type Disposable,
  FileCoverage,
  Location,
  MarkdownString,
  Position,
  Range,
  StatementCoverage,
  type TestController,
  TestCoverageCount,
  type TestItem,
  TestMessage,
  type TestRun,
  TestRunProfileKind,
  TestRunRequest,
  tests,
  Uri,
  WorkspaceEdit,
  workspace,
} from 'vscode';
import {
  type CasesAnswer,
  type CoverageAnswer,
  type CoveredRange,
  type JudgedCase,
  messages,
  type OwnPoliciesResult,
} from '../server/protocol.ts';
import type { Server } from './client.ts';
import { stepThroughCase } from './debug/register.ts';
import { differenceOf } from './difference.ts';

/** The cases of the workspace's policies. */
export interface Cases extends Disposable {
  /** Asks the server which policies there are. */
  refresh(): Promise<void>;
  /** Draws a failed case as it is judged now. */
  accept(item: TestItem): Promise<void>;
}

/** Makes the test controller `kerb.cases`. */
export function createCases(server: Server): Cases {
  const controller = tests.createTestController('kerb.cases', 'Kerb policies');
  /** Items of policies, by the URI of the policy and of its page. */
  const byUri = new Map<string, TestItem>();
  const refresh = async (): Promise<void> => {
    const { policies } = await server.request<OwnPoliciesResult>(messages.ownPolicies, {});
    byUri.clear();
    controller.items.replace(
      policies.map(({ id, policy, page }) => {
        const item = controller.items.get(id) ?? controller.createTestItem(id, id, Uri.parse(policy));
        item.canResolveChildren = true;
        for (const uri of [policy, page]) byUri.set(Uri.parse(uri).toString(), item);
        return item;
      }),
    );
  };
  const judge = async (item: TestItem, run: TestRun): Promise<void> => {
    const answer = await server.request<CasesAnswer | null>(messages.cases, { uri: item.uri?.toString() ?? '' });
    if (answer !== null) show(controller, item, answer, run);
  };
  const cover = async (item: TestItem, run: TestRun): Promise<void> => {
    await judge(item, run);
    const answer = await server.request<CoverageAnswer | null>(messages.coverage, { uri: item.uri?.toString() ?? '' });
    if (answer !== null) run.addCoverage(new PolicyCoverage(answer));
  };
  /** One policy after the other. What breaks on one is its error, and the others are judged all the same. */
  const runEach =
    (work: (item: TestItem, run: TestRun) => Promise<void>) =>
    async (request: TestRunRequest, token?: CancellationToken): Promise<void> => {
      const run = controller.createTestRun(request);
      for (const item of policiesIn(request, controller)) {
        if (token?.isCancellationRequested) break;
        await work(item, run).catch((error: unknown) => run.errored(item, new TestMessage(String(error))));
      }
      run.end();
    };
  const runItems = runEach(judge);
  /** One case at a time: the first that is asked for. */
  const runStepping = async (request: TestRunRequest): Promise<void> => {
    await runItems(request);
    const items = [...(request.include ?? [])].flatMap((item) =>
      item.parent === undefined ? childrenOf(item) : [item],
    );
    const [first] = items;
    if (first?.uri !== undefined && first.range !== undefined)
      await stepThroughCase(first.uri, first.range.start.line + 1, first.label);
  };
  controller.resolveHandler = async (item) => (item === undefined ? refresh() : runItems(new TestRunRequest([item])));
  controller.refreshHandler = refresh;
  controller.createRunProfile('Judge', TestRunProfileKind.Run, runItems, true, undefined, true);
  controller.createRunProfile('Step through', TestRunProfileKind.Debug, runStepping, true);
  const covered = controller.createRunProfile('Coverage', TestRunProfileKind.Coverage, runEach(cover), true);
  covered.loadDetailedCoverage = async (_run, file) => (file instanceof PolicyCoverage ? file.details : []);
  const writing = createQueue((item) => runItems(new TestRunRequest([item])));
  const listening = workspace.onDidChangeTextDocument(({ document }) => {
    const item = byUri.get(document.uri.toString());
    if (item !== undefined) writing.add(item);
  });
  return {
    refresh,
    async accept(item) {
      const uri = item.uri?.toString() ?? '';
      // What is shown may be of a text that was typed over meanwhile: what is drawn is what is found now.
      const answer = await server.request<CasesAnswer | null>(messages.cases, { uri });
      const found = answer?.cases[Number(item.id.slice(item.id.lastIndexOf('#') + 1))];
      if (found === undefined || item.uri === undefined) return;
      const edit = new WorkspaceEdit();
      edit.replace(item.uri, new Range(found.first, 0, found.last, 0), found.drawn === '' ? '' : `${found.drawn}\n`);
      await workspace.applyEdit(edit);
    },
    dispose() {
      listening.dispose();
      controller.dispose();
    },
  };
}

function childrenOf(item: TestItem): readonly TestItem[] {
  return [...item.children].map(([, child]) => child);
}

/** The policies that a request is about: a case is judged with its whole page. */
function policiesIn({ include }: TestRunRequest, controller: TestController): ReadonlySet<TestItem> {
  return new Set(include?.map((item) => item.parent ?? item) ?? [...controller.items].map(([, item]) => item));
}

/** How the conditions of a policy came out: each is a statement with two branches, true and false. */
class PolicyCoverage extends FileCoverage {
  readonly details: StatementCoverage[];
  constructor({ policy, parts }: CoverageAnswer) {
    const branches = parts.flatMap(({ trueCount, falseCount }) => [trueCount, falseCount]);
    super(
      Uri.parse(policy),
      countOf(parts.map(({ trueCount, falseCount, otherCount }) => trueCount + falseCount + otherCount)),
      countOf(branches),
    );
    this.details = parts.map(detailOf);
  }
}

function countOf(counts: readonly number[]): TestCoverageCount {
  return new TestCoverageCount(counts.filter((count) => count > 0).length, counts.length);
}

function detailOf({ start, end, trueCount, falseCount, otherCount }: CoveredRange): StatementCoverage {
  const range = new Range(start.line, start.character, end.line, end.character);
  return new StatementCoverage(trueCount + falseCount + otherCount, range, [
    new BranchCoverage(trueCount, range, 'true'),
    new BranchCoverage(falseCount, range, 'false'),
  ]);
}

/** Puts the outcome of each case into the explorer. */
function show(
  controller: TestController,
  policy: TestItem,
  { page, problem, faults, cases }: CasesAnswer,
  run: TestRun,
): void {
  policy.error = problem === '' ? undefined : problem;
  const uri = Uri.parse(page);
  const items = cases.map((found, index) => {
    const id = `${policy.id}#${index}`;
    const item = policy.children.get(id) ?? controller.createTestItem(id, found.name, uri);
    item.label = found.name;
    item.description = `line ${found.first}`;
    item.range = new Range(found.first - 1, 0, found.last, 0);
    item.sortText = String(index).padStart(4, '0');
    return item;
  });
  policy.children.replace(items);
  for (const [index, item] of items.entries()) report(run, item, cases[index] as JudgedCase);
  // Of a policy all of whose cases pass, VS Code would say that it has passed.
  if (problem !== '') run.errored(policy, new TestMessage(problem));
  else if (faults.length > 0 && cases.every(({ outcome }) => outcome !== 'failed'))
    run.failed(
      policy,
      faults.map((fault) => placed(fault, uri)),
    );
}

function report(run: TestRun, item: TestItem, judgedCase: JudgedCase): void {
  const { outcome } = judgedCase;
  if (outcome === 'passed') run.passed(item);
  else if (outcome === 'skipped') run.skipped(item);
  else run.failed(item, messageOf(item, judgedCase));
}

function placed(fault: string, page: Uri): TestMessage {
  const message = new TestMessage(fault);
  message.location = new Location(page, new Position(0, 0));
  return message;
}

/**
 * A few words, which VS Code shows beside the code, and below them the lines that differ. Of a `TestMessage.diff` it shows the first
 * characters of both sides there, which are most often the same.
 */
function messageOf({ uri, range }: TestItem, { message, written, drawn }: JudgedCase): TestMessage {
  const text = new MarkdownString();
  if (written === drawn) text.appendText(message);
  else text.appendText(differenceOf(written, drawn)).appendCodeblock(message, 'diff');
  const made = new TestMessage(text);
  if (uri !== undefined && range !== undefined) made.location = new Location(uri, range.start);
  return made;
}

/** Runs one at a time; what changes again meanwhile is run once more. */
function createQueue(work: (item: TestItem) => Promise<void>): { add(item: TestItem): void } {
  const waiting = new Set<TestItem>();
  let isRunning = false;
  const next = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    for (let [item] = waiting; item !== undefined; [item] = waiting) {
      waiting.delete(item);
      await work(item);
    }
    isRunning = false;
  };
  return {
    add(item) {
      waiting.add(item);
      void next();
    },
  };
}
