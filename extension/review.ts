// What reviewers say of the lines of a change, at these lines of the folder that it was proposed from. All of it comes from
// the hub and goes there; nothing is kept here.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type Comment,
  CommentMode,
  type CommentThread,
  CommentThreadCollapsibleState,
  comments,
  type Disposable,
  MarkdownString,
  Range,
  Uri,
} from 'vscode';
import type { ListedChange } from './changes.ts';

/** A comment as `kerb review list --comments --format json` prints it. */
export interface ReviewComment {
  readonly id: string;
  readonly by: string;
  readonly at: string;
  readonly text: string;
  readonly place: { readonly file: string; readonly line: number; readonly quote: string } | null;
  readonly isOutdated: boolean;
}

/** What somebody speaks of. */
export interface Spoken {
  readonly change: string;
  /** `acme/names.yaml:8`, as proposed; null for the whole change. */
  readonly at: string | null;
}

/** A line of a file here. */
interface FoundPlace {
  readonly uri: Uri;
  /** From 0. */
  readonly line: number;
}

export interface Review extends Disposable {
  /** Shows the comments of open changes at their lines; what was shown before goes. */
  show(changes: readonly ListedChange[], folders: readonly string[]): void;
  /** What a thread is about; null for one that is gone. */
  spokenOf(thread: CommentThread): Spoken | null;
  /** Where a comment is shown; null where it is at no line. */
  placeOf(id: string): FoundPlace | null;
}

export function createReview(): Review {
  const controller = comments.createCommentController('kerb.review', 'Review of policies');
  let shown: (Spoken & { readonly thread: CommentThread })[] = [];
  let places = new Map<string, FoundPlace>();
  const clear = (): void => {
    for (const { thread } of shown) thread.dispose();
    shown = [];
    places = new Map();
  };
  return {
    show(changes, folders) {
      clear();
      for (const { id, title, comments: said = [] } of changes) {
        for (const own of byPlace(said)) {
          const [first] = own;
          const found = first.place === null ? null : placeIn(first.place, folders);
          if (found === null) continue;
          const { uri, line } = found;
          for (const each of own) places.set(each.id, found);
          const thread = controller.createCommentThread(uri, new Range(line, 0, line, 0), own.map(asComment));
          thread.label = title;
          thread.collapsibleState = CommentThreadCollapsibleState.Expanded;
          thread.contextValue = 'kerb.review';
          // What was said of an earlier version is answered where its line is now.
          const number = first.isOutdated ? line + 1 : first.place!.line;
          shown.push({ change: id, at: `${first.place!.file}:${number}`, thread });
        }
      }
    },
    spokenOf: (thread) => shown.find((each) => each.thread === thread) ?? null,
    placeOf: (id) => places.get(id) ?? null,
    dispose() {
      clear();
      controller.dispose();
    },
  };
}

type AtLeastOne = readonly [ReviewComment, ...(readonly ReviewComment[])];

/** What is said of one line of one version is one thread. */
function byPlace(said: readonly ReviewComment[]): readonly AtLeastOne[] {
  const threads = new Map<string, AtLeastOne>();
  for (const comment of said) {
    const { place, isOutdated } = comment;
    if (place === null) continue;
    const key = JSON.stringify([place, isOutdated]);
    const own = threads.get(key);
    threads.set(key, own === undefined ? [comment] : [...own, comment]);
  }
  return [...threads.values()];
}

type Place = NonNullable<ReviewComment['place']>;

/** In the first folder that has such a file. The hub says its name, so it must not lead out of there. */
function placeIn(place: Place, folders: readonly string[]): FoundPlace | null {
  for (const folder of folders) {
    const file = path.join(folder, place.file);
    const lines = path.relative(folder, file).startsWith('..') ? null : linesOf(file);
    if (lines !== null) return { uri: Uri.file(file), line: nearest(lines, place) };
  }
  return null;
}

/** The nearest line that says the same, else the one of that number. */
function nearest(lines: readonly string[], { line, quote }: Place): number {
  const wanted = line - 1;
  const same = [...lines.keys()].filter((at) => quote !== '' && lines[at]!.trim().startsWith(quote));
  same.sort((a, b) => Math.abs(a - wanted) - Math.abs(b - wanted));
  return same[0] ?? Math.min(wanted, lines.length - 1);
}

function linesOf(file: string): readonly string[] | null {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return null;
  }
}

function asComment({ by, at, text, isOutdated }: ReviewComment): Comment {
  return {
    author: { name: by },
    // As text: what somebody else has written is no markup here.
    body: new MarkdownString().appendText(text),
    mode: CommentMode.Preview,
    timestamp: new Date(at),
    ...(isOutdated ? { label: 'of an earlier version' } : {}),
  };
}
