/** What may be said of a crash of Kerb's own code: where it happened, and never the message, which may quote what was judged. */

/** For a person: the error's kind and the place of its first frame. */
export function describeCrash(error: unknown): string {
  if (!(error instanceof Error)) return 'an error of no known kind';
  const frame = /^\s+at .*?([^/\\\s()]+:\d+:\d+)\)?$/m.exec(error.stack ?? '')?.[1];
  return frame === undefined ? error.name : `${error.name} at ${frame}`;
}

/** For a log: the error's kind and where it came from. */
export function framesOf(error: unknown): string {
  if (!(error instanceof Error)) return describeCrash(error);
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames.slice(0, 12)].join('\n');
}
