/** Sketches from YAML and JSON: the file is cut down to the way that leads to the value, and what names things on it. */
import { stringify } from 'yaml';
import { locate, readDocument } from '../../document/index.ts';
import { type Native, type Path, Unknown, type Value, type ValueMap } from '../../model.ts';
import { isList, isMap } from '../../resource/adapter.ts';
import type { Idea, Suggestion } from './idea.ts';
import { nameFor } from './name.ts';
import { suggestionsFor } from './rules.ts';
import { type DataTarget, targetAt } from './target.ts';

/** What may become a policy, the smallest file first. */
export function* dataIdeas(target: DataTarget, isSecret: boolean, native: Native): Iterable<Idea> {
  for (const scene of [cutDown(target), whole(target)]) {
    const again = targetIn(scene, target, native);
    if (again === null) continue;
    for (const suggestion of suggestionsFor({ ...again, character: target.character, isSecret }))
      yield ideaOf(suggestion, scene, target);
  }
}

/** A file's value, and where in it what is pointed at stands. */
interface Scene {
  readonly value: Value;
  readonly path: Path;
}

function ideaOf({ instead, ...suggestion }: Suggestion, scene: Scene, { document }: DataTarget): Idea {
  const language = document.kind === 'json' ? 'json' : 'yaml';
  return {
    ...suggestion,
    path: nameFor(document.file.path),
    language,
    failing: textOf(scene.value, language),
    passing: textOf(replaced(scene.value, scene.path, instead) ?? null, language),
  };
}

function textOf(value: Value, language: string): string {
  const plain = plainOf(value);
  return language === 'json' ? `${JSON.stringify(plain, numbers, 2)}\n` : stringify(plain, { lineWidth: 0 });
}

function numbers(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? Number(value) : value;
}

/** The same target in the smaller file; null where it is another one there. */
function targetIn(scene: Scene, { document, resource }: DataTarget, native: Native): DataTarget | null {
  const language = document.kind === 'json' ? 'json' : 'yaml';
  const file = { ...document.file, path: nameFor(document.file.path), text: textOf(scene.value, language) };
  const [part] = readDocument(file, native).parts;
  if (part === undefined) return null;
  const { key, value, missing } = locate(part.content, scene.path);
  const at = resource.span === undefined ? (key ?? value)?.start : value?.end;
  if (missing > 0 || at === undefined) return null;
  const found = targetAt(file, part.offset + at, native);
  if (found.kind !== 'target' || found.target.kind !== 'data') return null;
  return found.target.resource.kind === resource.kind ? found.target : null;
}

function whole({ value, path }: DataTarget): Scene {
  return { value, path };
}

/** Of each map on the way what is on the way and what names it; of each list the one element. */
function cutDown({ value, path, resource, document }: DataTarget): Scene {
  const { span, kind } = resource;
  // Of a script only the command, of a text with an expression only the expression.
  const part = document.parts.find(({ content }) => content.value === value);
  const piece = span === undefined || part === undefined ? null : part.content.text.slice(span.start, span.end);
  const end = piece === null ? null : kind === 'github.expression' ? piece : piece.replace(/\n\s+/g, '\n');
  return { value: kept(value, path, end), path: path.map((key) => (typeof key === 'number' ? 0 : key)) };
}

function kept(value: Value, path: Path, end: string | null): Value {
  const [key, ...rest] = path;
  if (key === undefined) return end ?? value;
  if (isList(value) && typeof key === 'number') return [kept(value[key] ?? null, rest, end)];
  if (!isMap(value)) return value;
  const map: Record<string, Value> = Object.create(null);
  for (const [name, inner] of Object.entries(value)) {
    if (name === key) map[name] = kept(inner, rest, end);
    else if (name === 'metadata') Object.assign(map, nameIn(inner));
    else if (isTelling(name, inner)) map[name] = inner;
  }
  return map;
}

const names: readonly string[] = [
  'apiVersion',
  'kind',
  'name',
  'id',
  'key',
  'on',
  'runs-on',
  'using',
  'shell',
  'version',
  'lockfileVersion',
];

function isTelling(name: string, value: Value): boolean {
  return names.includes(name) && (name === 'on' || value === null || typeof value !== 'object');
}

/** Of metadata only the name; nothing where there is none. */
function nameIn(metadata: Value): ValueMap {
  return isMap(metadata) && metadata.name !== undefined ? { metadata: { name: metadata.name } } : {};
}

/** Another value at a path; undefined takes it away, and an element of a list with what is in it. */
function replaced(value: Value, path: Path, other: Value | undefined): Value | undefined {
  const [key, ...rest] = path;
  if (key === undefined) return other;
  if (isList(value)) {
    const items = value.map((item, index) => (index === key ? replaced(item, rest, other) : item));
    return items.filter((item) => item !== undefined);
  }
  if (!isMap(value)) return value;
  const entries = Object.entries(value).map(([name, inner]) => [
    name,
    name === key ? replaced(inner, rest, other) : inner,
  ]);
  return Object.fromEntries(entries.filter(([, inner]) => inner !== undefined)) as ValueMap;
}

/** What a serializer takes. What a template fills in is left out. */
function plainOf(value: Value): unknown {
  if (isList(value)) return value.filter((item) => !(item instanceof Unknown)).map(plainOf);
  if (!isMap(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => !(inner instanceof Unknown));
  return Object.fromEntries(entries.map(([key, inner]) => [key, plainOf(inner)]));
}
