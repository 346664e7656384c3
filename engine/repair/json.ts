/** A change as edits of JSON text. */
import { modify } from 'jsonc-parser';
import type { Edit, PartContent } from '../model.ts';
import type { Change } from './change.ts';

/** Edits in the part's offsets. */
export function jsonEdits({ text }: PartContent, change: Change): readonly Edit[] | null {
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? '  ';
  const formattingOptions = {
    insertSpaces: !indent.startsWith('\t'),
    tabSize: indent.startsWith('\t') ? 4 : indent.length,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
  const path = [...change.path];
  const edits = modified(text, path, change.kind === 'remove' ? undefined : change.value, { formattingOptions });
  return edits === null
    ? null
    : edits.map(({ offset, length, content }) => ({ span: { start: offset, end: offset + length }, text: content }));
}

/** `modify` throws where the path runs through a scalar. */
function modified(...request: Parameters<typeof modify>): ReturnType<typeof modify> | null {
  try {
    return modify(...request);
  } catch {
    return null;
  }
}
