/** `kerb rollout`: where a new bundle has got to, and what is done about it. */
import * as z from 'zod';
import { hubPaths, type RolloutStatus, rolloutStatus } from '../../hub/protocol.ts';
import { type Arguments, type Command, type ExitCode, textOrJson, UsageError } from '../command.ts';
import { print } from '../output.ts';
import { printable } from '../report/style.ts';
import { required } from '../review/decide.ts';
import { hubOptions, personsHub } from '../review/hub.ts';

export const rolloutCommand: Command = {
  usage: 'rollout status | promote | pause | resume | back',
  summary: 'take a new bundle of policies to the next devices, hold it back, or go back',
  description: `status    the stages, which of them have begun, and what came of decisions with the new bundle and with the old one
promote   proposes the next stage, once this one has gone well for as long as the plan says
pause     holds it back, with a --reason; whom it has reached keeps the new bundle
resume    lets it go on after a pause, or after the hub has halted it
back      proposes what was in force before, for everybody and under a new number

A rollout begins with \`kerb publish DIR --rollout FILE\`. Each further stage and the way back are changes, which approvers sign
(kerb review): a hub can hold a rollout back, and cannot take it further.
Exit codes: 0 done, 2 not.`,
  options: {
    ...hubOptions,
    reason: { value: 'TEXT', help: 'of pause and resume: why; required' },
    format: { value: 'FORMAT', help: 'of status: text (default) or json' },
  },
  dashes: 'options',
  run,
};

async function run(given: Arguments): Promise<ExitCode> {
  const [verb, ...more] = given.words;
  if (more.length > 0) throw new UsageError('kerb rollout status, promote, pause, resume, or back');
  if (verb === 'status') return status(given);
  if (verb === 'promote') return propose('promotion', given);
  if (verb === 'back') return propose('back', given);
  if (verb === 'pause' || verb === 'resume') return hold(verb, given);
  throw new UsageError('kerb rollout status, promote, pause, resume, or back');
}

async function status(given: Arguments): Promise<ExitCode> {
  const format = textOrJson(given);
  const answer = await personsHub(given).ask('GET', hubPaths.rollout, rolloutStatus);
  if (format === 'json') await print(`${JSON.stringify(answer, null, 2)}\n`);
  else await print(answer.rollout === null ? 'there is no rollout\n' : textOf(answer.rollout));
  return 0;
}

async function propose(what: 'promotion' | 'back', given: Arguments): Promise<ExitCode> {
  const answer = z.object({ id: z.string(), number: z.int() });
  const { id } = await personsHub(given).ask('POST', `${hubPaths.rollout}/${what}`, answer);
  await print(`change ${id}\nits reviewers: kerb review show ${id}\n`);
  return 0;
}

async function hold(what: 'pause' | 'resume', given: Arguments): Promise<ExitCode> {
  const reason = required(given, 'reason', 'why');
  await personsHub(given).ask('POST', `${hubPaths.rollout}/${what}`, z.undefined(), { reason });
  await print(what === 'pause' ? 'paused\n' : 'it goes on\n');
  return 0;
}

function textOf({
  state,
  reason,
  version,
  base,
  stages,
  begun,
  begunAt,
  nextAt,
  counts,
}: NonNullable<RolloutStatus['rollout']>) {
  const lines = [
    `bundle ${version} instead of ${base}: ${state}${reason === null ? '' : `, ${reason}`}`,
    ...stages.map((stage, at) => `  ${at < begun ? 'begun' : '     '}  ${stage.name}: ${whoIsIn(stage)}`),
    `stage ${stages[begun - 1]?.name ?? '?'} began at ${begunAt}${state === 'running' ? `, the next may at ${nextAt}` : ''}`,
    ...[counts.new, counts.old].map(
      ({ revision, decisions, denied, failed, latencyP95Ms: ms }) =>
        `  with ${revision}: ${decisions} decisions, ${denied} denied, ${failed} without a verdict${ms === null ? '' : `, 95 % within ${Math.round(ms)} ms`}`,
    ),
    ...(reason === null ? [] : [whatNext]),
  ];
  return lines.map((line) => `${printable(line)}\n`).join('');
}

type Stage = NonNullable<RolloutStatus['rollout']>['stages'][number];

function whoIsIn({ percent, selector }: Stage): string {
  const labels = Object.entries(selector).map(([label, values]) => `${label}=${values.join('|')}`);
  return [`${percent} %`, ...labels].join(', ');
}

const whatNext =
  'kerb rollout back proposes what was in force before; kerb rollout resume --reason TEXT lets it go on, and guards count anew';
