/** What an author waits for, over stdio: errors and completion under the cursor, cases, the preview of a workspace. */
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { CasesAnswer, PreviewAnswer } from '../../server/protocol.ts';
import { manifests, workflow } from './inputs.ts';
import { type Contender, position } from './keystroke.ts';
import { initializeParams, LanguageServer } from './languageServer.ts';
import { formatMs, markdownTable, type Summary, summarise } from './statistics.ts';

/** One thing that is waited for. */
export interface AuthoringRow {
  readonly what: string;
  readonly budgetMs: number | null;
  readonly time: Summary;
}

const policyFile = 'policies/team/registry.yaml';
const policy = (require: string) => `title: Images come from our registry
severity: high
why: Only what is in the registry was looked at.
remedy: Push the image to our registry and name it there.
owners: [team]
resource: kubernetes.container
require: ${require}
mark: image
message: container {self.name} has the image {self.image}
`;
const before = "!self.?image.orValue('').endsWith(':latest')";
const typed = " && self.?securityContext.?privileged.orValue(false) != true && self.imagePullPolicy != 'Never'";

/** Typed for the tag, so that the policy compiles after each character. */
const constant = 'snapshot-of-the-main-branch';

/** Types a condition of a policy again and again, and asks what an editor asks. `folder`: a workspace to preview on too. */
export async function timeAuthoring(contender: Contender, folder: string | null): Promise<readonly AuthoringRow[]> {
  const generated = workspace(writeGenerated);
  const rows = await timeIn(contender, generated, '1,000 files');
  rmSync(generated, { recursive: true, force: true });
  if (folder === null) return rows;
  const copy = workspace((root) => cpSync(folder, path.join(root, 'files'), { recursive: true }));
  const further = await timeIn(contender, copy, 'the folder');
  rmSync(copy, { recursive: true, force: true });
  return [...rows, ...further.filter(({ what }) => what.startsWith('preview'))];
}

/** Figures as docs/benchmarks.md shows them. */
export function authoringTable(rows: readonly AuthoringRow[]): string {
  return markdownTable(
    ['what', 'budget', 'median', 'p95', 'max', 'samples'],
    rows.map(({ what, budgetMs, time: { median, p95, max, samples } }) => [
      what,
      budgetMs === null ? '' : String(budgetMs),
      ...[median, p95, max].map(formatMs),
      String(samples),
    ]),
  );
}

async function timeIn(contender: Contender, root: string, files: string): Promise<readonly AuthoringRow[]> {
  const server = new LanguageServer(contender.command);
  try {
    await server.request('initialize', initializeParams(pathToFileURL(root).href));
    server.notify('initialized', {});
    const author = new Author(server, root);
    await author.open();
    const first = await author.time('kerb/preview');
    await author.type();
    author.forget();
    for (let round = 0; round < 2; round++) await author.type();
    const quiet = await typeElsewhere(server, root);
    const busy = await author.meanwhile(100, () => typeElsewhere(server, root));
    const pressed = await author.meanwhile(0, () => typeElsewhere(server, root));
    const { diagnostics, completion, cases, preview, judged } = author;
    const looked = `${judged.files} files, ${judged.found} findings`;
    return [
      { what: 'CEL diagnostics of a policy', budgetMs: 10, time: summarise(diagnostics) },
      { what: 'completion after each character', budgetMs: 10, time: summarise(completion) },
      { what: '50 cases, run again', budgetMs: 100, time: summarise(cases) },
      { what: `preview on ${files}, the first time (${looked})`, budgetMs: null, time: summarise([first]) },
      { what: `preview on ${files}, after each character`, budgetMs: 500, time: summarise(preview) },
      { what: 'keystroke in a workflow of 350 lines, without previews', budgetMs: null, time: summarise(quiet) },
      { what: 'keystroke in a workflow of 350 lines, with previews going on', budgetMs: 10, time: summarise(busy) },
      {
        what: 'keystroke in a workflow of 350 lines, with preview upon preview',
        budgetMs: 10,
        time: summarise(pressed),
      },
    ];
  } finally {
    await server.close();
  }
}

/** Somebody who writes a policy: each character is waited for, one thing after the other. */
class Author {
  readonly diagnostics: number[] = [];
  readonly completion: number[] = [];
  readonly cases: number[] = [];
  readonly preview: number[] = [];
  judged = { files: 0, found: 0 };
  readonly #server: LanguageServer;
  readonly #uri: string;
  #version = 1;
  #isJudged = false;

  constructor(server: LanguageServer, root: string) {
    this.#server = server;
    this.#uri = pathToFileURL(path.join(root, policyFile)).href;
  }

  async open(): Promise<void> {
    const waiting = this.#server.published(this.#uri, 1);
    const textDocument = { uri: this.#uri, languageId: 'yaml', version: 1, text: policy(JSON.stringify(before)) };
    this.#server.notify('textDocument/didOpen', { textDocument });
    await waiting;
  }

  /** Drops what was measured while the server warmed up. */
  forget(): void {
    for (const samples of [this.diagnostics, this.completion, this.cases, this.preview]) samples.length = 0;
  }

  async type(): Promise<void> {
    for (let length = 0; length <= typed.length; length++) await this.#typeTo(before + typed.slice(0, length));
    for (let length = 1; length <= constant.length; length++)
      await this.#typeTo(before.replace('latest', constant.slice(0, length)));
  }

  async #typeTo(condition: string): Promise<void> {
    const text = policy(JSON.stringify(condition));
    this.diagnostics.push(await this.#change(text));
    this.cases.push(await this.time('kerb/cases'));
    const previewMs = await this.time('kerb/preview');
    // What does not compile is answered at once, which would flatter the figures.
    if (this.#isJudged) this.preview.push(previewMs);
    const at = text.indexOf('"\nmark');
    if (condition.length > before.length) this.completion.push(await this.#complete(position(text, at)));
  }

  /** Milliseconds until the policy's cases or its preview are there. */
  async time(method: 'kerb/cases' | 'kerb/preview'): Promise<number> {
    const began = performance.now();
    const answer = await this.#server.request(method, { uri: this.#uri });
    const tookMs = performance.now() - began;
    if (method === 'kerb/cases' && (answer as CasesAnswer).cases.length + (answer as CasesAnswer).problem.length === 0)
      throw new Error('no case was run');
    const outcome = method === 'kerb/preview' ? (answer as PreviewAnswer).outcome : null;
    this.#isJudged = outcome?.kind === 'judged';
    if (outcome?.kind === 'judged')
      this.judged = { files: outcome.files, found: outcome.counts.kept + outcome.counts.added };
    return tookMs;
  }

  /** Somebody types, each character with its preview and a pause behind it, while something else is done. */
  async meanwhile<T>(pauseMs: number, work: () => Promise<T>): Promise<T> {
    let isOver = false;
    const going = (async () => {
      for (let turn = 0; !isOver; turn++) {
        await this.#change(policy(JSON.stringify(`${before} && ${turn} >= 0`)));
        await this.time('kerb/preview');
        await sleep(pauseMs);
      }
    })();
    try {
      return await work();
    } finally {
      isOver = true;
      await going;
    }
  }

  async #change(text: string): Promise<number> {
    const version = ++this.#version;
    const waiting = this.#server.published(this.#uri, version);
    const began = performance.now();
    this.#server.notify('textDocument/didChange', {
      textDocument: { uri: this.#uri, version },
      contentChanges: [{ text }],
    });
    await waiting;
    return performance.now() - began;
  }

  async #complete(at: object): Promise<number> {
    const began = performance.now();
    const answer = await this.#server.request('textDocument/completion', {
      textDocument: { uri: this.#uri },
      position: at,
    });
    if (!Array.isArray(answer)) throw new Error('no completion');
    return performance.now() - began;
  }
}

let turns = 0;

/** Milliseconds from each keystroke in a workflow to its diagnostics. */
async function typeElsewhere(server: LanguageServer, root: string): Promise<readonly number[]> {
  const input = workflow(350);
  const uri = pathToFileURL(path.join(root, `.github/workflows/other-${++turns}.yml`)).href;
  let version = 1;
  let { text } = input;
  const opened = server.published(uri, 1);
  server.notify('textDocument/didOpen', { textDocument: { uri, languageId: 'yaml', version, text } });
  await opened;
  const samples: number[] = [];
  for (let round = 0; round < 4; round++) {
    for (let at = 0; at < input.typed.length; at++) {
      const place = position(text, input.at + at);
      text = text.slice(0, input.at + at) + input.typed.charAt(at) + text.slice(input.at + at);
      const waiting = server.published(uri, ++version);
      const began = performance.now();
      const change = { range: { start: place, end: place }, text: input.typed.charAt(at) };
      server.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [change] });
      await waiting;
      samples.push(performance.now() - began);
    }
    text = input.text;
    const whole = server.published(uri, ++version);
    server.notify('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ text }] });
    await whole;
  }
  server.notify('textDocument/didClose', { textDocument: { uri } });
  return samples;
}

function workspace(fill: (root: string) => void): string {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'kerb-bench-')));
  fill(root);
  write(root, 'kerb.yaml', 'policyFolders: [policies]\n');
  write(root, policyFile, policy(JSON.stringify(before)));
  write(root, policyFile.replace('.yaml', '.md'), page());
  execFileSync('git', ['-C', root, 'init', '-q']);
  return root;
}

/** Six manifests in ten are Kubernetes, the rest workflows: 1,000 files in all. */
function writeGenerated(root: string): void {
  for (let index = 0; index < 1_000; index++) {
    if (index % 10 < 6) write(root, `deploy/${index % 25}/part-${index}.yaml`, manifests(30 + (index % 5) * 30).text);
    else write(root, `area-${index % 25}/.github/workflows/build-${index}.yml`, workflow(40 + (index % 4) * 20).text);
  }
}

/** 50 cases; every second has a finding. */
function page(): string {
  const block = (index: number) => {
    const image = `registry.example.org/web-${index}:${index % 2 === 0 ? 'latest' : '1.2'}`;
    const mark = `      #      ${'^'.repeat(image.length)} container web has the image ${image}\n`;
    const drawn = index % 2 === 0 ? mark : '';
    return `\`\`\`yaml pod.yaml\napiVersion: v1\nkind: Pod\nmetadata: { name: a }\nspec:\n  containers:\n    - name: web\n      image: ${image}\n${drawn}\`\`\`\n`;
  };
  return `# team/registry\n\n${Array.from({ length: 50 }, (_, index) => block(index)).join('\n')}`;
}

function write(root: string, name: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
  writeFileSync(path.join(root, name), text);
}
