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
  relativePath,
  replaceFile,
} from '../../repository/index.ts';
import { type Arguments, type Command, type ExitCode, UsageError } from '../command.ts';
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
  },
  dashes: 'options',
  run,
};

const maxBundleBytes = 1_000_000;

async function run(given: Arguments): Promise<ExitCode> {
  const [verb, ...files] = given.words;
  if (verb !== 'build') throw new UsageError('kerb rego build [FILE…]');
  const bundle = given.value('bundle');
  if (bundle !== null) {
    const [file, ...more] = files;
    if (file === undefined || more.length > 0) throw new UsageError('name one policy to put the bundle into');
    statNamed(file, 'kerb rego build');
    return write({ file: path.resolve(file), text: readFileSync(file, 'utf8') }, bundleIn(bundle));
  }
  const finish = given.has('check') ? compare : write;
  let worst: ExitCode = 0;
  const policies = await regoPolicies(files, given.values('policies'));
  if (policies.length === 0 && !given.has('if-named')) throw new UsageError(noPolicy(files));
  for (const policy of policies) {
    const built = await compiled(policy);
    const code = built.kind === 'bundle' ? await finish(policy, built.bytes) : await tell(policy, built.message);
    worst = code > worst ? code : worst;
  }
  return worst;
}

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
    if (!isInside(file, root)) return { kind: 'problem', message: `\`rego.source\` leads out of ${root}` };
    if (!existsSync(file))
      return { kind: 'problem', message: `\`rego.source\`: there is no ${relativePath(root, file)}` };
  }
  const { entrypoint } = policy.source;
  return buildOpaBundle({ root, files: files.map((file) => relativePath(root, file)), entrypoint });
}

type PolicyText = Pick<RegoPolicy, 'file' | 'text'>;

async function write(policy: PolicyText, bundle: Buffer): Promise<ExitCode> {
  const text = withBundle(policy.text, bundle.toString('base64'));
  if (text === null) return tell(policy, 'it has no `rego` with a line for each key, where `bundle` could stand');
  if (text !== policy.text)
    replaceFile({ within: path.dirname(policy.file), file: policy.file, bytes: Buffer.from(text) });
  await print(`${nameOf(policy)}\n`);
  return 0;
}

async function compare(policy: PolicyText, bundle: Buffer): Promise<ExitCode> {
  if (withBundle(policy.text, bundle.toString('base64')) === policy.text) return 0;
  await print(`${nameOf(policy)}: the bundle is not what its source compiles to\n`);
  return 1;
}

async function tell(policy: PolicyText, message: string): Promise<ExitCode> {
  const lines = message.split(/\r?\n/).map(printable);
  await complain(`kerb: ${nameOf(policy)}: ${lines.join('\n')}\n`);
  return 2;
}

function nameOf({ file }: PolicyText): string {
  return printable(path.relative(process.cwd(), file));
}
