/** The house's rules as a test: who may import whom, what the pure engine may not touch, how large a file may grow. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

const root = path.resolve(import.meta.dirname, '..');
const maxLines = 300;

/** Which files of other folders each folder may import. What is not named here is not allowed. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  repository: ['engine/index.ts'],
  server: ['engine/index.ts', 'repository/index.ts', 'daemon/protocol.ts'],
  daemon: ['engine/index.ts', 'repository/index.ts', 'hub/protocol.ts'],
  hub: ['engine/index.ts', 'engine/verify.ts', 'repository/index.ts'],
  extension: ['server/protocol.ts'],
};

/** npm packages that the engine may use: each is pure and works on values alone. */
const purePackages = ['yaml', 'jsonc-parser', 're2js', 'zod'];

interface Source {
  readonly file: string;
  readonly folder: string;
  readonly text: string;
  readonly imports: readonly string[];
}

const sources: readonly Source[] = Object.keys(allowed)
  .flatMap((folder) => globSync(`${folder}/**/*.ts`, { cwd: root }).map((file) => file.split(path.sep).join('/')))
  .filter((file) => !file.endsWith('.test.ts'))
  .sort()
  .map((file) => {
    const text = readFileSync(path.join(root, file), 'utf8');
    return { file, folder: file.split('/')[0] ?? '', text, imports: importsOf(text) };
  });

test('there is something to guard', () => {
  assert.ok(sources.some((source) => source.file === 'engine/model.ts'));
});

test('folders import each other only through their façades, one way', () => {
  const wrong = sources.flatMap((source) =>
    source.imports
      .filter((name) => name.startsWith('.'))
      .map((name) => path.posix.join(path.posix.dirname(source.file), name))
      .filter((target) => !target.startsWith(`${source.folder}/`))
      .filter((target) => !(allowed[source.folder] ?? []).includes(target))
      .map((target) => `${source.file} imports ${target}`),
  );
  assert.deepEqual(wrong, []);
});

test('the engine imports nothing but itself and pure packages', () => {
  const wrong = of('engine').flatMap((source) =>
    source.imports
      .filter((name) => !name.startsWith('.') && !purePackages.includes(packageOf(name)))
      .map((name) => `${source.file} imports ${name}`),
  );
  assert.deepEqual(wrong, []);
});

test('the engine touches no clock, chance, network, timer, console or process', () => {
  const impure =
    /\b(?:Date\.now|new Date\(\)|Math\.random|performance\.|setTimeout|setInterval|setImmediate|fetch\(|console\.|process\.|globalThis|eval\(|new Function|(?<!get )require\()/;
  const wrong = of('engine').flatMap((source) =>
    withoutComments(source.text)
      .split('\n')
      .flatMap((line) => {
        const found = impure.exec(line);
        return found ? [`${source.file}: ${found[0]}`] : [];
      }),
  );
  assert.deepEqual(wrong, []);
});

test('a verified bundle is made where it is verified, and where the editor takes it from its own daemon', () => {
  const makers = sources
    .filter(({ text }) => /\bas VerifiedBundle\b/.test(withoutComments(text)))
    .map(({ file }) => file);
  assert.deepEqual(makers, ['daemon/sync/tuf/verify.ts', 'server/organisation.ts']);
});

test('zod is imported as a namespace: by its name `z` all of it, every language included, would be in every bundle', () => {
  const wrong = sources.filter(({ text }) => /import \{ z \} from 'zod'/.test(text)).map(({ file }) => file);
  assert.deepEqual(wrong, []);
});

test('the page is a browser’s: of the hub it knows the messages, and of the engine what verifies', () => {
  const [packages, own] = [/^(?:lit|uplot|@noble\/(?:hashes|ed25519))(?:\/|$)/, /^hub\/(?:web|protocol)\//];
  const page = of('hub').filter(({ file }) => file.startsWith('hub/web/'));
  const wrong = page.flatMap(({ file, imports }) =>
    imports
      .filter((name) => {
        if (!name.startsWith('.')) return !packages.test(name);
        const target = path.posix.join(path.posix.dirname(file), name);
        return !own.test(target) && target !== 'engine/verify.ts';
      })
      .map((name) => `${file} imports ${name}`),
  );
  assert.deepEqual(wrong, []);
  assert.ok(page.length > 10);
});

test('the page makes no HTML of texts', () => {
  const maker =
    /innerHTML|outerHTML|insertAdjacentHTML|unsafeHTML|unsafeSVG|document\.write|srcdoc|createContextualFragment/;
  const wrong = of('hub').filter(({ file, text }) => file.startsWith('hub/web/') && maker.test(text));
  assert.deepEqual(
    wrong.map(({ file }) => file),
    [],
  );
});

test('only the extension knows vscode, only the server knows the language server protocol', () => {
  const wrong = sources.flatMap((source) =>
    source.imports
      .filter(
        (name) =>
          (name === 'vscode' && source.folder !== 'extension') ||
          (name.startsWith('vscode-languageserver') && source.folder !== 'server') ||
          (name.startsWith('vscode-languageclient') && source.folder !== 'extension'),
      )
      .map((name) => `${source.file} imports ${name}`),
  );
  assert.deepEqual(wrong, []);
});

test('SQL and SQLite are in the stores alone', () => {
  const inStore = /^(?:daemon|hub)\/store\//;
  const sql =
    /['"`\n]\s*(?:SELECT\s|INSERT\s+(?:OR\s|INTO\s)|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+TABLE\s|PRAGMA\s)/;
  const wrong = sources
    .filter((source) => !inStore.test(source.file))
    .filter((source) => source.imports.includes('better-sqlite3') || sql.test(withoutComments(source.text)))
    .map((source) => source.file);
  assert.deepEqual(wrong, []);
  assert.ok(sources.some((source) => inStore.test(source.file) && sql.test(source.text)));
});

test('nothing is exported that no other file imports', () => {
  const everything = globSync(
    '{*,{bin,demo,test,engine,repository,server,daemon,hub,extension,policies}/**/*}.{ts,js,mjs}',
    {
      cwd: root,
    },
  ).map((file) => file.split(path.sep).join('/'));
  const used = new Set(everything.flatMap((file) => usesIn(file, readFileSync(path.join(root, file), 'utf8'))));
  // VS Code calls what that file exports.
  const unused = sources
    .filter(({ file }) => file !== 'extension/extension.ts')
    .flatMap(({ file, text }) =>
      exportsOf(text)
        .filter((name) => !used.has(`${file} ${name}`) && !used.has(`${file} *`))
        .map((name) => `${file}: ${name}`),
    );
  assert.deepEqual(unused, []);
  assert.ok(used.has('engine/decide.ts decide') && used.has('engine/index.ts decide'));
});

test(`no file is longer than ${maxLines} lines`, () => {
  const long = sources
    .map((source) => ({ file: source.file, lines: source.text.split('\n').length - 1 }))
    .filter(({ lines }) => lines > maxLines)
    .map(({ file, lines }) => `${file}: ${lines} lines`);
  assert.deepEqual(long, []);
});

test('no folder or file is named for nothing in particular', () => {
  const vague = /(?:^|\/)(?:utils?|helpers?|common|shared|misc|lib|manager|service)(?:\.ts|\/)/i;
  assert.deepEqual(
    sources.map((source) => source.file).filter((file) => vague.test(file)),
    [],
  );
});

function of(folder: string): readonly Source[] {
  return sources.filter((source) => source.folder === folder);
}

function importsOf(text: string): readonly string[] {
  const code = withoutComments(text);
  return [...code.matchAll(/\b(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)].map((match) => match[1] ?? '');
}

/** The names that a file exports, its own and those of others that it hands on. Types of its own belong to what it exports. */
function exportsOf(text: string): readonly string[] {
  const code = withoutComments(text);
  const own = /^export (?:declare )?(?:async )?(?:abstract )?(?:function\*?|const|let|class) (\w+)/gm;
  const lists = [...code.matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap((match) => namesIn(match[1] ?? ''));
  return [...[...code.matchAll(own)].map((match) => match[1] ?? ''), ...lists.map(({ given }) => given)];
}

/** `FILE NAME` for each name that a file takes of another one, and `FILE *` where it may take all of them. */
function usesIn(file: string, text: string): readonly string[] {
  const code = withoutComments(text);
  const at = (name: string) => path.posix.join(path.posix.dirname(file), name);
  const lists = code.matchAll(/\b(?:import|export)\s+(?:type\s+)?\{([^}]*)\}\s*from\s*'(\.[^']+)'/g);
  const wholes = code.matchAll(/\* (?:as \w+ )?from '(\.[^']+)'|\bimport\((?:\s*'(\.[^']+)')/g);
  return [
    ...[...lists].flatMap(([, names = '', from = '']) => namesIn(names).map(({ taken }) => `${at(from)} ${taken}`)),
    ...[...wholes].map(([, star, dynamic]) => `${at(star ?? dynamic ?? '')} *`),
  ];
}

function namesIn(list: string): readonly { readonly taken: string; readonly given: string }[] {
  return list
    .split(',')
    .map((part) => part.trim().replace(/^type /, ''))
    .filter((part) => part !== '')
    .map((part) => {
      const [taken = '', given = taken] = part.split(/ as /);
      return { taken, given };
    });
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

function packageOf(name: string): string {
  const parts = name.split('/');
  return name.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
}
