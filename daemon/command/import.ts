/** `kerb import`: policies of other tools as policies of Kerb. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { type Imported, importPolicies } from '../../engine/index.ts';
import { createNative, readFolderTexts, replaceFile } from '../../repository/index.ts';
import { type Arguments, type Command, type ExitCode, UsageError } from '../command.ts';
import { policyFolder } from '../new/folder.ts';
import { complain, print } from '../output.ts';
import { statNamed } from '../policies.ts';
import { printable } from '../report/style.ts';
import { counted } from '../report/summary.ts';

export const importCommand: Command = {
  usage: 'import PATH…',
  summary: 'policies from ValidatingAdmissionPolicy, Kyverno and ast-grep',
  description: `Reads files, or the YAML of folders: ValidatingAdmissionPolicies with their bindings and parameters (all in one file), Kyverno's ValidatingPolicies and
ClusterPolicies (CEL, and patterns where they are certain to mean the same) and ast-grep rules, and writes a policy for each rule.
What is imported means the same, or is refused with its place and the reason. Their cases are yours to write.
Exit code 2 when something was refused, or nothing was found.`,
  options: {
    folder: { value: 'DIR', help: 'the policy folder (default: the first of kerb.yaml, else policies)' },
    domain: { value: 'NAME', help: 'what the ids begin with (default: imported)' },
    print: { help: 'print the policies, write nothing' },
  },
  dashes: 'options',
  run,
};

const maxBytes = 2_000_000;

async function run(given: Arguments): Promise<ExitCode> {
  if (given.words.length === 0) throw new UsageError('name files or folders: kerb import PATH…');
  const domain = given.value('domain') ?? 'imported';
  if (!/^[a-z0-9][a-z0-9-]*$/.test(domain))
    throw new UsageError(`--domain ${JSON.stringify(domain)}: lower-case letters, digits and hyphens`);
  const files: ImportedFile[] = [];
  for (const word of given.words) {
    const those = await importPath(word, domain);
    if (those.every(({ found }) => found.length === 0))
      await complain(`kerb: ${printable(word)} holds no policy of a kind that is imported (kerb import --help)\n`);
    files.push(...those);
  }
  const found = files.flatMap(({ file, found }) => found.map((one) => ({ ...one, file })));
  const imported = found.filter((one) => one.kind === 'imported');
  const refused = found.filter((one) => one.kind === 'refused');
  const folder = given.has('print') ? null : await policyFolder(given.value('folder'));
  refuseTwins(imported, folder);
  for (const { file, position, name, reason } of refused)
    await complain(`${printable(`${file}:${position.line}:${position.column}: ${name} is not imported: ${reason}`)}\n`);
  for (const [index, one] of imported.entries()) {
    for (const note of one.notes) await complain(`kerb: ${one.id}: ${printable(note)}\n`);
    const separator = index === 0 ? '' : '---\n';
    await print(folder === null ? `${separator}# ${one.id}\n${one.yaml}` : `${write(folder, one)}\n`);
  }
  await complain(`kerb: ${counted(imported.length, 'policy', 'policies')} imported, ${refused.length} not\n`);
  return imported.length === 0 || refused.length > 0 ? 2 : 0;
}

type Policy = Extract<Imported, { kind: 'imported' }>;

/** Before anything is written: no policy takes the place of another. */
function refuseTwins(imported: readonly Policy[], folder: string | null): void {
  const ids = new Set<string>();
  for (const { id } of imported) {
    if (ids.has(id)) throw new UsageError(`two policies would be called ${id}: import them with another --domain`);
    ids.add(id);
    const file = path.join(folder ?? '', `${id}.yaml`);
    if (folder !== null && existsSync(file)) throw new UsageError(`${file} exists already`);
  }
}

interface ImportedFile {
  readonly file: string;
  readonly found: readonly Imported[];
}

/** A file, or all YAML of a folder, where much else may stand. What cannot be read there is said, and is no silence. */
async function importPath(word: string, domain: string): Promise<readonly ImportedFile[]> {
  if (word.endsWith('.rego') || !statNamed(word, 'kerb import').isDirectory())
    return [{ file: word, found: importFile(word, domain) }];
  const { texts, unreadable } = readFolderTexts(path.resolve(word), '');
  const [first] = unreadable;
  if (first !== undefined) throw new UsageError(`${path.join(word, first.path)}: ${first.message}`);
  return [...texts]
    .filter(([name]) => /\.ya?ml$/.test(name))
    .map(([name, text]) => ({ file: path.join(word, name), found: importText(path.join(word, name), text, domain) }));
}

function importFile(file: string, domain: string): readonly Imported[] {
  if (file.endsWith('.rego'))
    throw new UsageError(
      `${file}: Rego is not imported: write a policy with \`rego.source\` and \`rego.entrypoint\`, and \`kerb rego build\` compiles it (docs/rego.md)`,
    );
  const stat = statNamed(file, 'kerb import');
  if (!stat.isFile() || stat.size > maxBytes) throw new UsageError(`${file}: is no file of at most ${maxBytes} bytes`);
  return importText(file, readFileSync(file, 'utf8'), domain);
}

function importText(file: string, text: string, domain: string): readonly Imported[] {
  const named = path.relative(process.cwd(), path.resolve(file));
  return importPolicies({ file: { path: named, text }, domain, native: createNative() });
}

/** Writes a policy, and says where. */
function write(folder: string, { id, yaml }: Policy): string {
  const file = path.join(folder, `${id}.yaml`);
  mkdirSync(path.dirname(file), { recursive: true });
  replaceFile({ within: folder, file: `${id}.yaml`, bytes: Buffer.from(yaml) });
  return file;
}
