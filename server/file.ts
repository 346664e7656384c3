// A file of a root by its name there.
import path from 'node:path';
import { readWorkFile } from '../repository/index.ts';
import type { Root } from './roots.ts';
import { openAt, type Session } from './session.ts';
import { uriOf } from './uri.ts';

/** Its URI. */
export function uriIn({ folder }: Root, name: string): string {
  return uriOf(path.resolve(folder, name));
}

/** Its text as it is being edited, else as it is on disk; null where there is none. */
export function textIn(session: Session, root: Root, name: string): string | null {
  const open = openAt(session, uriIn(root, name));
  if (open !== null) return open.text.getText();
  const reading = readWorkFile(root.folder, name);
  return reading.kind === 'text' ? reading.file.text : null;
}
