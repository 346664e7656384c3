/** The rules that a value suggests: it must not be what it is, or, where its form says more, not that part of it. */

import { readImage, readUses } from '../../cel/library/reference.ts';
import type { Path, Resource, Value } from '../../model.ts';
import { isMap } from '../../resource/adapter.ts';
import { valueAt } from '../../rule/require.ts';
import { quoted } from '../celText.ts';
import { formatPath } from '../path.ts';
import { type SketchedRule, type Suggestion, wordsFor } from './idea.ts';
import { aboutCommand, aboutExpression, aboutKeyword } from './words.ts';

/** What is pointed at: `within` is its path in `self`; `character` counts into its text, null where a key is pointed at. */
export interface Pointed {
  readonly resource: Resource;
  readonly within: Path;
  readonly character: number | null;
  /** What the value is must not be written anywhere: only that it is there can be. */
  readonly isSecret: boolean;
}

/** The best first. */
export function suggestionsFor(pointed: Pointed): readonly Suggestion[] {
  const { resource, within } = pointed;
  if (resource.kind.endsWith('.command')) return [aboutCommand(resource)];
  if (resource.kind === 'github.expression') return [aboutExpression(resource)];
  const value = valueAt(resource.self, within);
  if (value === undefined || within.length === 0 || isCounted(pointed)) return [];
  if (pointed.isSecret) return readingOf(within).rest.length === 0 ? [] : [openSecret(pointed)];
  if (resource.kind === 'docker.instruction' && within[0] === 'instruction')
    return [aboutKeyword(String(value), within)];
  if (typeof value === 'string') return [...stringSuggestions(pointed, value), ...valueSuggestions(pointed, value)];
  return value === null || typeof value === 'object' ? [presence(pointed)] : valueSuggestions(pointed, value);
}

/** The place of a stage among the others is nothing that anybody chose. */
function isCounted({ resource, within }: Pointed): boolean {
  return resource.kind === 'docker.stage' && within[0] === 'index';
}

/** `self` or, with `each`, the element; and the path from there. */
interface Reading {
  readonly base: 'self' | 'item';
  readonly each: Path | null;
  readonly rest: Path;
}

function readingOf(within: Path): Reading {
  const at = within.findIndex((key) => typeof key === 'number');
  if (at < 0) return { base: 'self', each: null, rest: within };
  return { base: 'item', each: within.slice(0, at), rest: within.slice(at + 1) };
}

function ruleOf({ resource, within }: Pointed, require: string, narrowed: string | null = null): SketchedRule {
  const { each, rest } = readingOf(within);
  const plain = rest.findIndex((key) => typeof key === 'number');
  const mark = plain < 0 ? rest : rest.slice(0, plain);
  const conditions = [kindOf(resource), narrowed].filter((condition) => condition !== null);
  return {
    kind: 'require',
    resource: resource.kind,
    where: conditions.length === 0 ? null : conditions.join(' && '),
    each: each === null ? null : formatPath(each),
    require,
    mark: mark.length === 0 ? null : formatPath(mark),
  };
}

/** What narrows a wide kind to things like this one. */
function kindOf({ kind, self }: Resource): string | null {
  const field = kind === 'kubernetes.object' ? 'kind' : kind === 'docker.instruction' ? 'instruction' : null;
  const said = field !== null && isMap(self) ? self[field] : undefined;
  return typeof said === 'string' ? `self.${field} == ${quoted(said)}` : null;
}

function valueSuggestions(pointed: Pointed, value: string | number | bigint | boolean): readonly Suggestion[] {
  const label = labelOf(pointed);
  const literal = typeof value === 'string' ? quoted(value) : String(value);
  const words = { label, ...wordsFor(label, String(value)) };
  const instead = otherThan(value);
  const unless = siblingCondition(pointed);
  const { base, rest } = readingOf(pointed.within);
  const differs = (given: (path: Path, from: string) => string): string => without(base, rest, given, literal);
  const typed = differs((path, from) =>
    path.length === 0 ? from : `${chain(from, path)}.orValue(${neutralOf(value)})`,
  );
  const textual = differs((path, from) => `textOf(${path.length === 0 ? from : `${chain(from, path)}.orValue(null)`})`);
  return [
    { ...words, instead, rule: ruleOf(pointed, `${unless}${typed}`) },
    ...(typeof value === 'string' ? [{ ...words, instead, rule: ruleOf(pointed, `${unless}${textual}`) }] : []),
  ];
}

/** `<value> != literal`; below a list in a list, that no element has it. */
function without(from: string, path: Path, given: (path: Path, from: string) => string, literal: string): string {
  const at = path.findIndex((key) => typeof key === 'number');
  if (at < 0) return `${given(path, from)} != ${literal}`;
  const list = at === 0 ? from : `${chain(from, path.slice(0, at))}.orValue([])`;
  const name = from === 'one' ? 'each' : 'one';
  return `listOf(${list}).all(${name}, ${without(name, path.slice(at + 1), given, literal)})`;
}

/** `self.?a.?b[?'x-y']` */
function chain(from: string, path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[?${key}]`;
    return /^[A-Za-z_]\w*$/.test(key) && !reserved.has(key) ? `${text}.?${key}` : `${text}[?${quoted(key)}]`;
  }, from);
}

const reserved: ReadonlySet<string> = new Set(
  'in as break const continue else false for function if import let loop null package namespace return true var void while'.split(
    ' ',
  ),
);

/** What a missing value counts as: never what is looked for. */
function neutralOf(value: string | number | bigint | boolean): string {
  if (typeof value === 'boolean') return String(!value);
  if (typeof value === 'string') return value === '' ? "'-'" : "''";
  if (typeof value === 'number' && !Number.isInteger(value)) return value === 0 ? '1.0' : '0.0';
  return Number(value) === 0 ? '1' : '0';
}

function otherThan(value: string | number | bigint | boolean): Value {
  if (typeof value === 'boolean') return !value;
  if (typeof value === 'number') return value + 1;
  return typeof value === 'bigint' ? value + 1n : 'other';
}

/** Of `{ name: DEBUG, value: "1" }` only the variable of that name is meant. */
function siblingCondition({ resource, within }: Pointed): string {
  const key = within.at(-1);
  const holder = valueAt(resource.self, within.slice(0, -1));
  const { base, rest } = readingOf(within);
  if (base === 'self' || rest.length !== 1 || !isMap(holder)) return '';
  const name = ['name', 'key'].find((each) => each !== key && typeof holder[each] === 'string');
  return name === undefined ? '' : `item.?${name}.orValue('') != ${quoted(String(holder[name]))} || `;
}

function presence(pointed: Pointed): Suggestion {
  const label = labelOf(pointed);
  return {
    label,
    title: `${label} must not be set`,
    message: `${label} is set`,
    rule: ruleOf(pointed, isAbsent(pointed)),
    instead: undefined,
  };
}

function isAbsent({ within }: Pointed): string {
  const { base, rest } = readingOf(within);
  return rest.length === 0 ? 'false' : `!${chain(base, rest)}.hasValue()`;
}

/** Of a secret it can only be said that it stands there. */
function openSecret(pointed: Pointed): Suggestion {
  const label = labelOf(pointed);
  return {
    label,
    title: `${label} must not be written out`,
    message: `${label} is written out here`,
    rule: ruleOf(pointed, `${siblingCondition(pointed)}${isAbsent(pointed)}`),
    instead: undefined,
  };
}

/** The last key with a name; of what is read line by line, its keyword or its own key. */
function labelOf({ resource: { kind, self }, within }: Pointed): string {
  if (kind === 'docker.instruction' && isMap(self)) return String(self.instruction);
  if (kind === 'docker.stage') return within[0] === 'base' ? 'FROM' : String(within[0]).toUpperCase();
  const { each } = readingOf(within);
  const holder = valueAt(self, within.slice(0, -1));
  if (kind === 'npm.config' && isMap(holder)) return String(holder.key);
  if (each !== null && isMap(holder) && within.at(-1) === 'value' && typeof holder.name === 'string')
    return holder.name;
  return String(within.findLast((key) => typeof key === 'string') ?? 'value');
}

function stringSuggestions(pointed: Pointed, value: string): readonly Suggestion[] {
  const key = pointed.within.at(-1);
  const { base, rest } = readingOf(pointed.within);
  if (pointed.character === null || rest.length === 0) return [];
  const text = `${chain(base, rest)}.orValue('')`;
  const isStage = pointed.resource.kind === 'docker.stage';
  if (key === 'image' || (key === 'base' && isStage && isImage(pointed.resource)))
    return imageSuggestions(pointed, value, text);
  return key === 'uses' ? usesSuggestions(pointed, value, text) : [];
}

/** Whether a stage begins from an image, and not from another stage or from nothing. */
function isImage({ self }: Resource): boolean {
  return isMap(self) && (self.parent ?? '') === '' && self.base !== 'scratch';
}

const beginsFromImage = "self.?parent.orValue('') == '' && !(self.?base.orValue('') in ['', 'scratch'])";

/** The part of an image's name that is pointed at: registry, tag, or what is between. */
function imageSuggestions(pointed: Pointed, value: string, text: string): readonly Suggestion[] {
  const { registry, repository, name, tag, digest } = readImage(value);
  const { character } = pointed;
  const isStage = pointed.resource.kind === 'docker.stage';
  const isSet = isStage ? beginsFromImage : `${chain('self', pointed.within)}.hasValue()`;
  const narrowed = readingOf(pointed.within).each === null ? isSet : null;
  const colon = value.lastIndexOf(':');
  const wantsTag = digest === '' && (tag === '' || (character ?? 0) > colon);
  if (wantsTag) {
    const isFloating = tag === '' || tag === 'latest';
    const tags = isFloating ? "!(image(TEXT).tag in ['', 'latest'])" : `image(TEXT).tag != ${quoted(tag)}`;
    const what = isFloating ? 'latest' : tag;
    return [
      {
        label: 'image-tag',
        ...wordsFor('the tag of the image', what),
        rule: ruleOf(pointed, tags.replace('TEXT', text), narrowed),
        instead: `${tag === '' ? value : value.slice(0, colon)}:0.0.1`,
      },
    ];
  }
  const isRegistry = value.startsWith(`${registry}/`) && (character ?? 0) <= registry.length;
  const [field, is] = isRegistry ? (['registry', registry] as const) : (['name', name] as const);
  const instead = isRegistry ? `registry.example/${repository}` : `${registry}/other`;
  return [
    {
      label: `image-${field}`,
      ...wordsFor(`the ${field} of the image`, is),
      rule: ruleOf(pointed, `image(${text}).${field} != ${quoted(is)}`, narrowed),
      instead: tag === '' ? instead : `${instead}:${tag}`,
    },
  ];
}

/** Of an action its version, which must be pinned, or the action itself. */
function usesSuggestions(pointed: Pointed, value: string, text: string): readonly Suggestion[] {
  const { kind, owner, repo, ref, pinned } = readUses(value);
  if (kind !== 'action' || repo === '') return [];
  const isSet = `${chain('self', pointed.within)}.hasValue()`;
  const at = value.lastIndexOf('@');
  if (ref !== '' && (pointed.character ?? 0) > at && !pinned) {
    return [
      {
        label: 'pinned-action',
        title: 'Actions must be pinned to a commit',
        message: 'this action is not pinned to a commit',
        rule: ruleOf(pointed, `uses(${text}).pinned`, isSet),
        instead: `${value.slice(0, at)}@${'0'.repeat(40)}`,
      },
    ];
  }
  const parts = `uses(${text}).owner != ${quoted(owner)} || uses(${text}).repo != ${quoted(repo)}`;
  return [
    {
      label: repo,
      ...wordsFor('the action', `${owner}/${repo}`),
      rule: ruleOf(pointed, parts, isSet),
      instead: `${owner}/other@${ref === '' ? 'main' : ref}`,
    },
  ];
}
