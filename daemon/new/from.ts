/** `kerb new policy --from FILE:LINE[:COL]`: the place that is named, and the policy about what stands there. */
import path from 'node:path';
import process from 'node:process';
import { compilePolicies, createLines, judge, type Sketch, type SourceFile, sketchPolicy } from '../../engine/index.ts';
import { createNative, readWorkFile, relativePath, type Setup } from '../../repository/index.ts';
import { UsageError } from '../command.ts';

/** Writes a policy about what stands at a place; without an id, under one that it suggests. Throws `UsageError`. */
export function sketchFrom(place: string, id: string | null, setup: Setup): Extract<Sketch, { kind: 'sketch' }> {
  const { name, line, column } = placeOf(place);
  const native = createNative();
  const reading = readWorkFile(setup.root, relativePath(setup.root, path.resolve(process.cwd(), name)));
  if (reading.kind !== 'text')
    throw new UsageError(`--from ${name}: ${reading.kind === 'problem' ? reading.message : 'is no text'}`);
  const { file } = reading;
  const policies = compilePolicies(setup.policies, setup.configuration, native);
  const context = { gate: 'check', date: new Date().toISOString().slice(0, 10) };
  const { secrets } = judge(file, { policies, native, context });
  const sketch = sketchPolicy({ file, offset: offsetOf(file, line, column), id, secrets, native });
  if (sketch.kind === 'none') throw new UsageError(`--from ${place}: ${sketch.reason}`);
  return sketch;
}

function placeOf(place: string): { readonly name: string; readonly line: number; readonly column: number | null } {
  const [, name, line, column] = /^(.+?):(\d{1,9})(?::(\d{1,9}))?$/.exec(place) ?? [];
  if (name === undefined) throw new UsageError(`--from ${JSON.stringify(place)}: write FILE:LINE or FILE:LINE:COLUMN`);
  return { name, line: Number(line), column: column === undefined ? null : Number(column) };
}

/** Lines and columns count from 1; without a column the line's first word is meant. */
function offsetOf({ text }: SourceFile, line: number, column: number | null): number {
  const { start, end } = createLines(text).line(line);
  if (column !== null) return Math.min(end, start + Math.max(0, column - 1));
  return start + (/^[\s-]*/.exec(text.slice(start, end))?.[0].length ?? 0);
}
