// Rego, compiled by the `opa` of this machine: without one there is nothing to try.
import { spawnSync } from 'node:child_process';
import { Uri, workspace } from 'vscode';
import { eventually, folder, gone, open, policyOf, replaceAll } from './workbench.ts';

const policy = `title: Namespaces are those of teams
severity: high
why: Somebody has to answer for what runs there.
remedy: Name the namespace of a team.
owners: [team]
resource: kubernetes.object
rego:
  source: namespace.rego
  entrypoint: main/deny
message: '{match.msg}'
`;

const rule = (words: string): string => `package main

import rego.v1

deny contains {"msg": "${words}", "path": "metadata.namespace"} if input.metadata.namespace == "shop"
`;

const id = 'team/namespace';
const hasOpa = spawnSync('opa', ['version']).status === 0;

/** The tests, in their order. */
export const regoCases: Readonly<Record<string, () => Promise<void>>> = hasOpa
  ? {
      'what is written in Rego is compiled when it is saved': async () => {
        const files = ['yaml', 'rego'].map((ending) => Uri.joinPath(folder('alpha'), `policies/${id}.${ending}`));
        const [own, source] = files as [Uri, Uri];
        try {
          await workspace.fs.writeFile(own, new TextEncoder().encode(policy));
          await workspace.fs.writeFile(source, new TextEncoder().encode(rule('not said')));
          const { document } = await open('alpha', 'deploy/web.yaml');
          for (const words of ['the shop has none', 'the shop is to have one']) {
            const editor = await open('alpha', `policies/${id}.rego`);
            await replaceAll(editor, rule(words));
            await editor.document.save();
            await eventually(document.uri, `it does not say that ${words}`, (list) =>
              list.some(
                (each) =>
                  policyOf(each) === id && each.message.includes(words) && document.getText(each.range) === 'shop',
              ),
            );
          }
          for (const file of files) await workspace.fs.delete(file);
          await gone(document.uri, id);
        } finally {
          for (const file of files) await workspace.fs.delete(file).then(undefined, () => undefined);
        }
      },
    }
  : {};
