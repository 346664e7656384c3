/** What can stand at a place in an expression: fields, variables, functions, macros. */
import type { Span } from '../../model.ts';
import { formatOverload } from '../check/call.ts';
import { qualifiedName } from '../check/scope.ts';
import { assign, createSubstitution } from '../check/unify.ts';
import type { FunctionDeclaration } from '../function.ts';
import { builtIn, type Environment } from '../index.ts';
import { macroUsages } from '../syntax/macro.ts';
import { tokenize } from '../syntax/token.ts';
import { formatType, type Type } from '../type.ts';
import { type Analysis, analyse, localsOf, pathTo } from './analysis.ts';

export interface Completion {
  readonly kind: 'field' | 'variable' | 'function' | 'method' | 'macro' | 'keyword';
  readonly label: string;
  /** Its type or signature. */
  readonly detail: string;
  /** What is inserted: a snippet with `$1`, `$2` and `$0` for functions and macros. */
  readonly insert: string;
  /** What it replaces, in the source's offsets. */
  readonly replace: Span;
}

type Item = Omit<Completion, 'replace'>;

/** Stands for the name that is being typed. No name of a document is likely to be this. */
const marker = 'kerbIsCompletingThis';

/** The completions at an offset, without a filter by what is typed already; none within texts and comments. */
export function complete(source: string, offset: number, environment: Environment): readonly Completion[] {
  if (isInText(source, offset)) return [];
  const replace = wordAt(source, offset);
  const marked = source.slice(0, replace.start) + marker + source.slice(replace.end);
  const analysis = analyse(marked, environment);
  const path = pathTo(analysis.root, replace.start + 1);
  return itemsAt(analysis, path, environment).map((item) => ({ ...item, replace }));
}

function itemsAt(analysis: Analysis, path: ReturnType<typeof pathTo>, environment: Environment): readonly Item[] {
  const node = path.at(-1);
  if (node?.kind === 'select' && node.field === marker) return membersOf(analysis, node.operand, environment);
  if (node?.kind === 'call' && node.name === marker)
    return node.target === null ? namesAt(analysis, path, environment) : membersOf(analysis, node.target, environment);
  return node?.kind === 'name' && node.name === marker ? namesAt(analysis, path, environment) : [];
}

function membersOf(
  analysis: Analysis,
  operand: Parameters<Analysis['typeOf']>[0],
  environment: Environment,
): readonly Item[] {
  const prefix = qualifiedName(operand);
  const isPrefix = prefix !== null && operand.kind !== 'literal' && isFunctionPrefix(prefix, environment);
  if (isPrefix) return functionItems(environment, `${prefix}.`);
  const type = analysis.typeOf(operand);
  return [...fieldItems(type), ...macroItems(type), ...methodItems(type, environment)];
}

function fieldItems(type: Type): readonly Item[] {
  const object = type.kind === 'optional' ? type.value : type;
  if (object.kind !== 'object') return [];
  return Object.keys(object.fields).map((name) => ({
    kind: 'field',
    label: name,
    detail: formatType(object.fields[name]!),
    insert: /^[A-Za-z_]\w*$/.test(name) ? name : `\`${name}\``,
  }));
}

const overElements: readonly string[] = ['all', 'exists', 'existsOne', 'filter', 'map', 'sortBy'];
const overEntries: readonly string[] = ['transformList', 'transformMap', 'transformMapEntry'];
const ofOptionals: readonly string[] = ['optMap', 'optFlatMap'];

function macroItems(type: Type): readonly Item[] {
  if (type.kind === 'optional') return ofOptionals.map(macroItem);
  if (type.kind === 'list') return [...overElements, ...overEntries].map(macroItem);
  const isOpen = type.kind === 'map' || type.kind === 'object' || type.kind === 'dyn';
  return isOpen ? [...overElements.filter((name) => name !== 'sortBy'), ...overEntries].map(macroItem) : [];
}

/** A macro as a snippet: `all(x, …)`. */
function macroItem(name: string): Item {
  const usage = macroUsages.get(name) ?? name;
  const entries = overEntries.includes(name);
  const body = name === 'transformMapEntry' ? '{${3:k}: ${4:v}}' : '$3';
  const insert = entries ? `${name}(\${1:k}, \${2:v}, ${body})` : `${name}(\${1:x}, $2)`;
  return { kind: 'macro', label: name, detail: usage, insert };
}

function methodItems(type: Type, environment: Environment): readonly Item[] {
  return declared(environment)
    .filter(({ kind }) => kind === 'method')
    .flatMap((declaration) => {
      const overloads = declaration.overloads.filter(({ parameters: [first] }) =>
        first === undefined ? false : assign(createSubstitution(), type, first),
      );
      const [overload] = overloads;
      if (overload === undefined) return [];
      const takesMore = overloads.some(({ parameters, rest }) => parameters.length > 1 || rest !== undefined);
      return [
        {
          kind: 'method' as const,
          label: declaration.name,
          detail: signatureOf(declaration, overload),
          insert: `${declaration.name}(${takesMore ? '$1' : ''})`,
        },
      ];
    });
}

function namesAt(analysis: Analysis, path: ReturnType<typeof pathTo>, environment: Environment): readonly Item[] {
  const locals = localsOf(path).map((variable) => variableItem(variable.name, analysis.variableType(variable)));
  const taken = new Set(locals.map(({ label }) => label));
  const variables = Object.entries(environment.variables)
    .filter(([name]) => !taken.has(name))
    .map(([name, type]) => variableItem(name, type));
  const keywords = ['true', 'false', 'null'].map(
    (word): Item => ({ kind: 'keyword', label: word, detail: '', insert: word }),
  );
  return [...locals, ...variables, ...functionItems(environment, ''), ...topMacros, ...keywords];
}

const topMacros: readonly Item[] = [
  { kind: 'macro', label: 'has', detail: 'has(a.b): whether the field is there', insert: 'has($1)' },
  {
    kind: 'macro',
    label: 'cel.bind',
    detail: macroUsages.get('bind') ?? '',
    insert: 'cel.bind(${1:x}, $2, $3)',
  },
];

function variableItem(name: string, type: Type): Item {
  return { kind: 'variable', label: name, detail: formatType(type), insert: name };
}

/** Functions whose names begin with a prefix, named without it. */
function functionItems(environment: Environment, prefix: string): readonly Item[] {
  return declared(environment)
    .filter(({ kind, name }) => kind === 'function' && name.startsWith(prefix) && !/[^\w.]/.test(name))
    .map((declaration) => {
      const [overload] = declaration.overloads;
      const label = declaration.name.slice(prefix.length);
      const takesAny = declaration.overloads.some(
        ({ parameters, rest }) => parameters.length > 0 || rest !== undefined,
      );
      return {
        kind: 'function',
        label,
        detail: overload === undefined ? '' : signatureOf(declaration, overload),
        insert: `${label}(${takesAny ? '$1' : ''})`,
      };
    });
}

function isFunctionPrefix(prefix: string, environment: Environment): boolean {
  if (Object.hasOwn(environment.variables, prefix.split('.')[0] ?? '')) return false;
  return declared(environment).some(({ kind, name }) => kind === 'function' && name.startsWith(`${prefix}.`));
}

function declared({ functions = [] }: Environment): readonly FunctionDeclaration[] {
  return [...functions, ...builtIn];
}

/** `string.startsWith(string): bool` */
export function signatureOf(
  declaration: FunctionDeclaration,
  overload: FunctionDeclaration['overloads'][number],
): string {
  return `${formatOverload(declaration, overload)}: ${formatType(overload.result)}`;
}

function wordAt(source: string, offset: number): Span {
  let begin = offset;
  while (begin > 0 && /\w/.test(source[begin - 1]!)) begin--;
  while (begin < offset && /\d/.test(source[begin]!)) begin++;
  const before = offset - begin;
  const after = /^\w*/.exec(source.slice(offset))?.[0].length ?? 0;
  return {
    start: offset - before,
    end: before === 0 && after > 0 && /\d/.test(source[offset] ?? '') ? offset : offset + after,
  };
}

function isInText(source: string, offset: number): boolean {
  const line = source.slice(source.lastIndexOf('\n', offset - 1) + 1, offset);
  const tokens = tokenize(source, () => undefined);
  if (tokens.some(({ kind, start, end }) => (kind === 'string' || kind === 'bytes') && start < offset && offset < end))
    return true;
  const comment = line.indexOf('//');
  const at = offset - line.length + comment;
  return comment >= 0 && !tokens.some(({ start, end }) => start <= at && at < end);
}
