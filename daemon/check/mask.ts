/** What of a file may be shown: its text with every credential in it struck out. */
import type { Verdict } from '../../engine/index.ts';

export interface Masker {
  /** The file's text, every offset unchanged. */
  readonly masked: string;
  /** Any other text, with the file's credentials struck out. */
  readonly mask: (text: string) => string;
}

/** Striking out a shorter text wherever it stands would make the rest unreadable. */
const shortest = 6;

/** What may be shown of the file that a verdict is about: neither the secrets themselves nor another copy of one. */
export function masker({ file, secrets }: Verdict): Masker {
  const texts = secrets.flatMap(({ start, end }) => {
    const text = file.text.slice(start, end);
    return [text, text.replace(/^(["'`])(.*)\1$/s, '$2')];
  });
  // The longest first: a short secret may be a part of a long one.
  const ordered = [...new Set(texts)]
    .filter((text) => text.trim().length >= shortest)
    .sort((a, b) => b.length - a.length);
  const mask = (text: string): string => ordered.reduce((rest, secret) => rest.replaceAll(secret, strikeOut), text);
  const short = secrets.filter(({ start, end }) => end - start < shortest);
  const struck = short.reduce(
    (rest, { start, end }) => rest.slice(0, start) + strikeOut(rest.slice(start, end)) + rest.slice(end),
    file.text,
  );
  return { masked: mask(struck), mask };
}

/** As long as what it hides, so that columns and lines stay where they are. */
function strikeOut(secret: string): string {
  return secret.replace(/[^\r\n]/g, '•');
}
