// A policy as it is typed, judged against what this machine has committed.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { commands, extensions, Uri, window, workspace } from 'vscode';
import type { ReplayedPolicy } from '../../../extension/replay.ts';
import { replaceAll } from './workbench.ts';

const policy = `title: No such name
severity: high
enforcement: deny
why: So that there is something to say.
remedy: Rename it.
owners: [team]
resource: kubernetes.object
require: self.metadata.name != 'refused'
mark: metadata.name
message: the name is refused
`;
const person = { GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.com' };
const git = { ...person, GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@example.com', GIT_CONFIG_NOSYSTEM: '1' };

/** The tests, in their order. */
export const replayCases: Readonly<Record<string, () => Promise<void>>> = {
  'a policy that is being typed is replayed on recent commits, which are named': async () => {
    const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'kerb-replayed-')));
    const run = (program: string, ...args: readonly string[]): void => {
      const env = { ...process.env, ...git, GIT_CONFIG_GLOBAL: '/dev/null', ELECTRON_RUN_AS_NODE: '1' };
      execFileSync(program, args, { cwd: root, env, stdio: 'ignore' });
    };
    try {
      const file = path.join(root, 'policies', 'team', 'names.yaml');
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, policy);
      writeFileSync(path.join(root, 'kerb.yaml'), 'policyFolders: [policies]\nsets: [team]\n');
      run('git', 'init', '-q');
      run('git', 'add', '-A');
      run('git', 'commit', '-q', '-m', 'Rules');
      writeFileSync(path.join(root, 'a.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\n');
      run('git', 'add', '-A');
      const kerb = path.join(extensions.getExtension('kerb.kerb')?.extensionPath ?? '', 'bin', 'kerb');
      run(process.execPath, kerb, 'hook', 'pre-commit');
      run('git', 'commit', '-q', '-m', 'Add a map');
      const editor = await window.showTextDocument(await workspace.openTextDocument(Uri.file(file)));
      const asSaved = await commands.executeCommand<ReplayedPolicy>('kerb.replayPolicy');
      assert.deepEqual([asSaved.replayed, asSaved.turned], [1, []]);
      await window.showTextDocument(editor.document);
      await replaceAll(editor, policy.replace("'refused'", "'other'"));
      const { turned } = await commands.executeCommand<ReplayedPolicy>('kerb.replayPolicy');
      assert.deepEqual(
        turned.map(({ transition, commit }) => [transition, commit?.subject]),
        [['allowToDeny', 'Add a map']],
      );
      await window.showTextDocument(editor.document);
      await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  },
};
