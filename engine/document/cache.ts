import type { Document } from '../model.ts';
import type { YamlPart } from './yaml/parts.ts';

/**
 * What was read before, by path, so that the next reading takes over what did not change. It only ever saves work: the
 * result of a reading is the same without it.
 */
export interface DocumentCache {
  take(path: string): Remembered | null;
  keep(path: string, remembered: Remembered): void;
  forget(path: string): void;
}

export interface Remembered {
  readonly document: Document;
  /** The parts of a YAML file in the form that the reader takes over from; null for other kinds. */
  readonly yaml: readonly YamlPart[] | null;
}

/** How many files are remembered; the one that was not used for longest makes room. */
const maxFiles = 256;

/** Makes an empty cache, for one process or editor session. */
export function createDocumentCache(): DocumentCache {
  const files = new Map<string, Remembered>();
  return {
    take: (path) => files.get(path) ?? null,
    keep(path, remembered) {
      files.delete(path);
      files.set(path, remembered);
      if (files.size > maxFiles) files.delete(files.keys().next().value!);
    },
    forget: (path) => void files.delete(path),
  };
}
