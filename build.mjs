// Bundles what runs into dist/. Every entry lands atomically, so that a running `kerb` never sees half a build.
//
//   dist/kerb.cjs              the command
//   dist/worker.js             judges files on a thread of it
//   dist/server.js             the language server
//   dist/server-snapshot.cjs   the same as it lies in the snapshot that it starts from
//   dist/preview.js            previews policies beside the server
//   dist/mutation.js           tries a policy's mutants beside the server
//   dist/extension.cjs         what VS Code loads
//   dist/hub.js                the hub
//   dist/intake.js             checks what comes in on a thread of it
//   dist/web/                  its page
//   dist/policies.json         the built-in policies, dist/pages.json their pages
//   dist/native/               ast-grep, its grammars and SQLite for this platform
//
//   node build.mjs [--quiet]
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { makeSnapshot } from './bin/makeSnapshot.js';
import { cacheIn } from './bin/snapshot.js';

const root = path.dirname(fileURLToPath(import.meta.url));
const dist = path.join(root, 'dist');
const staging = path.join(dist, `.staging-${process.pid}`);
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const quiet = process.argv.includes('--quiet');
const began = new Date();
/** A chunk that no entry names any more is kept this long: a process that started before may still ask for it. */
const STALE_MS = 3_600_000;

const programs = {
  server: 'server/main.ts',
  worker: 'daemon/worker.ts',
  preview: 'server/preview/main.ts',
  mutation: 'server/mutation/main.ts',
  hub: 'hub/main.ts',
  intake: 'hub/intake/worker.ts',
};
/** Scripts, which V8 can be given whole: see bin/compiled.js. */
const scripts = { kerb: 'daemon/cli.ts' };
/** Scripts that a start begins after: see bin/snapshot.js. */
const snapshots = { 'server-snapshot': 'server/snapshot.ts', 'gate-snapshot': 'daemon/snapshot.ts' };
const extensions = { extension: 'extension/extension.ts' };

mkdirSync(staging, { recursive: true });
try {
  await bundlePrograms();
  await bundleScripts();
  await bundleSnapshots();
  await bundleExtension();
  await bundlePolicies();
  await bundlePage();
  copyNative();
  publish();
} finally {
  rmSync(staging, { recursive: true, force: true });
}
for (const [name, program] of [
  ['server', 'the language server'],
  ['gate', 'a hook without a daemon'],
]) {
  if (!(await makeSnapshot(name, { dist })))
    say(`no snapshot of ${program} for this Node: it will take longer to start`);
}
say(`built dist/ in ${Date.now() - began.getTime()} ms`);

async function bundlePrograms() {
  await build({
    ...common(),
    entryPoints: programs,
    format: 'esm',
    splitting: true,
    chunkNames: 'chunk-[hash]',
    // CommonJS packages inside an ES module still call `require` for Node's own modules.
    banner: { js: "import{createRequire as kerbRequire}from'node:module';const require=kerbRequire(import.meta.url);" },
  });
}

async function bundleScripts() {
  await build({ ...asScript(), entryPoints: scripts });
}

async function bundleSnapshots() {
  await build({ ...asScript(), entryPoints: snapshots, plugins: [laterBuiltIns()] });
}

function asScript() {
  return {
    ...common(),
    format: 'cjs',
    outExtension: { '.js': '.cjs' },
    // `import()` would need a loader of its own.
    supported: { 'dynamic-import': false },
    banner: { js: "const kerbUrl=require('node:url').pathToFileURL(__filename).href;" },
    define: { ...common().define, 'import.meta.url': 'kerbUrl', 'import.meta.dirname': '__dirname' },
  };
}

/**
 * While a snapshot is made, Node vouches for these of its modules alone. Any other is looked up at its first use, which is
 * after the start: a process that begins from the snapshot must not find what it was in the process that made it.
 */
function laterBuiltIns() {
  const vouched =
    /^(?:assert|buffer|crypto|diagnostics_channel|events|fs|fs\/promises|net|os|path|path\/posix|process|querystring|stream|string_decoder|timers|timers\/promises|url|util|util\/types|v8|zlib)$/;
  return {
    name: 'later-built-ins',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(?:node:)?[a-z_0-9]+(?:\/[a-z]+)?$/ }, ({ path: name }) => {
        const bare = name.replace(/^node:/, '');
        return isBuiltin(bare) && !vouched.test(bare) ? { path: bare, namespace: 'later' } : undefined;
      });
      onLoad({ filter: /^/, namespace: 'later' }, async ({ path: name }) => {
        const names = Object.keys(await import(name)).filter((each) => each !== 'default');
        return {
          contents: `let found;
            const real = () => found ??= process.getBuiltinModule(${JSON.stringify(name)});
            for (const name of ${JSON.stringify(names)}) {
              Object.defineProperty(exports, name, { enumerable: true, get: () => real()[name] });
            }`,
        };
      });
    },
  };
}

async function bundleExtension() {
  await build({ ...common(), entryPoints: extensions, format: 'cjs', outExtension: { '.js': '.cjs' } });
}

function common() {
  return {
    absWorkingDir: root,
    outdir: staging,
    bundle: true,
    platform: 'node',
    target: 'node20',
    mainFields: ['module', 'main'],
    // The same code as ES modules: calls between its parts go directly, and what is not used stays out.
    alias: { yaml: path.join(root, 'node_modules/yaml/browser/index.js') },
    external: ['vscode', '@ast-grep/*', 'pg-native'],
    minify: true,
    keepNames: false,
    legalComments: 'none',
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"', KERB_VERSION: JSON.stringify(version) },
  };
}

/** The policies already read and vetted, and apart from them the pages, which only `explain` and hovers need. */
async function bundlePolicies() {
  const { vetPolicies } = await import('./engine/index.ts');
  const { createNative } = await import('./repository/native.ts');
  const { readBuiltInSources } = await import('./repository/policies.ts');
  const reading = readBuiltInSources();
  // A policy that cannot be read is left out, and its problem travels along: whoever checks with this build hears of it.
  for (const { file, range, message } of reading.problems) {
    process.stderr.write(`${file.replace(/^kerb:/, 'policies/')}:${range.start.line}: ${message}\n`);
  }
  writeFileSync(
    path.join(staging, 'policies.json'),
    JSON.stringify({ ...reading, policies: vetPolicies(reading.policies, createNative()) }),
  );
  const pages = globSync('policies/**/*.md', { cwd: root }).sort();
  const texts = pages.map((file) => [
    file.split(path.sep).slice(1).join('/'),
    readFileSync(path.join(root, file), 'utf8'),
  ]);
  writeFileSync(path.join(staging, 'pages.json'), JSON.stringify(Object.fromEntries(texts)));
}

/** The hub's page. Its files carry their hash in the name, and lie there compressed as well. */
async function bundlePage() {
  const { build: buildPage } = await import('vite');
  const assets = path.join(staging, 'web', 'assets');
  await buildPage({
    root: path.join(root, 'hub/web'),
    base: './',
    configFile: false,
    publicDir: false,
    logLevel: 'warn',
    build: {
      outDir: path.join(staging, 'web'),
      emptyOutDir: false,
      target: 'es2024',
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
    },
  });
  for (const file of readdirSync(assets).filter((name) => /\.(?:js|css|svg)$/.test(name))) {
    const bytes = readFileSync(path.join(assets, file));
    writeFileSync(path.join(assets, `${file}.gz`), gzipSync(bytes, { level: 9 }));
    const quality = { [constants.BROTLI_PARAM_QUALITY]: 9 };
    writeFileSync(path.join(assets, `${file}.br`), brotliCompressSync(bytes, { params: quality }));
  }
}

/** Copies the native parts under names that do not depend on the platform: native/ast-grep.node, native/<language>.so … */
function copyNative() {
  const require = createRequire(import.meta.url);
  mkdirSync(path.join(staging, 'native'));
  const suffix = { linux: 'linux-*-gnu', darwin: 'darwin-*', win32: 'win32-*-msvc' }[process.platform]?.replace(
    '*',
    process.arch,
  );
  const binding = path.join(root, 'node_modules', '@ast-grep', `napi-${suffix}`, `ast-grep-napi.${suffix}.node`);
  if (existsSync(binding)) copyFileSync(binding, path.join(staging, 'native', 'ast-grep.node'));
  else
    say(`no @ast-grep/napi for ${process.platform}-${process.arch}: policies on code will report that they cannot run`);
  for (const language of ['bash', 'go', 'java', 'python']) {
    try {
      copyFileSync(require(`@ast-grep/lang-${language}`).libraryPath, path.join(staging, 'native', `${language}.so`));
    } catch (error) {
      say(`no grammar for ${language} on this platform: ${error.message}`);
    }
  }
  copySqlite(require);
}

/** The package's own loader knows which of its binaries this platform takes; it does not export itself. */
function copySqlite(require) {
  const { getPrebuildPath } = require(path.join(root, 'node_modules/better-sqlite3/lib/binding.js'));
  const prebuilt = getPrebuildPath();
  if (prebuilt !== null) copyFileSync(prebuilt, path.join(staging, 'native', 'better-sqlite3.node'));
  else
    say(`no better-sqlite3 for ${process.platform}-${process.arch}: there will be no journal, and no gate without one`);
}

/** Moves the build into place, chunks before the entries that name them, the stamp last; sweeps what is long unused. */
function publish() {
  const entries = new Set([
    ...Object.keys(programs).map((name) => `${name}.js`),
    ...Object.keys({ ...scripts, ...snapshots, ...extensions }).map((name) => `${name}.cjs`),
    'web/index.html',
  ]);
  const files = readdirSync(staging, { recursive: true })
    .filter((file) => statSync(path.join(staging, file)).isFile())
    .sort((a, b) => Number(entries.has(a)) - Number(entries.has(b)));
  for (const folder of ['native', 'web/assets']) mkdirSync(path.join(dist, folder), { recursive: true });
  for (const file of files) {
    if (file.startsWith('native') && same(path.join(staging, file), path.join(dist, file))) continue;
    renameSync(path.join(staging, file), path.join(dist, file));
  }
  removeUnlessBusy(cacheIn(dist));
  const stamp = path.join(dist, '.built');
  writeFileSync(stamp, sumOf([...Object.keys(snapshots).map((name) => `${name}.cjs`), 'policies.json']));
  // Sources saved while the build ran are newer than this, so the next start builds again.
  utimesSync(stamp, began, began);
  const former = readdirSync(path.join(dist, 'web', 'assets')).map((file) => path.join('web', 'assets', file));
  for (const file of [
    ...readdirSync(dist).filter((name) => /^(chunk-|\.staging-|\.snapshot-)/.test(name)),
    ...former,
  ]) {
    if (files.includes(file)) continue;
    // Another build may be at the same: what it has taken away since the folder was read is no fault.
    const stat = statSync(path.join(dist, file), { throwIfNoEntry: false });
    if (stat !== undefined && began.getTime() - stat.mtimeMs > STALE_MS) removeUnlessBusy(path.join(dist, file));
  }
}

/** Tells builds apart that do not act alike from the first moment on. */
function sumOf(files) {
  const sum = createHash('sha256');
  for (const file of files) sum.update(readFileSync(path.join(dist, file)));
  return sum.digest('hex').slice(0, 16);
}

/** What another process is reading, filling or removing at the same moment stays, or is gone: both are all right. */
function removeUnlessBusy(file) {
  try {
    rmSync(file, { recursive: true, force: true });
  } catch (error) {
    if (!['ENOENT', 'ENOTEMPTY', 'EBUSY', 'EPERM'].includes(error.code)) throw error;
  }
}

function same(one, other) {
  return (
    existsSync(other) && statSync(one).size === statSync(other).size && readFileSync(one).equals(readFileSync(other))
  );
}

function say(line) {
  if (!quiet) process.stderr.write(`kerb: ${line}\n`);
}
