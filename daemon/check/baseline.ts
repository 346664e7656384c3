/** `--write-baseline`: the findings of today, recorded so that only new ones count. */
import { formatBaseline } from '../../engine/index.ts';
import { configurationName, replaceFile, type Setup } from '../../repository/index.ts';
import { type ExitCode, UsageError } from '../command.ts';
import { complain, print } from '../output.ts';
import type { Report } from '../report/report.ts';
import { printable } from '../report/style.ts';
import { counted } from '../report/summary.ts';

/** Where the baseline goes when `kerb.yaml` does not say it. */
const usualName = 'kerb-baseline.txt';

/** Writes the baseline, or, where something could not be judged, says what: its findings would be missing for ever. */
export async function writeBaseline(setup: Setup, report: Report): Promise<ExitCode> {
  const name = setup.configuration.baseline ?? usualName;
  const blocking = report.problems.filter((problem) => problem.blocking);
  if (blocking.length > 0) return refuse(name, blocking);
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
  return 0;
}

async function refuse(name: string, problems: Report['problems']): Promise<ExitCode> {
  for (const { file, message } of problems) await complain(`kerb: ${printable(file)}: ${printable(message)}\n`);
  await complain(
    `kerb: ${name} is not written, since not everything could be judged: repair that, or leave it out by \`ignore\` in ${configurationName}\n`,
  );
  return 2;
}
