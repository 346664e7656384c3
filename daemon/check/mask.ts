/** What of a file may be shown: its text with every credential in it struck out. */
import { createMasker, mask, type Verdict } from '../../engine/index.ts';

export interface Masker {
  /** The file's text with its secrets struck out where they were found, every offset unchanged. */
  readonly masked: string;
  /** A short text with every copy of a secret, and every telling stretch of one, struck out; as long as before. */
  readonly mask: (text: string) => string;
}

/** What may be shown of the file that a verdict is about. Findings themselves leave the engine masked. */
export function masker({ file, secrets }: Verdict): Masker {
  if (secrets.length === 0) return { masked: file.text, mask: (text) => text };
  return {
    masked: mask(file.text, secrets),
    mask: createMasker(secrets.map(({ start, end }) => file.text.slice(start, end).replace(/^(["'`])(.*)\1$/s, '$2'))),
  };
}
