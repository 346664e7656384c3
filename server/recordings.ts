// `kerb/record` and `kerb/inspect`: what the debugger walks through.
import {
  caseFileAt,
  caseOptions,
  compilePolicies,
  createLines,
  type Policy,
  type PolicySet,
  type Recording,
  readPolicies,
  recordEvaluation,
  type SourceFile,
} from '../engine/index.ts';
import { textIn, uriIn } from './file.ts';
import { policyIdOf } from './own.ts';
import type { InspectAnswer, InspectParams, RecordAnswer, RecordParams } from './protocol.ts';
import type { Root, Rules } from './roots.ts';
import type { Session } from './session.ts';

/** The recordings of one session. */
export interface Recordings {
  record(session: Session, params: RecordParams): Promise<RecordAnswer>;
  inspect(params: InspectParams): InspectAnswer;
}

/** A debugger walks through one; the one before may still be asked about. */
const mostKept = 4;

/** Keeps the last few recordings. */
export function createRecordings(): Recordings {
  const kept = new Map<number, Recording>();
  let last = 0;
  return {
    async record(session, params) {
      const { root, path: name } = session.roots.placeOf(params.uri);
      await session.roots.ready(root);
      if (root.rules === null) return problem('the policies are not loaded');
      const subject =
        params.policy === undefined
          ? caseSubject(session, { root, rules: root.rules, name }, params.line)
          : fileSubject(session, { root, rules: root.rules, name }, params.policy);
      if (typeof subject === 'string') return problem(subject);
      const { policy, policies, context, file, uri } = subject;
      const recording = recordEvaluation({ file, policies, id: policy.id, native: session.native, context });
      if (recording.steps.length === 0)
        return problem(`${policy.id} judges nothing here: it is about ${policy.resources.join(', ')}`);
      kept.set(++last, recording);
      kept.delete(last - mostKept);
      return answerOf(last, recording, policy, uri);
    },
    inspect({ recording, step, expression }) {
      const found = kept.get(recording);
      if (found === undefined) return { value: 'error: the recording is not kept any more', parts: [] };
      if (expression !== undefined) return found.inspect(step, expression);
      return { value: '', parts: found.namesAt(step).map((name) => ({ name, expression: name })) };
    },
  };
}

function answerOf(number: number, recording: Recording, policy: Policy, uri: string | null): RecordAnswer {
  const lines = createLines(policy.source);
  const at = (offset: number): { line: number; character: number } => {
    const { line, column } = lines.position(offset);
    return { line: line - 1, character: column - 1 };
  };
  const { resources, steps, omitted } = recording;
  const nodes = recording.nodes.map(({ source, parent, span }) => ({
    ...{ source, parent },
    start: at(span.start),
    end: at(span.end),
  }));
  const shownPolicy = { id: policy.id, uri, text: policy.source };
  return { kind: 'recorded', recording: number, policy: shownPolicy, resources, nodes, steps, omitted };
}

interface Where {
  readonly root: Root;
  readonly rules: Rules;
  readonly name: string;
}

interface Subject {
  readonly policy: Policy;
  readonly policies: PolicySet;
  readonly context: Parameters<typeof recordEvaluation>[0]['context'];
  readonly file: SourceFile;
  readonly uri: string | null;
}

/** A case of a page, judged as the page is; a text says why there is none. */
function caseSubject(session: Session, { root, rules, name }: Where, line: number | undefined): Subject | string {
  const file = name.replace(/\.md$/, '.yaml');
  const id = policyIdOf(rules, file);
  if (id === null) return 'this is no policy, and no page of one';
  const policy = policyIn(textIn(session, root, file), id, file);
  if (typeof policy === 'string') return policy;
  const page = textIn(session, root, file.replace(/\.ya?ml$/, '.md')) ?? '';
  const found = caseFileAt(page, line ?? firstCase(page));
  if (found === null) return 'no case begins here';
  const { policies, context } = caseOptions(policy, session.native);
  return { policy, policies, context, file: found, uri: uriIn(root, file) };
}

/** The first line of the first block that names a file. */
function firstCase(page: string): number {
  return page.split('\n').findIndex((line) => /^ *(?:`{3,}|~{3,}) *[\w+-]+ +\S/.test(line)) + 1;
}

/** A file of the workspace, by the policy as it is being written where it is one of the workspace. */
function fileSubject(session: Session, { root, rules, name }: Where, id: string): Subject | string {
  const known = rules.byId.get(id);
  if (known === undefined) return `there is no policy ${id} here`;
  if (known.rule.kind !== 'require') return `${id} is a ${known.rule.kind} rule: it has no expression to walk through`;
  const isOwn = policyIdOf(rules, known.file) === id;
  const policy = isOwn ? policyIn(textIn(session, root, known.file), id, known.file) : known;
  if (typeof policy === 'string') return policy;
  const text = textIn(session, root, name);
  if (text === null) return `${name} cannot be read`;
  const others = rules.setup.policies.filter((each) => each.id !== id);
  const policies = compilePolicies([...others, policy], rules.setup.configuration, session.native);
  const context = { gate: 'editor', date: session.today() };
  return { policy, policies, context, file: { path: name, text }, uri: isOwn ? uriIn(root, known.file) : null };
}

function policyIn(text: string | null, id: string, file: string): Policy | string {
  if (text === null) return `${file} cannot be read`;
  const { policies, problems } = readPolicies([{ path: file, id, text }]);
  const [policy] = policies;
  if (policy === undefined) return problems[0]?.message ?? 'the policy cannot be read';
  return policy.rule.kind === 'require' ? policy : `a ${policy.rule.kind} rule has no expression to walk through`;
}

function problem(message: string): RecordAnswer {
  return { kind: 'problem', message };
}
