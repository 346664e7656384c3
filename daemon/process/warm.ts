/** Warming up: what judging runs through is compiled and optimised before the first commit waits for it. */
import { judge, type Native, type PolicySet } from '../../engine/index.ts';

/** How often each sample is judged: the optimiser looks at what ran some dozens of times. */
const roundsEach = 25;

/** Short steps, to be taken while nobody waits. Nothing comes of them. */
export function* warmSteps(policies: PolicySet, native: Native): Generator<() => void> {
  for (let round = 0; round < roundsEach; round++) {
    for (const { path, text } of samples) {
      // Another text each time, as with files: what was seen before is not parsed again.
      yield () =>
        void judge(
          { path, text: `${text}# ${round}\n` },
          { policies, native, context: { gate: 'commit', date: '2026-01-01' } },
        );
    }
  }
}

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
  namespace: shop
spec:
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: main
          image: registry.example.com/web:latest
          securityContext:
            privileged: true
`;

const workflow = `name: build
on: [push]
permissions: {contents: read}
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: |
          npm ci
          echo "\${{ github.event.pull_request.title }}"
`;

/** One of each kind of file that is committed most; `#` begins a comment or a heading in each. */
const samples: readonly { readonly path: string; readonly text: string }[] = [
  { path: 'deploy/web.yaml', text: deployment },
  { path: '.github/workflows/build.yml', text: workflow },
  { path: 'Dockerfile', text: 'FROM debian:latest\nRUN apt-get update\nCMD ["app"]\n' },
  { path: 'app.py', text: 'import subprocess\n\ndef run(name):\n    subprocess.run(name, shell=True)\n' },
  { path: 'README.md', text: 'Nothing that any policy is about, as most files are.\n\n' },
];
