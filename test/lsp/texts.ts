// Texts that several protocol tests open, and a place to put them.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

export const pod = `apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
spec:
  hostNetwork: true
  containers:
    - name: web
      image: registry.example.com/web:1.2.3
      securityContext:
        privileged: true
        runAsNonRoot: true
`;

/** The line and the columns of `true` behind `privileged:` in `pod`. */
export const privilegedRange = { start: { line: 11, character: 20 }, end: { line: 11, character: 24 } };

export const workflow = `name: build
on: [push]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: someone/action@v1
      - run: |
          echo one
          echo "\${{ github.event.issue.title }}"
`;

/** A temporary folder with files; each is removed by the caller's `remove`. */
export function folderWith(files: Readonly<Record<string, string>> = {}): { readonly folder: string; remove(): void } {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'kerb-lsp-')));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
