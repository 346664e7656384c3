/** What a change alters, file by file: everything that differs stands in it, with a little around. */
import type { Bundle } from './bundle.ts';

const around = 2;

/** Lines as of `diff`: `-` as in force, `+` as proposed. Empty where nothing differs. */
export function bundleDifference(before: Bundle | null, after: Bundle): readonly string[] {
  const [old, next] = [filesOf(before), filesOf(after)];
  const names = [...new Set([...Object.keys(old), ...Object.keys(next)])].sort();
  return names.flatMap((name) => {
    if (old[name] === next[name]) return [];
    const sign = old[name] === undefined ? 'new ' : next[name] === undefined ? 'gone ' : '';
    return [`── ${sign}${name}`, ...lineDifference(linesOf(old[name]), linesOf(next[name]))];
  });
}

function filesOf(bundle: Bundle | null): Readonly<Record<string, string>> {
  return bundle === null ? {} : { 'organisation.yaml': bundle.organisation, ...bundle.policies };
}

function linesOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.replace(/\n$/, '').split('\n');
}

/** One hunk, from the first line that differs to the last: nothing in between can be overlooked. */
function lineDifference(before: readonly string[], after: readonly string[]): readonly string[] {
  const most = Math.min(before.length, after.length);
  let head = 0;
  while (head < most && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < most - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++;
  return [
    `@@ line ${head + 1} @@`,
    ...before.slice(Math.max(0, head - around), head).map((line) => `  ${line}`),
    ...before.slice(head, before.length - tail).map((line) => `- ${line}`),
    ...after.slice(head, after.length - tail).map((line) => `+ ${line}`),
    ...after.slice(after.length - tail, after.length - tail + around).map((line) => `  ${line}`),
  ];
}
