/**
 * The kinds of resources in GitHub Actions files, with the types that their policies are checked against, as GitHub's
 * workflow syntax and action metadata references name the fields.
 */
import { bool, dyn, list, map, object, string, type Type } from '../cel/type.ts';
import type { ResourceKind } from './adapter.ts';

const values = map(string, dyn);
const defaults = object('Defaults', { run: object('RunDefaults', { shell: string, 'working-directory': string }) });

const step: Type = object('Step', {
  condition: string,
  'continue-on-error': dyn,
  env: values,
  id: string,
  if: dyn,
  name: dyn,
  run: string,
  script: string,
  shell: string,
  'timeout-minutes': dyn,
  uses: string,
  with: values,
  'working-directory': string,
});

/** `container` and each of `services`; `container` may also be just the name of an image. */
const jobContainer = object('JobContainer', {
  command: string,
  credentials: object('Credentials', { password: dyn, username: dyn }),
  entrypoint: string,
  env: values,
  image: string,
  options: dyn,
  ports: list(dyn),
  volumes: list(string),
});

const job: Type = object('Job', {
  concurrency: dyn,
  condition: string,
  container: dyn,
  'continue-on-error': dyn,
  defaults,
  env: values,
  environment: dyn,
  id: string,
  if: dyn,
  name: dyn,
  needs: dyn,
  outputs: values,
  permissions: dyn,
  'runs-on': dyn,
  secrets: dyn,
  services: map(string, jobContainer),
  snapshot: dyn,
  steps: list(step),
  strategy: object('Strategy', { 'fail-fast': dyn, matrix: dyn, 'max-parallel': dyn }),
  'timeout-minutes': dyn,
  uses: string,
  with: values,
});

const workflow: Type = object('Workflow', {
  concurrency: dyn,
  defaults,
  description: string,
  env: values,
  inputs: map(string, string),
  jobs: map(string, job),
  name: dyn,
  on: dyn,
  permissions: dyn,
  'run-name': dyn,
  triggers: list(string),
});

const action: Type = object('Action', {
  author: string,
  branding: object('Branding', { color: string, icon: string }),
  description: string,
  inputs: map(
    string,
    object('ActionInput', {
      default: dyn,
      deprecationMessage: string,
      description: string,
      required: dyn,
      type: string,
    }),
  ),
  name: string,
  outputs: map(string, object('ActionOutput', { description: string, value: dyn })),
  runs: object('ActionRuns', {
    args: list(dyn),
    entrypoint: string,
    env: values,
    image: string,
    main: string,
    post: string,
    'post-entrypoint': string,
    'post-if': dyn,
    pre: string,
    'pre-entrypoint': string,
    'pre-if': dyn,
    steps: list(step),
    using: string,
  }),
});

const expression: Type = object('Expression', {
  after: string,
  before: string,
  contexts: list(string),
  fenced: bool,
  flows: list(string),
  functions: list(string),
  in: string,
  scope: string,
  text: string,
  whole: bool,
});

const around = { step, job, workflow, action, object: dyn };

export const githubKinds: readonly ResourceKind[] = [
  {
    kind: 'github.workflow',
    description:
      'A workflow. `triggers` are the names of the events that start it, `inputs` the types of its inputs by name.',
    self: workflow,
    relatives: around,
  },
  {
    kind: 'github.job',
    description:
      'A job of a workflow, or its call of a reusable workflow; `id` is its key, `condition` what `if` asks, without braces: absent where there is none, or where text around them makes it always true.',
    self: job,
    relatives: around,
  },
  {
    kind: 'github.step',
    description:
      'A step of a job, or of a composite action (then `job` and `workflow` are null). `script` is what `run` says with every expression blanked at equal length; `shell` is the shell in force, where that can be told, `condition` as of a job.',
    self: step,
    relatives: around,
  },
  {
    kind: 'github.command',
    description:
      'A command of a script that a shell runs: what stands between line ends, `;`, `&&` and `||`; a pipeline is one command. In `text` each character of an expression is a `$`, and comments are blank. `data` is the content of the heredoc that it is given, absent where there is none or a shell runs it.',
    self: object('Command', { data: string, shell: string, text: string }),
    relatives: around,
  },
  {
    kind: 'github.container',
    description: "A job's container or service, or the image of a step (`uses: docker://…`).",
    self: jobContainer,
    relatives: around,
  },
  { kind: 'github.action', description: 'The metadata of an action (action.yml).', self: action, relatives: around },
  {
    kind: 'github.expression',
    description:
      'An expression: each `${{ … }}`, and an `if` without braces. `contexts` are the paths it reads, `flows` those whose text may become part of the result, also by way of variables, the matrix, and what steps and other jobs hand on; `functions` what it calls. `scope` says whose it is (workflow, job, step, action), `in` where there (`run`, `with.script`, `env.NAME`, `if` …); `whole`: the value is nothing but the expression; `fenced`: it has braces; `before` and `after`: what else stands on its line.',
    self: expression,
    relatives: around,
  },
];
