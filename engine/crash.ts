// A crash of Kerb's own code: told to the person, with where it happened and without what was being judged.

/** The error's kind and the place of its first frame; never its message, which may quote the text. */
export function describeCrash(error: unknown): string {
  if (!(error instanceof Error)) return 'an error of no known kind';
  const frame = /^\s+at .*?([^/\\\s()]+:\d+:\d+)\)?$/m.exec(error.stack ?? '')?.[1];
  return frame === undefined ? error.name : `${error.name} at ${frame}`;
}

/** The stack without the message, for the log. */
export function framesOf(error: unknown): string {
  if (!(error instanceof Error)) return describeCrash(error);
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return [error.name, ...frames.slice(0, 12)].join('\n');
}
