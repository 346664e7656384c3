/** Rules about words of a language: a command, an expression, a keyword. */
import type { Path, Resource } from '../../model.ts';
import { isMap } from '../../resource/adapter.ts';
import { quoted } from '../celText.ts';
import { formatPath } from '../path.ts';
import { type Suggestion, wordsFor } from './idea.ts';

const plainRule = { kind: 'require', where: null, each: null, mark: null } as const;

/** The first two words of a command say what it does: `npm publish`. */
export function aboutCommand({ kind, self }: Resource): Suggestion {
  const text = isMap(self) && typeof self.text === 'string' ? self.text : '';
  const words = /^\s*(\S+(?:[ \t]+[A-Za-z][\w-]*(?=\s|$))?)/.exec(text)?.[1] ?? text;
  return {
    label: words,
    title: `${words.slice(0, 80)} must not be run`,
    message: 'this command must not be run here',
    rule: { ...plainRule, resource: kind, require: `!self.text.startsWith(${quoted(words)})` },
    instead: 'true',
  };
}

/** An expression of a workflow must not be what it is. */
export function aboutExpression({ kind, self }: Resource): Suggestion {
  const text = isMap(self) && typeof self.text === 'string' ? self.text.trim() : '';
  return {
    label: text,
    ...wordsFor('an expression', text),
    rule: { ...plainRule, resource: kind, require: `self.text.trim() != ${quoted(text)}` },
    instead: 'true',
  };
}

/** A keyword of a Dockerfile must not be used at all. */
export function aboutKeyword(written: string, within: Path): Suggestion {
  return {
    label: written,
    title: `${written} must not be used`,
    message: `${written} is used`,
    rule: {
      ...plainRule,
      resource: 'docker.instruction',
      require: `self.instruction != ${quoted(written)}`,
      mark: formatPath(within),
    },
    instead: 'LABEL',
  };
}
