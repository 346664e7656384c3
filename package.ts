// Makes the VSIX for the platform whose native parts are in dist/: builds, lays out what an installation needs, packs it.
//
//   npm run package [-- --out FILE]
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';

const root = import.meta.dirname;
const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const target = `${process.platform}-${process.arch}`;
const at = process.argv.indexOf('--out');
const out = path.resolve(at > 0 ? (process.argv[at + 1] ?? '') : path.join(root, 'dist', 'kerb.vsix'));
const content = [
  'bin/*',
  'dist/*.{js,cjs,json}',
  'dist/native/*',
  'dist/web/**/*.{html,js,css,svg,br,gz}',
  'policies/**/*.{yaml,md}',
  'extension/{media,syntaxes}/*',
  '*.md',
  'LICENSE',
  'docs/**/*.{md,png}',
];

const began = Date.now();
run([path.join(root, 'build.mjs'), '--quiet'], root);
const folder = mkdtempSync(path.join(tmpdir(), 'kerb-package-'));
try {
  layOut(folder);
  // Everything that runs is bundled, so that no dependency is packed. No repository: nothing is published from here.
  const vsce = path.join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  run(
    [
      vsce,
      'package',
      '--no-dependencies',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      // Policies on secrets show made-up ones in their cases.
      '--allow-package-all-secrets',
      '--target',
      target,
      '--out',
      out,
    ],
    folder,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(`${out}\n`);

function layOut(folder: string): void {
  for (const file of content.flatMap((pattern) => globSync(pattern, { cwd: root }))) {
    // An earlier build's chunks and assets stay in dist/ for a while, for processes that began with them.
    const isHashed = [path.join('dist', 'chunk-'), path.join('dist', 'web', 'assets')].some((each) =>
      file.startsWith(each),
    );
    const isStale = isHashed && statSync(path.join(root, file)).mtimeMs < began;
    if (!isStale) cpSync(path.join(root, file), path.join(folder, file));
  }
  const {
    scripts: _scripts,
    dependencies: _dependencies,
    devDependencies: _devDependencies,
    optionalDependencies: _optional,
    files: _files,
    ...rest
  } = manifest;
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify(rest, null, 2));
}

function run(args: readonly string[], cwd: string): void {
  const done = spawnSync(process.execPath, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, NODE_TEST_CONTEXT: '' },
  });
  if (done.status === 0) return;
  process.stderr.write(`${done.stdout}${done.stderr}`);
  process.exit(1);
}
