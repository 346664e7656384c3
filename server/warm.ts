// Warming up: policies are compiled and the hot paths optimised while nobody waits, so that the first keystrokes are as
// quick as later ones. Nothing of it is shown, and it stops for as long as there is something to judge.
import type { TextDocumentContentChangeEvent } from 'vscode-languageserver';
import { changeDocument, type OpenDocument, openDocument } from './documents.ts';
import { judgeDocument } from './judging.ts';
import { shownJson } from './publish.ts';
import type { Root } from './roots.ts';
import type { Session } from './session.ts';

/** How often each sample is edited: the optimiser looks at what ran some hundreds of times. */
const editsEach = 120;
/** How long nobody may have typed before a step is taken. */
const quietMs = 150;
/** All of it together: a slow machine is not kept busy for long. */
const mostMs = 1_500;

/** Waits for some milliseconds; 0 lets waiting input come first. */
export type Pause = (ms: number) => Promise<unknown>;

/** Judges samples of a root's kinds of files, step by step in idle time. Answers when it is over. */
export async function warmUp(session: Session, root: Root, pause: Pause): Promise<void> {
  let spentMs = 0;
  for (const sample of samples) {
    const document = openDocument(
      { uri: `warm:/${sample.path}`, languageId: '', version: 1, text: sample.text },
      { root, path: sample.path },
    );
    for (let edit = 0; edit <= editsEach; edit++) {
      do await pause(isQuiet(session) ? 0 : quietMs);
      while (!isQuiet(session) && !session.closing);
      if (session.closing || root.rules === null || spentMs > mostMs) return;
      const began = performance.now();
      step(session, document, sample, edit);
      spentMs += performance.now() - began;
    }
  }
}

function isQuiet(session: Session): boolean {
  return session.dirty.size === 0 && performance.now() - session.touchedAt > quietMs;
}

function step(session: Session, document: OpenDocument, sample: Sample, edit: number): void {
  if (edit > 0) changeDocument(document, [changeAt(document, sample, edit)], edit + 1);
  const judged = judgeDocument(session, document);
  if (judged !== null) shownJson(session, document, judged);
}

/** A key and its value in the middle that come character by character, and go the same way. */
function changeAt({ text }: OpenDocument, { typed, line }: Sample, edit: number): TextDocumentContentChangeEvent {
  const turn = (edit - 1) % (2 * typed.length);
  const begin = text.offsetAt({ line, character: 0 }) - 1;
  if (turn < typed.length) {
    const at = text.positionAt(begin + turn);
    return { range: { start: at, end: at }, text: typed.charAt(turn) };
  }
  const end = begin + 2 * typed.length - turn;
  return { range: { start: text.positionAt(end - 1), end: text.positionAt(end) }, text: '' };
}

const pod = `apiVersion: apps/v1
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
            runAsNonRoot: false
`;

const workflow = `name: build
on: [push]
permissions: {contents: read}
jobs:
`;

const job = `  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - name: build
        env:
          TITLE: \${{ github.event.pull_request.title }}
        run: |
          npm ci
          echo "\${{ github.ref }}"
`;

const dockerfile = 'FROM debian:latest\nRUN apt-get update\nUSER app\nCMD ["app"]\n';

/** A file of a kind that people type in. */
export interface Sample {
  readonly path: string;
  readonly text: string;
  /** What is typed before this line, from 0. */
  readonly line: number;
  readonly typed: string;
}

/** Each kind of file that people type in; manifests and workflows several times over, as they are. */
export const samples: readonly Sample[] = [
  {
    path: 'deploy/all.yaml',
    text: Array.from({ length: 12 }, (_, index) => pod.replaceAll('web', `web-${index}`)).join('---\n'),
    line: 5 * pod.split('\n').length + 17,
    typed: '\n            procMount: Unmasked',
  },
  {
    path: '.github/workflows/build.yml',
    text: workflow + Array.from({ length: 8 }, (_, index) => job.replaceAll('build', `build-${index}`)).join(''),
    line: workflow.split('\n').length + job.split('\n').length,
    typed: '\n    timeout-minutes: 10',
  },
  { path: 'Dockerfile', text: dockerfile, line: 2, typed: '\nENV A=b' },
];
