/** Generated inputs of a wanted length, with findings in some places and a place where a person would type. */

export interface Input {
  readonly name: string;
  readonly path: string;
  readonly language: string;
  readonly text: string;
  /** Where typing begins, in UTF-16 units. */
  readonly at: number;
  readonly typed: string;
}

/** Kubernetes manifests, many documents in one file; every fifth is careless. */
export function manifests(lines: number): Input {
  const documents: string[] = [];
  for (let used = 0, index = 0; used < lines; index++) {
    const document = manifest(index, index % 5 === 0);
    documents.push(document);
    used += document.split('\n').length;
  }
  const text = documents.join('---\n');
  return {
    name: `manifests, ${lines} lines`,
    path: `deploy/everything-${lines}.yaml`,
    language: 'yaml',
    text,
    at: middle(text, /\n {10}readOnlyRootFilesystem: true/g),
    typed: '\n          privileged: true',
  };
}

function manifest(index: number, careless: boolean): string {
  return `apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: store-${index}
  namespace: warehouse
spec:
  serviceName: store-${index}
  selector:
    matchLabels: { app: store-${index} }
  template:
    metadata:
      labels: { app: store-${index} }
    spec:
      automountServiceAccountToken: false
      securityContext:
        seccompProfile: { type: RuntimeDefault }
      containers:
      - name: store
        image: registry.example.org/warehouse/store:${careless ? 'latest' : `4.${index % 30}.1`}
        args: ["--shard", "${index}"]
        resources:
          limits: { cpu: 500m, memory: 512Mi }
        securityContext:
          readOnlyRootFilesystem: true
          runAsNonRoot: ${careless ? 'false' : 'true'}
          allowPrivilegeEscalation: false
          capabilities:
            drop: [ALL]
      volumes:
      - name: data
        ${careless ? 'hostPath: { path: /var/lib/store }' : 'emptyDir: {}'}
`;
}

/** One workflow with many jobs: a single YAML document, so that nothing can be saved by looking at one document only. */
export function workflow(lines: number): Input {
  const jobs: string[] = [];
  for (let used = 10, index = 0; used < lines; index++) {
    const job = workflowJob(index);
    jobs.push(job);
    used += job.split('\n').length - 1;
  }
  const text = `name: delivery\non:\n  push:\n    branches: [main]\n  issues:\n    types: [opened]\n\njobs:\n${jobs.join('')}`;
  return {
    name: `workflow, ${lines} lines`,
    path: `.github/workflows/delivery-${lines}.yml`,
    language: 'yaml',
    text,
    at: middle(text, /\n {4}timeout-minutes: 15/g),
    typed: '\n    permissions: write-all',
  };
}

function workflowJob(index: number): string {
  return `  part-${index}:
    runs-on: ubuntu-24.04
    timeout-minutes: 15
    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-go@v6
        with:
          go-version: '1.26'
      - name: Announce
        run: |
          echo "part ${index}"
          echo "${index % 3 ? '$GITHUB_SHA' : '${{ github.event.issue.title }}'}"
      - name: Test
        run: go test ./part${index}/...
        env:
          PART: ${index}
`;
}

/** A TypeScript module with a few careless functions. */
export function typescript(lines: number): Input {
  const parts = ["import { execSync } from 'node:child_process';\nimport { createHash } from 'node:crypto';\n"];
  for (let used = 2, index = 0; used < lines; index++) {
    const part = `
/** Digest of shard ${index} and what its tool answers. */
function shard${index}(name: string): { readonly digest: string; readonly size: number } {
  const digest = createHash('${index % 8 ? 'sha256' : 'md5'}').update(name).digest('hex');
  const listed = execSync(${index % 8 ? "'ls -l'" : '`ls -l ${name}`'}).toString();
  const size = listed.split('\\n').length + ${index};
  return { digest, size };
}
`;
    parts.push(part);
    used += part.split('\n').length - 1;
  }
  const text = parts.join('');
  return {
    name: `TypeScript, ${lines} lines`,
    path: 'src/shards.ts',
    language: 'typescript',
    text,
    at: middle(text, /\n {2}return \{ digest, size \};/g),
    typed: '\n  eval(name);',
  };
}

/** The end of the middle one of all matches. */
function middle(text: string, pattern: RegExp): number {
  const matches = [...text.matchAll(pattern)];
  const match = matches[Math.floor(matches.length / 2)];
  if (!match) throw new Error(`the input has no ${pattern}`);
  return pattern.source.includes('return') ? match.index : match.index + match[0].length;
}
