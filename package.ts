// Makes the VSIX: builds dist/ and packs it with VS Code's own packager, for the platform whose native parts are in it.
//
//   npm run package [-- --out FILE]
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';

const root = import.meta.dirname;
const at = process.argv.indexOf('--out');
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
// VS Code calls the systems as Node does, but for Alpine; its native parts are not among ours.
const target = `${process.platform}-${process.arch}`;
const out = at > 0 ? path.resolve(process.argv[at + 1] ?? '') : path.join(root, 'dist', `kerb-${target}-${version}.vsix`);

run([path.join(root, 'build.mjs'), '--quiet']);
// Everything that runs is bundled into dist/: dependencies are not packed a second time. No repository: nothing is published from here.
const vsce = path.join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
run([vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--skip-license', '--no-update-package-json', '--target', target, '--out', out]);
process.stdout.write(`${out}\n`);

function run(args: readonly string[]): void {
  const done = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8', env: { ...process.env, NODE_TEST_CONTEXT: '' } });
  if (done.status === 0) return;
  process.stderr.write(`${done.stdout}${done.stderr}`);
  process.exit(1);
}
