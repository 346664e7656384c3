/** What can stand at a place of a policy file or of `kerb.yaml` outside of CEL: keys and values, from the schema. */
import * as z from 'zod';
import type { Span } from '../../model.ts';
import { resourceKinds } from '../../resource/index.ts';
import { configurationSchema, policySchema } from '../schema.ts';
import { formsOf, membersOf, schemasAt } from '../schemaPath.ts';

/** A key or a value that may be written. */
export interface YamlItem {
  readonly kind: 'key' | 'value';
  readonly label: string;
  /** What it means, for a person; may be empty. */
  readonly documentation: string;
  readonly insert: string;
  readonly replace: Span;
}

/** What kind of file of Kerb's own a text is. */
export type OwnFile = 'policy' | 'configuration';

/** Where in a file an offset is: the keys around it, and what is being written there. */
interface Place {
  readonly path: readonly string[];
  readonly writes: 'key' | 'value';
  /** The word that is being written. */
  readonly word: Span;
}

/** The keys and values that fit at an offset, without those that are there. `known`: policies by their ids. */
export function yamlItems(
  file: OwnFile,
  text: string,
  offset: number,
  known: readonly PolicyName[],
): readonly YamlItem[] {
  const place = placeAt(text, offset);
  if (place === null) return [];
  const named = file === 'configuration' ? namedItems(place, known) : [];
  return [...named, ...(place.writes === 'key' ? keyItems(file, text, place) : valueItems(file, place))];
}

/** A path that is being written, up to the cursor. */
export interface WrittenPath {
  readonly text: string;
  readonly key: string;
  readonly span: Span;
}

const pathKeys: ReadonlySet<string> = new Set(['mark', 'masks', 'each', 'fix.remove']);

/** The path at an offset; null where none can stand. */
export function pathAt(text: string, offset: number): WrittenPath | null {
  const place = placeAt(text, offset);
  const key = place?.path.join('.') ?? '';
  if (place?.writes !== 'value' || !pathKeys.has(key)) return null;
  return { text: text.slice(place.word.start, offset), key, span: place.word };
}

/** A policy that a configuration may name. */
export interface PolicyName {
  readonly id: string;
  readonly title: string;
}

/** Policies and domains, where `kerb.yaml` names them. */
function namedItems({ path, writes, word }: Place, known: readonly PolicyName[]): readonly YamlItem[] {
  const isSet = path.join('.') === 'sets';
  const isKey = path.join('.') === 'policies' && writes === 'key';
  if (!isSet && !isKey) return [];
  const domains = [...new Set(known.map(({ id }) => id.split('/')[0] ?? ''))];
  const wide = isSet ? ['all', ...domains] : domains.map((domain) => `'${domain}/*'`);
  return [
    ...wide.map((label) => ({ label, documentation: '' })),
    ...known.map(({ id, title }) => ({ label: id, documentation: title })),
  ].map(({ label, documentation }) => ({
    kind: isSet ? ('value' as const) : ('key' as const),
    label,
    documentation,
    insert: isSet ? label : `${label}: `,
    replace: word,
  }));
}

/** What a key means: the description of its schema; null where nothing is said. */
export function describeKey(
  file: OwnFile,
  text: string,
  offset: number,
): { readonly span: Span; readonly text: string } | null {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const key = /^[ ]*(?:- )*([A-Za-z]\w*)(?=:)/.exec(text.slice(lineStart));
  if (key === null) return null;
  const start = lineStart + key[0].length - (key[1]?.length ?? 0);
  const span = { start, end: lineStart + key[0].length };
  if (offset < span.start || offset > span.end) return null;
  const schemas = schemasAt(schemaOf(file), [...parentsOf(text, lineStart), key[1] ?? '']);
  const description = schemas.map((schema) => schema.description).find((said) => said !== undefined);
  return description === undefined ? null : { span, text: description };
}

function keyItems(file: OwnFile, text: string, { path, word }: Place): readonly YamlItem[] {
  const present = siblingsOf(text, word.start);
  return heldAt(file, path).flatMap((form) =>
    Object.entries(membersOf(form))
      .filter(([name]) => !present.has(name))
      .map(([name, schema]) => ({
        kind: 'key' as const,
        label: name,
        documentation: `${schema.description ?? ''}${schema instanceof z.ZodOptional ? '' : ' (required)'}`.trim(),
        insert: `${name}: `,
        replace: word,
      })),
  );
}

function valueItems(file: OwnFile, { path, word }: Place): readonly YamlItem[] {
  const item = (label: string, documentation = ''): YamlItem => ({
    kind: 'value',
    label,
    documentation,
    insert: label,
    replace: word,
  });
  if (file === 'policy' && path.length === 1 && path[0] === 'resource')
    return resourceKinds.map(({ kind, description }) => item(kind, description));
  return [...new Set(heldAt(file, path).flatMap(choicesOf))].map((value) => item(value));
}

function choicesOf(form: z.ZodType): readonly string[] {
  if (form instanceof z.ZodEnum) return form.options.map(String);
  return form instanceof z.ZodBoolean ? ['true', 'false'] : [];
}

/** What may stand at a path; what a list holds where it may be a list. */
function heldAt(file: OwnFile, path: readonly string[]): readonly z.ZodType[] {
  return schemasAt(schemaOf(file), path)
    .flatMap(formsOf)
    .flatMap((form) => (form instanceof z.ZodArray ? formsOf(form.element as z.ZodType) : [form]));
}

function schemaOf(file: OwnFile): z.ZodType {
  return file === 'policy' ? policySchema() : configurationSchema();
}

/** The place of an offset, read off the indentation: the file is half-typed. Null in block texts and comments. */
function placeAt(text: string, offset: number): Place | null {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const before = text.slice(lineStart, offset);
  if (before.trimStart().startsWith('#')) return null;
  const key = /^[ ]*(?:- )*([A-Za-z_][\w./*-]*)?$/.exec(before);
  if (key !== null) {
    const rest = /^[\w./*-]*/.exec(text.slice(offset))?.[0].length ?? 0;
    const word = { start: offset - (key[1]?.length ?? 0), end: offset + rest };
    return isInBlockText(text, lineStart) ? null : { path: parentsOf(text, lineStart), writes: 'key', word };
  }
  const value = /^[ ]*(?:- )*([A-Za-z_]\w*): +(?:\[(?:[^\]]*, *)?)?([\w./<>-]*)$/.exec(before);
  if (value === null) return null;
  const rest = /^[\w./<>-]*/.exec(text.slice(offset))?.[0].length ?? 0;
  const word = { start: offset - (value[2]?.length ?? 0), end: offset + rest };
  return { path: [...parentsOf(text, lineStart), value[1] ?? ''], writes: 'value', word };
}

interface Line {
  readonly indent: number;
  readonly key: string | null;
  readonly opensText: boolean;
}

function lineOf(line: string): Line | null {
  const match = /^([ ]*(?:- )*)(?:([^\s#:][^:]*):(?: +([|>])?.*)?)?/.exec(line);
  if (match === null || line.trim() === '' || line.trim().startsWith('#')) return null;
  return { indent: match[1]?.length ?? 0, key: match[2] ?? null, opensText: match[3] !== undefined };
}

/** The keys that the line at an offset stands below, the outermost first. An empty line is as deep as it is indented. */
function parentsOf(text: string, lineStart: number): readonly string[] {
  const path: string[] = [];
  const current = /^[ ]*(?:- )*/.exec(text.slice(lineStart))?.[0].length ?? 0;
  let indent = current;
  for (const line of text.slice(0, lineStart).split('\n').slice(0, -1).toReversed()) {
    const found = lineOf(line);
    if (found === null || found.key === null || found.indent >= indent) continue;
    path.unshift(found.key);
    indent = found.indent;
  }
  return path;
}

/** The keys at the same depth, below the same parent. */
function siblingsOf(text: string, offset: number): ReadonlySet<string> {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1;
  const indent = offset - lineStart;
  const keys = new Set<string>();
  const gather = (lines: readonly string[]): void => {
    for (const line of lines) {
      const found = lineOf(line);
      if (found === null || found.indent > indent) continue;
      if (found.indent < indent) return;
      if (found.key !== null) keys.add(found.key);
    }
  };
  gather(text.slice(0, lineStart).split('\n').slice(0, -1).toReversed());
  gather(text.slice(lineStart).split('\n').slice(1));
  return keys;
}

function isInBlockText(text: string, lineStart: number): boolean {
  const indent = /^[ ]*/.exec(text.slice(lineStart))?.[0].length ?? 0;
  const above = text.slice(0, lineStart).split('\n').slice(0, -1).toReversed().map(lineOf);
  const parent = above.find((line) => line !== null && line.key !== null && line.indent < indent);
  return parent?.opensText ?? false;
}
