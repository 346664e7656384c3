// The process that tries a policy's mutants: some hundreds of policies, each judged by all cases.
import { answer, listenBeside } from '../beside.ts';
import type { MutationOutcome, MutationTask } from './process.ts';

const { task } = listenBeside<MutationTask>();
const [{ createLines, mutate, readPolicies }, { createNative }] = await Promise.all([
  import('../../engine/index.ts'),
  import('../../repository/index.ts'),
]);
answer(outcomeOf(await task));

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
