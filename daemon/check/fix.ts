/** `--fix`: the safe fixes applied to the files, which are then judged again. */
import { fixFile } from '../../engine/index.ts';
import { encodeText, readWorkFile, replaceFile } from '../../repository/index.ts';
import { complain } from '../output.ts';
import { printable } from '../report/style.ts';
import { counted } from '../report/summary.ts';
import { type Desk, type Judgement, judgeOptions, pathOf } from './judgeInput.ts';
import { judgeInputs, type Run } from './run.ts';

/** Fixes what can be fixed safely, a file at a time and each as a whole; returns the judgements as they are afterwards. */
export async function applySafeFixes(run: Run, judgements: readonly Judgement[]): Promise<Judgement[]> {
  const candidates = judgements.filter(({ findings }) =>
    findings.some(({ exception, fixes }) => exception === null && fixes.some(({ safe }) => safe)),
  );
  const fixed = new Set<string>();
  let count = 0;
  for (const { path: file } of candidates) {
    const applied = await fixOne(file, run.desk);
    if (applied > 0) fixed.add(file);
    count += applied;
  }
  await complain(`kerb: ${counted(count, 'fix', 'fixes')} applied in ${counted(fixed.size, 'file')}\n`);
  const again = run.gathered.inputs.filter((input) => fixed.has(pathOf(input)));
  const judged = new Map((await judgeInputs(again, run)).map((judgement) => [judgement.path, judgement]));
  return judgements.map((judgement) => judged.get(judgement.path) ?? judgement);
}

/** How many fixes were applied to a file. One that cannot be written stays as it is, which is said. */
async function fixOne(file: string, desk: Desk): Promise<number> {
  const reading = readWorkFile(desk.root, file);
  if (reading.kind !== 'text') return 0;
  const { text, applied } = fixFile(reading.file, judgeOptions(desk), { which: 'safe' });
  if (text === reading.file.text) return 0;
  try {
    replaceFile({ within: desk.root, file, bytes: encodeText(text, reading.encoding) });
    return applied;
  } catch (error) {
    await complain(`kerb: ${printable(file)} could not be written: ${(error as Error).message}\n`);
    return 0;
  }
}
