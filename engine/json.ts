/** A text as JSON; undefined where it is none. Its form is the caller's to ask for. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
