import { renameSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { buildSync } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');

/** Makes one file of the writer, so that it starts in a moment, and returns it. It lies where it finds better-sqlite3. */
export function bundleWriter(): string {
  const outfile = path.join(root, 'node_modules/.cache/kerb/faults/writer.mjs');
  const temporary = `${outfile}.${process.pid}`;
  buildSync({
    absWorkingDir: root,
    entryPoints: [path.join(import.meta.dirname, 'writer.ts')],
    outfile: temporary,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    mainFields: ['module', 'main'],
    external: ['better-sqlite3', '@ast-grep/*'],
    minifySyntax: true,
    treeShaking: true,
    logLevel: 'warning',
    banner: { js: "import{createRequire as kerbRequire}from'node:module';const require=kerbRequire(import.meta.url);" },
  });
  // Others may be starting writers from the one that is there.
  renameSync(temporary, outfile);
  return outfile;
}
