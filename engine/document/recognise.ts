import type { CodeLanguage, DocumentKind, SourceFile } from '../model.ts';

/** What a file is: how it is parsed, and for code, in which language. */
export interface Recognised {
  readonly kind: DocumentKind;
  readonly language: CodeLanguage | null;
}

/**
 * Says what a file is: by its name, else by its extension, else by the editor's language id, else by the interpreter that
 * its first line names; else it is plain text.
 */
export function recognise(file: Pick<SourceFile, 'path' | 'language'> & { readonly text?: string }): Recognised {
  const name = file.path.slice(file.path.lastIndexOf('/') + 1).toLowerCase();
  const dot = name.lastIndexOf('.');
  const extension = dot < 0 ? '' : name.slice(dot + 1);
  return (
    byName(name) ??
    kinds.get(extension) ??
    languageIds.get((file.language ?? '').toLowerCase()) ??
    (dot < 0 ? byInterpreter(file.text ?? '') : null) ?? { kind: 'text', language: null }
  );
}

const dockerfile: Recognised = { kind: 'dockerfile', language: null };
const json: Recognised = { kind: 'json', language: null };
const yaml: Recognised = { kind: 'yaml', language: null };
const text: Recognised = { kind: 'text', language: null };

function byName(name: string): Recognised | null {
  if (/^(?:docker|container)file(?:\..*)?$/.test(name))
    return /\.(?:dockerignore|md|txt)$/.test(name) ? text : dockerfile;
  return names.get(name) ?? null;
}

function byInterpreter(text: string): Recognised | null {
  if (!text.startsWith('#!')) return null;
  const line = text.slice(0, 200).split('\n', 1)[0] ?? '';
  const name = /[/ ](bash|sh|dash|zsh|ksh|python[\d.]*|node|tsx?|deno|bun)\b[^/]*$/.exec(line)?.[1] ?? '';
  return interpreters.get(name.replace(/[\d.]+$/, '')) ?? null;
}

const names: ReadonlyMap<string, Recognised> = new Map([
  ['.babelrc', json],
  ['.eslintrc', json],
  ['.prettierrc', yaml],
  ['.swcrc', json],
  ['.clang-format', yaml],
  ['.clang-tidy', yaml],
  ['.yamllint', yaml],
  ['composer.lock', json],
  ['pipfile.lock', json],
  ['bun.lock', json],
  ['yarn.lock', { kind: 'yarn', language: null }],
]);

function code(language: CodeLanguage): Recognised {
  return { kind: 'code', language };
}

const kinds: ReadonlyMap<string, Recognised> = new Map([
  ['dockerfile', dockerfile],
  ['containerfile', dockerfile],
  ['yml', yaml],
  ['yaml', yaml],
  ['json', json],
  ['jsonc', json],
  ['json5', text],
  ['code-workspace', json],
  ['webmanifest', json],
  ['ts', code('typescript')],
  ['mts', code('typescript')],
  ['cts', code('typescript')],
  ['tsx', code('tsx')],
  ['jsx', code('javascript')],
  ['js', code('javascript')],
  ['mjs', code('javascript')],
  ['cjs', code('javascript')],
  ['py', code('python')],
  ['pyi', code('python')],
  ['pyw', code('python')],
  ['go', code('go')],
  ['sh', code('bash')],
  ['bash', code('bash')],
  ['java', code('java')],
  ['txt', text],
  ['md', text],
]);

const languageIds: ReadonlyMap<string, Recognised> = new Map([
  ['yaml', yaml],
  ['github-actions-workflow', yaml],
  ['dockercompose', yaml],
  ['docker-compose', yaml],
  ['helm', yaml],
  ['json', json],
  ['jsonc', json],
  ['dockerfile', dockerfile],
  ['typescript', code('typescript')],
  ['typescriptreact', code('tsx')],
  ['javascript', code('javascript')],
  ['javascriptreact', code('javascript')],
  ['python', code('python')],
  ['go', code('go')],
  ['shellscript', code('bash')],
  ['java', code('java')],
]);

const interpreters: ReadonlyMap<string, Recognised> = new Map([
  ...['bash', 'sh', 'dash', 'zsh', 'ksh'].map((name) => [name, code('bash')] as const),
  ['python', code('python')],
  ['node', code('javascript')],
  ...['ts', 'tsx', 'deno', 'bun'].map((name) => [name, code('typescript')] as const),
]);
