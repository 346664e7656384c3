/** What may be said of a crash of Kerb's own code: where it happened, and never the message, which may quote what was judged. */

/** For a person: the error's kind and the place of its first frame. */
export function describeCrash(error: unknown): string {
  if (!(error instanceof Error)) return 'an error of no known kind';
  const frame = framesIn(error)[0] ?? '';
  const place = /([^/\\\s()]+:\d+:\d+)\)?$/.exec(frame)?.[1];
  return place === undefined ? error.name : `${error.name} at ${place}`;
}

/** For a log: the error's kind and where it came from. */
export function framesOf(error: unknown): string {
  if (!(error instanceof Error)) return describeCrash(error);
  return [error.name, ...framesIn(error).slice(0, 12)].join('\n');
}

/** They stand behind the message, whose lines may look like them. None where it does not stand there any more. */
function framesIn({ stack = '', message }: Error): readonly string[] {
  const kind = /^[\w$. [\]]*/.exec(stack)?.[0] ?? '';
  const said = message === '' ? kind : `${kind}: ${message}`;
  if (!stack.startsWith(`${said}\n`)) return [];
  return stack
    .slice(said.length)
    .split('\n')
    .filter((line) => /^\s+at /.test(line));
}
