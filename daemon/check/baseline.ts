/** `--write-baseline`: the findings of today, recorded so that only new ones count. */
import { formatBaseline } from '../../engine/index.ts';
import { configurationName, replaceFile, type Setup } from '../../repository/index.ts';
import { type ExitCode, UsageError } from '../command.ts';
import { complain, print } from '../output.ts';
import type { Report } from '../report/report.ts';
import { counted } from '../report/summary.ts';

/** Where the baseline goes when `kerb.yaml` does not say it. */
const usualName = 'kerb-baseline.txt';

/** Writes the baseline. What could not be judged has no findings in it, which is said and leaves no good end. */
export async function writeBaseline(setup: Setup, report: Report): Promise<ExitCode> {
  const blocking = report.problems.filter((problem) => problem.blocking);
  const name = setup.configuration.baseline ?? usualName;
  const text = formatBaseline(report.findings);
  try {
    replaceFile({ within: setup.root, file: name, bytes: Buffer.from(text) });
  } catch (error) {
    throw new UsageError(`${name} could not be written: ${(error as Error).message}`);
  }
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  await print(`${name}: ${counted(lines.length, 'finding')} recorded\n`);
  if (setup.configuration.baseline === null)
    await complain(`kerb: add this to ${configurationName} so that it counts:\nbaseline: ${name}\n`);
  for (const { file, message } of blocking)
    await complain(`kerb: ${file}: ${message}: its findings are not recorded\n`);
  return blocking.length > 0 ? 2 : 0;
}
