// Warming up: policies are compiled and the hot paths optimised while nobody waits, so that the first keystrokes are as
// quick as later ones. Nothing of it is shown, and it stops for as long as there is something to judge.
import type { TextDocumentContentChangeEvent } from 'vscode-languageserver';
import { changeDocument, type OpenDocument, openDocument } from './documents.ts';
import { judgeDocument } from './judging.ts';
import { diagnosticsOf } from './publish.ts';
import type { Root } from './roots.ts';
import type { Session } from './session.ts';

/** How often each sample is edited: the optimiser looks at what ran some dozens of times. */
const editsEach = 25;
/** How long nobody may have typed before a step is taken. */
const quietMs = 150;
/** All of it together: a slow machine is not kept busy for long. */
const mostMs = 1_000;

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
      step(session, document, edit);
      spentMs += performance.now() - began;
    }
  }
}

function isQuiet(session: Session): boolean {
  return session.dirty.size === 0 && performance.now() - session.touchedAt > quietMs;
}

function step(session: Session, document: OpenDocument, edit: number): void {
  if (edit > 0) changeDocument(document, [changeAt(document, edit)], edit + 1);
  const judged = judgeDocument(session, document);
  if (judged !== null) diagnosticsOf(session, document, judged);
}

/** A letter in the middle that comes and goes. */
function changeAt({ text }: OpenDocument, edit: number): TextDocumentContentChangeEvent {
  const start = { line: Math.floor(text.lineCount / 2), character: 0 };
  const insert = edit % 2 === 1;
  return { range: { start, end: insert ? start : { ...start, character: 2 } }, text: insert ? '# ' : '' };
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
  build:
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

/** Each kind of file that people type in; manifests and workflows several times over, as they are. */
const samples: readonly { readonly path: string; readonly text: string }[] = [
  { path: 'deploy/all.yaml', text: Array.from({ length: 12 }, () => pod).join('---\n') },
  {
    path: '.github/workflows/build.yml',
    text: workflow + workflow.slice(workflow.indexOf('  build:')).replaceAll('build:', 'again:').repeat(1),
  },
  { path: 'Dockerfile', text: dockerfile },
];
