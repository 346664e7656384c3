// What spans files: configurations and policies that change, several roots, a check of everything.
import assert from 'node:assert/strict';
import { commands, DiagnosticSeverity, Uri, workspace } from 'vscode';
import { eventually, finding, folder, found, gone, open, policyOf } from './workbench.ts';

const own = 'team/image-registry';

async function write(folderName: string, file: string, change: (text: string) => string): Promise<string> {
  const uri = Uri.joinPath(folder(folderName), file);
  const before = new TextDecoder().decode(await workspace.fs.readFile(uri));
  await workspace.fs.writeFile(uri, new TextEncoder().encode(change(before)));
  return before;
}

/** The tests, in their order. */
export const workspaceCases: Readonly<Record<string, () => Promise<void>>> = {
  'a policy of the repository is in force, and reloaded when it changes': async () => {
    const { document } = await open('alpha', 'deploy/web.yaml');
    const before = await finding(document.uri, own);
    assert.ok(before.message.includes('our registry'), before.message);
    const text = await write('alpha', 'policies/team/image-registry.yaml', (policy) =>
      policy.replace('not from our registry', 'not from the house registry'),
    );
    await eventually(document.uri, 'the changed policy is not in force', (list) =>
      list.some(({ message }) => message.includes('the house registry')),
    );
    await write('alpha', 'policies/team/image-registry.yaml', () => text);
    await eventually(document.uri, 'the policy is not back', (list) =>
      list.some(({ message }) => message.includes('our registry')),
    );
  },

  'a broken policy shows where it is broken, and the others go on': async () => {
    const policy = Uri.joinPath(folder('alpha'), 'policies/team/image-registry.yaml');
    const text = await write('alpha', 'policies/team/image-registry.yaml', (each) =>
      each.replace('self.image', 'self.imagge'),
    );
    const shown = await eventually(policy, 'nothing is wrong', (list) => list.length > 0);
    assert.ok(shown.some((each) => policyOf(each) === 'kerb/policy'));
    await write('alpha', 'policies/team/image-registry.yaml', () => text);
    await eventually(policy, 'it stays wrong', (list) => list.length === 0);
  },

  'each root has its configuration': async () => {
    const alpha = await open('alpha', 'deploy/web.yaml');
    assert.equal((await finding(alpha.document.uri, 'kubernetes/image-tag')).severity, DiagnosticSeverity.Error);
    const beta = await open('beta', 'deploy/web.yaml');
    await eventually(beta.document.uri, 'beta is not judged', (list) => list.length > 0);
    assert.ok(
      !found(beta.document.uri).some((each) => policyOf(each) === 'kubernetes/image-tag' || policyOf(each) === own),
    );
  },

  'a changed kerb.yaml is in force at once': async () => {
    const { document } = await open('beta', 'deploy/web.yaml');
    await finding(document.uri, 'kubernetes/host-network');
    const text = await write('beta', 'kerb.yaml', (each) => `${each}  kubernetes/host-network: { enforcement: off }\n`);
    await gone(document.uri, 'kubernetes/host-network');
    await write('beta', 'kerb.yaml', () => text);
    await finding(document.uri, 'kubernetes/host-network');
  },

  'a wrong kerb.yaml says so in its own file': async () => {
    const configuration = Uri.joinPath(folder('beta'), 'kerb.yaml');
    const text = await write(
      'beta',
      'kerb.yaml',
      (each) => `${each}  kubernetes/no-such-policy: { enforcement: off }\n`,
    );
    const shown = await eventually(configuration, 'nothing is wrong', (list) => list.length > 0);
    assert.equal(policyOf(shown[0] as (typeof shown)[number]), 'kerb/configuration');
    await write('beta', 'kerb.yaml', () => text);
    await eventually(configuration, 'it stays wrong', (list) => list.length === 0);
  },

  'checking the workspace shows files that are not open': async () => {
    await commands.executeCommand('workbench.action.closeAllEditors');
    const result = await commands.executeCommand<{ files: number; findings: number }>('kerb.check');
    assert.ok(result.files >= 4 && result.findings > 0, JSON.stringify(result));
    for (const file of ['.github/workflows/build.yml', 'src/run.ts']) {
      await eventually(Uri.joinPath(folder('alpha'), file), `${file} has no findings`, (list) => list.length > 0);
    }
  },
};
