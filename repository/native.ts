/**
 * What native code gives to the engine: SHA-256 and syntax trees. ast-grep's binding is loaded when the first code file
 * appears, and the grammars of other languages when the first file in one of them does. Where a platform has no binding
 * or grammar, `parseCode` says null and the document says so: no crash, and no silence.
 *
 * A build lays the files beside the bundle as `native/ast-grep.node` and `native/<language>.so`; from a checkout they
 * come out of node_modules.
 */
import { hash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import type { CodeLanguage, Native } from '../engine/index.ts';
import { type Binding, codeTree } from './tree.ts';

/** Makes the native part. `folder` is where `native/` may lie: that of the running module unless told otherwise. */
export function createNative({ folder = import.meta.dirname }: { readonly folder?: string } = {}): Native {
  let loaded: Loaded | null = null;
  return {
    sha256: (text) => hash('sha256', text, 'hex'),
    parseCode(language, text) {
      loaded ??= load(folder);
      const name = loaded.languageName(language);
      return name === null || loaded.binding === null ? null : codeTree(loaded.binding, name, text);
    },
  };
}

interface Loaded {
  readonly binding: Binding | null;
  languageName(language: CodeLanguage): string | null;
}

function load(folder: string): Loaded {
  const binding = loadBinding(folder);
  let registered: ReadonlySet<string> | null = null;
  return {
    binding,
    languageName(language) {
      if (binding === null) return null;
      const own = builtIn.get(language);
      if (own !== undefined) return own;
      registered ??= registerGrammars(binding, folder);
      return registered.has(language) ? language : null;
    },
  };
}

const builtIn: ReadonlyMap<CodeLanguage, string> = new Map([
  ['typescript', 'TypeScript'],
  ['tsx', 'Tsx'],
  ['javascript', 'JavaScript'],
]);

function loadBinding(folder: string): Binding | null {
  const require = createRequire(import.meta.url);
  const beside = path.join(folder, 'native', 'ast-grep.node');
  try {
    // The package's own loader looks for the binary beside itself, where a bundle does not have it.
    return existsSync(beside) ? require(beside) : require('@ast-grep/napi');
  } catch {
    return null;
  }
}

interface Grammar {
  readonly extensions: readonly string[];
  readonly symbol: string;
  /** What stands for `$` while a pattern is parsed, in languages where `$` cannot begin a name. */
  readonly expando: string;
}

const grammars: Readonly<Record<string, Grammar>> = {
  bash: { extensions: ['sh', 'bash'], symbol: 'tree_sitter_bash', expando: '$' },
  go: { extensions: ['go'], symbol: 'tree_sitter_go', expando: 'µ' },
  java: { extensions: ['java'], symbol: 'tree_sitter_java', expando: '$' },
  python: { extensions: ['py'], symbol: 'tree_sitter_python', expando: 'µ' },
};

/** ast-grep takes one registration for the life of the process, so all grammars come at once. */
function registerGrammars(binding: Binding, folder: string): ReadonlySet<string> {
  const found = Object.entries(grammars).flatMap(([language, grammar]) => {
    const libraryPath = grammarPath(language, folder);
    return libraryPath === null ? [] : [{ language, grammar, libraryPath }];
  });
  const registrations = found.map(({ language, grammar, libraryPath }) => [
    language,
    {
      libraryPath,
      extensions: grammar.extensions,
      languageSymbol: grammar.symbol,
      expandoChar: grammar.expando,
    },
  ]);
  try {
    binding.registerDynamicLanguage(Object.fromEntries(registrations));
    return new Set(found.map(({ language }) => language));
  } catch {
    return new Set();
  }
}

function grammarPath(language: string, folder: string): string | null {
  const beside = path.join(folder, 'native', `${language}.so`);
  if (existsSync(beside)) return beside;
  try {
    const { resolve } = createRequire(import.meta.url);
    const home = path.dirname(resolve(`@ast-grep/lang-${language}/package.json`));
    const prebuilt = path.join(home, 'prebuilds', `prebuild-${platformName()}`, 'parser.so');
    return existsSync(prebuilt) ? prebuilt : null;
  } catch {
    return null;
  }
}

function platformName(): string {
  const system = { darwin: 'macOS', linux: 'Linux', win32: 'Windows' }[process.platform as string] ?? process.platform;
  return `${system}-${process.arch.toUpperCase()}`;
}
