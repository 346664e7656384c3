// How long it takes to read a file again after one keystroke: `node test/bench/document.ts [RUNS]`.
import process from 'node:process';
import { createDocumentCache, readDocument } from '../../engine/document/index.ts';
import { createNative } from '../../repository/native.ts';

const runs = Number(process.argv[2] ?? 200);
const native = createNative();

const container = (index: number) => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: service-${index}
  labels: {app: service-${index}}
spec:
  template:
    spec:
      containers:
        - name: main
          image: registry.example.com/shop/service-${index}:1.2.3
          ports:
            - containerPort: 80
          resources:
            requests:
              cpu: 100m
              memory: 128Mi
          securityContext:
            runAsNonRoot: true
            allowPrivilegeEscalation: false
`;
const job = (index: number) => `  job-${index}:
    runs-on: ubuntu-latest
    timeout-minutes: 20
    steps:
      - name: Check out
        uses: actions/checkout@v4
      - name: Build part ${index}
        env:
          TITLE: \${{ github.event.pull_request.title }}
        run: |
          npm ci
          npm run build -- --part ${index}
          echo "\${{ github.event.number }}"
`;
const item = (index: number) => `  - ${container(index).trimEnd().replaceAll('\n', '\n    ')}\n`;
const block = (index: number) => `/** Part ${index}. */
export async function part${index}(input: string): Promise<number> {
  const body = await readFile(\`parts/\${input}.txt\`, 'utf8');
  return body.split('\\n').filter((line) => line.length > ${index % 9}).length;
}
`;

function repeat(lines: number, make: (index: number) => string, between = ''): string {
  const one = make(0).split('\n').length - 1 + (between === '' ? 0 : 1);
  return Array.from({ length: Math.ceil(lines / one) }, (_, index) => make(index)).join(between);
}

const cases = [
  { name: 'yaml 1,000 lines, many documents', path: 'a.yaml', text: repeat(1_000, container, '---\n') },
  { name: 'yaml 20,000 lines, many documents', path: 'a.yaml', text: repeat(20_000, container, '---\n') },
  { name: 'workflow 1,000 lines', path: '.github/workflows/a.yml', text: `on: push\njobs:\n${repeat(1_000, job)}` },
  { name: 'workflow 20,000 lines', path: '.github/workflows/a.yml', text: `on: push\njobs:\n${repeat(20_000, job)}` },
  {
    name: 'list 20,000 lines, one document',
    path: 'a.yaml',
    text: `kind: List\napiVersion: v1\nitems:\n${repeat(20_000, item)}`,
  },
  { name: 'typescript 500 lines, parse', path: 'a.ts', text: repeat(500, block) },
];

for (const { name, path, text } of cases) {
  const cache = createDocumentCache();
  const began = performance.now();
  readDocument({ path, text }, native, cache);
  const first = performance.now() - began;
  const at = text.indexOf('\n', text.length / 2);
  const typed = '\n            privileged: true';
  const times = { valid: [] as number[], broken: [] as number[] };
  for (let run = 0; run < runs; run++) {
    const length = run % (typed.length + 1);
    const edited = `${text.slice(0, at)}${typed.slice(0, length)}${text.slice(at)}`;
    const start = performance.now();
    const { problems } = readDocument({ path, text: edited }, native, cache);
    times[problems.length > 0 ? 'broken' : 'valid'].push(performance.now() - start);
  }
  process.stdout.write(
    `${name}: first ${first.toFixed(1)} ms; valid ${quantiles(times.valid)}; broken ${quantiles(times.broken)}\n`,
  );
}

function quantiles(times: number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) =>
    (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
  return `p50 ${at(0.5)} p95 ${at(0.95)} max ${at(1)} ms (${sorted.length})`;
}
