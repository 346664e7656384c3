/** What a sketched policy says, before it is written down. */
import type { Value } from '../../model.ts';

/** A rule about a value, and the two cases that show what it finds. */
export interface Idea {
  /** What it is about, in a word. */
  readonly label: string;
  readonly title: string;
  readonly message: string;
  readonly rule: SketchedRule;
  /** The file of both cases. */
  readonly path: string;
  /** The language of their fences. */
  readonly language: string;
  /** The text with the value, and with another one or none. */
  readonly failing: string;
  readonly passing: string;
}

/** A rule, the words for it, and what the value is where the rule is kept; undefined: it is not there. */
export interface Suggestion extends Pick<Idea, 'label' | 'title' | 'message'> {
  readonly rule: SketchedRule;
  readonly instead: Value | undefined;
}

export type SketchedRule =
  | {
      readonly kind: 'require';
      readonly resource: string;
      readonly where: string | null;
      readonly each: string | null;
      readonly require: string;
      readonly mark: string | null;
    }
  | { readonly kind: 'pattern'; readonly language: string; readonly rule: object };

/** `privileged must not be true` and `privileged is true`; without the value where it is long or would read as a template. */
export function wordsFor(label: string, value: string): Pick<Idea, 'title' | 'message'> {
  if (value === '' || value.length > 50 || /[{}\n\r]/.test(value))
    return { title: `${label} must not be what it is here`, message: `${label} is not allowed as it is here` };
  return { title: `${label} must not be ${value}`, message: `${label} is ${value}` };
}
