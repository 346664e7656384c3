import type { Part, PartContent } from '../../model.ts';
import { conflictProblem, hideConflicts } from '../conflict.ts';
import { findTemplates, maskTemplates, type TemplateStyle } from '../template.ts';
import type { Mode, Piece } from './piece.ts';
import { detached, readYaml } from './read.ts';
import { documentStarts, isMarker, isPrefix } from './stream.ts';

/** A YAML document that has been read, kept for the next reading of its file. */
export interface YamlPart {
  readonly content: PartContent;
  readonly mode: Mode;
  readonly piece: Piece;
}

/** Reads the documents of a YAML file. Those whose text did not change are taken over from the previous reading. */
export function readParts(
  text: string,
  style: TemplateStyle,
  previous: readonly YamlPart[],
  reading: 'once' | 'again',
): readonly YamlPart[] {
  const front = sameFromFront(text, previous);
  const back = openedBack(text, previous, sameFromBack(text, previous, front), front);
  const middle = text.slice(front.offset, back.offset);
  const starts = documentStarts(middle);
  const between = previous.slice(front.count, previous.length - back.count);
  // A single candidate is compared below; a map would hash it.
  const byText = new Map(between.length > 1 ? between.map((part) => [part.content.text, part] as const) : []);
  const fresh = starts.map((start, index) => {
    const partText = detached(middle, start, starts[index + 1] ?? middle.length);
    const same = byText.get(partText);
    if (same !== undefined) return same;
    const before = between.length === starts.length ? between[index]! : (between[0] ?? null);
    return readPart(partText, style, before, reading);
  });
  return [...previous.slice(0, front.count), ...fresh, ...previous.slice(previous.length - back.count)];
}

/** Where each part stands in the file. */
export function placeParts(parts: readonly YamlPart[]): readonly Part[] {
  let offset = 0;
  return parts.map(({ content }) => {
    const part = { offset, content };
    offset += content.text.length;
    return part;
  });
}

function readPart(text: string, style: TemplateStyle, previous: YamlPart | null, reading: 'once' | 'again'): YamlPart {
  if (previous !== null && previous.content.text === text) return previous;
  const templates = text.includes('{{') ? findTemplates(text, style) : [];
  const plain = hideConflicts(text);
  const masked = templates.length === 0 ? { text: plain, insertions: [] } : maskTemplates(plain, templates);
  const mode = { style, kubernetes: isKubernetes(text), templated: masked.text !== text };
  const known = previous !== null && sameMode(previous.mode, mode) ? previous.piece : null;
  // A template without its end reaches into later entries, unless each is read by itself.
  const open = templates.some(({ start, end }) => text.slice(start, end).includes('\n'));
  const stretch = { raw: text, text: masked.text, insertions: masked.insertions };
  const piece = readYaml(stretch, mode, known, open ? 'again' : reading);
  const { node: root, value, comments } = piece.reading;
  const problems = plain === text ? piece.reading.problems : [conflictProblem(text)];
  return { content: { text, root, value, problems, templates, comments }, mode, piece };
}

function sameMode(one: Mode, other: Mode): boolean {
  return one.style === other.style && one.kubernetes === other.kubernetes && one.templated === other.templated;
}

function isKubernetes(text: string): boolean {
  return hasKey(text, 'apiVersion:') && hasKey(text, 'kind:');
}

function hasKey(text: string, key: string): boolean {
  return text.startsWith(key) || text.includes(`\n${key}`);
}

interface Same {
  readonly count: number;
  readonly offset: number;
}

function sameFromFront(text: string, previous: readonly YamlPart[]): Same {
  let offset = 0;
  let count = 0;
  for (const { content } of previous) {
    const end = offset + content.text.length;
    if (!opensDocument(text, end) || text.slice(offset, end) !== content.text) break;
    if (!content.text.startsWith('---') && isPrefix(content.text)) break;
    offset = end;
    count++;
  }
  return { count, offset };
}

function sameFromBack(text: string, previous: readonly YamlPart[], front: Same): Same {
  let offset = text.length;
  let count = 0;
  while (front.count + count < previous.length) {
    const { content } = previous[previous.length - 1 - count]!;
    const start = offset - content.text.length;
    if (start <= front.offset || !opensDocument(text, start) || text.slice(start, offset) !== content.text) break;
    offset = start;
    count++;
  }
  return { count, offset };
}

/** What precedes the parts at the back may be but directives and comments, which belong to the first of them. */
function openedBack(text: string, previous: readonly YamlPart[], back: Same, front: Same): Same {
  if (back.count === 0) return back;
  const middle = text.slice(front.offset, back.offset);
  if (!/^\.\.\./m.test(middle) && !isPrefix(middle.slice(documentStarts(middle).at(-1)))) return back;
  return { count: back.count - 1, offset: back.offset + previous[previous.length - back.count]!.content.text.length };
}

/** Whether a `---` stands at the offset, so that a document begins there unless nothing but a prefix precedes it. */
function opensDocument(text: string, offset: number): boolean {
  return text[offset - 1] === '\n' && text.startsWith('---', offset) && isMarker(text, offset);
}
