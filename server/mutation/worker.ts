// The thread that tries a policy's mutants: some hundreds of policies, each judged by all cases.
import os from 'node:os';
import { parentPort, workerData } from 'node:worker_threads';
import type { MutationOutcome, MutationTask } from './thread.ts';

const { PRIORITY_BELOW_NORMAL } = os.constants.priority;
// As in the thread of previews: on Linux this is the thread's own priority.
if (process.platform === 'linux' && os.getPriority() < PRIORITY_BELOW_NORMAL) os.setPriority(PRIORITY_BELOW_NORMAL);
const [{ createLines, mutate, readPolicies }, { createNative }] = await Promise.all([
  import('../../engine/index.ts'),
  import('../../repository/index.ts'),
]);
parentPort?.postMessage(outcomeOf(workerData as MutationTask));

function outcomeOf({ policy, page }: MutationTask): MutationOutcome {
  const [read] = readPolicies([policy]).policies;
  if (read === undefined) return { kind: 'problem', message: 'the policy cannot be read' };
  const result = mutate({ policy: read, page, native: createNative(), witnesses: 'find' });
  if (result === null) return { kind: 'problem', message: 'a case fails as it is: what fails proves nothing' };
  const lines = createLines(policy.text);
  const at = (offset: number) => {
    const { line, column } = lines.position(offset);
    return { line: line - 1, character: column - 1 };
  };
  return {
    kind: 'tried',
    mutants: result.mutants,
    survivors: result.survivors.map(({ title, span, witness }) => ({
      title,
      start: at(span.start),
      end: at(span.end),
      witness: witness === null ? null : { ...witness, name: witness.file.path, text: witness.file.text },
    })),
  };
}
