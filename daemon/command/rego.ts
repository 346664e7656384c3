/** `kerb rego build`: the bundles of policies that are written in Rego, compiled and put into the policies' files. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { withBundle } from '../../engine/index.ts';
import {
  buildOpaBundle,
  findRoot,
  isInside,
  type OpaBundle,
  type OpaPlace,
  relativePath,
  replaceFile,
} from '../../repository/index.ts';
import { type Arguments, type Command, type ExitCode, textOrJson, UsageError } from '../command.ts';
import { complain, print } from '../output.ts';
import { statNamed } from '../policies.ts';
import { type RegoPolicy, regoPolicies, sourceFiles } from '../rego/find.ts';
import { printable } from '../report/style.ts';

export const regoCommand: Command = {
  usage: 'rego build [FILE…]',
  summary: 'compile policies that are written in Rego',
  description: `Compiles what a policy names as \`rego.source\` by your own opa, and writes the bundle into the policy's file as \`rego.bundle\`.
FILE is a policy, or a file of Rego, for every policy that names it. Without FILE: every policy of kerb.yaml's folders that
names a source. With --bundle nothing is compiled: what \`opa build -t wasm\` wrote elsewhere goes into the policy that is named.
Exit code 1 with --check where a bundle is not what its source compiles to, 2 where something could not be compiled.`,
  options: {
    bundle: { value: 'FILE', help: 'take this bundle.tar.gz, and compile nothing' },
    check: { help: 'write nothing: name the policies whose bundle is not what their source compiles to' },
    'if-named': { help: 'for editors: nothing is wrong where no policy names a FILE of Rego' },
    policies: { value: 'DIR', repeatable: true, help: 'more policies, as for kerb check' },
    format: { value: 'FORMAT', help: 'text (default) or json' },
  },
  dashes: 'options',
  run,
};

const maxBundleBytes = 1_000_000;

/** What became of one policy. */
interface Built {
  readonly policy: PolicyText;
  readonly outcome: 'written' | 'current' | 'stale' | 'failed';
  /** Why it failed, in words, and the errors of which a file and a line are known. */
  readonly message: string;
  readonly places: readonly OpaPlace[];
}

async function run(given: Arguments): Promise<ExitCode> {
  const [verb, ...files] = given.words;
  if (verb !== 'build') throw new UsageError('kerb rego build [FILE…]');
  const format = textOrJson(given);
  const built: Built[] = [];
  const tell = async (one: Built): Promise<void> => {
    if (format === 'text') await say(one);
    else built.push(one);
  };
  const code = await buildAll(given, files, tell);
  if (format === 'json') await print(`${JSON.stringify({ policies: built.map(printed) }, null, 2)}\n`);
  return code;
}

type Tell = (built: Built) => Promise<void>;

async function buildAll(given: Arguments, files: readonly string[], tell: Tell): Promise<ExitCode> {
  const bundle = given.value('bundle');
  if (bundle !== null) {
    const [file, ...more] = files;
    if (file === undefined || more.length > 0) throw new UsageError('name one policy to put the bundle into');
    statNamed(file, 'kerb rego build');
    const written = write({ file: path.resolve(file), text: readFileSync(file, 'utf8') }, bundleIn(bundle));
    await tell(written);
    return codes[written.outcome];
  }
  const finish = given.has('check') ? compare : write;
  let worst: ExitCode = 0;
  const policies = await regoPolicies(files, given.values('policies'));
  if (policies.length === 0 && !given.has('if-named')) throw new UsageError(noPolicy(files));
  for (const policy of policies) {
    const compilation = await compiled(policy);
    const one =
      compilation.kind === 'bundle'
        ? finish(policy, compilation.bytes)
        : failed(policy, compilation.message, compilation.places);
    await tell(one);
    worst = codes[one.outcome] > worst ? codes[one.outcome] : worst;
  }
  return worst;
}

const codes: Readonly<Record<Built['outcome'], ExitCode>> = { written: 0, current: 0, stale: 1, failed: 2 };

function noPolicy(files: readonly string[]): string {
  const what = files.length === 0 ? 'a file of Rego' : files.join(', ');
  return `no policy here names ${what} as its \`rego.source\``;
}

function bundleIn(file: string): Buffer {
  const { size } = statNamed(file, '--bundle');
  if (size > maxBundleBytes) throw new UsageError(`--bundle ${file}: is larger than ${maxBundleBytes} bytes`);
  return readFileSync(file);
}

/** Names of files stand in a bundle: they are relative to the repository, so that it is the same on every machine. */
async function compiled(policy: RegoPolicy): Promise<OpaBundle> {
  const folder = path.dirname(policy.file);
  const root = findRoot(folder) ?? folder;
  const files = sourceFiles(policy);
  for (const file of files) {
    if (!isInside(file, root)) return problem(`\`rego.source\` leads out of ${root}`);
    if (!existsSync(file)) return problem(`\`rego.source\`: there is no ${relativePath(root, file)}`);
  }
  const { entrypoint } = policy.source;
  const built = await buildOpaBundle({ root, files: files.map((file) => relativePath(root, file)), entrypoint });
  if (built.kind === 'bundle') return built;
  return { ...built, places: built.places.map((place) => ({ ...place, file: path.join(root, place.file) })) };
}

function problem(message: string): OpaBundle {
  return { kind: 'problem', message, places: [] };
}

type PolicyText = Pick<RegoPolicy, 'file' | 'text'>;

function write(policy: PolicyText, bundle: Buffer): Built {
  const text = withBundle(policy.text, bundle.toString('base64'));
  if (text === null) return failed(policy, 'it has no `rego` with a line for each key, where `bundle` could stand', []);
  if (text !== policy.text)
    replaceFile({ within: path.dirname(policy.file), file: policy.file, bytes: Buffer.from(text) });
  return { policy, outcome: 'written', message: '', places: [] };
}

function compare(policy: PolicyText, bundle: Buffer): Built {
  const isCurrent = withBundle(policy.text, bundle.toString('base64')) === policy.text;
  return { policy, outcome: isCurrent ? 'current' : 'stale', message: '', places: [] };
}

function failed(policy: PolicyText, message: string, places: readonly OpaPlace[]): Built {
  return { policy, outcome: 'failed', message, places };
}

async function say({ policy, outcome, message }: Built): Promise<void> {
  const name = nameOf(policy);
  if (outcome === 'written') await print(`${name}\n`);
  if (outcome === 'stale') await print(`${name}: the bundle is not what its source compiles to\n`);
  if (outcome === 'failed') {
    const lines = message.split(/\r?\n/).map(printable);
    await complain(`kerb: ${name}: ${lines.join('\n')}\n`);
  }
}

function printed({ policy, outcome, message, places }: Built): object {
  const inCwd = (file: string): string => path.relative(process.cwd(), file);
  return {
    policy: inCwd(policy.file),
    outcome,
    message,
    places: places.map((place) => ({ ...place, file: inCwd(place.file) })),
  };
}

function nameOf({ file }: PolicyText): string {
  return printable(path.relative(process.cwd(), file));
}
