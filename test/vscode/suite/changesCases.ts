// Policies proposed from the editor to a real hub, and what became of the proposal.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { ConfigurationTarget, commands, extensions, window, workspace } from 'vscode';
import type { ListedChange } from '../../../extension/changes.ts';

const files: Readonly<Record<string, string>> = {
  'organisation.yaml': 'locked: []\n',
  'acme/names.yaml': `title: No such name
severity: high
enforcement: deny
why: So that there is something to say.
remedy: Rename it.
owners: [acme]
resource: kubernetes.object
require: self.metadata.name != 'refused'
mark: metadata.name
message: the name is refused
`,
  'acme/names.md': `# acme/names

\`\`\`yaml a.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: refused
  #     ^^^^^^^ the name is refused
\`\`\`

\`\`\`yaml b.yaml
apiVersion: v1
kind: ConfigMap
metadata:
  name: other
\`\`\`
`,
};

let hub: ChildProcess | null = null;
let data = '';
let change: ListedChange | undefined;

/** The tests, in their order: the first brings a hub up, the last takes it away. */
export const changesCases: Readonly<Record<string, () => Promise<void>>> = {
  'a hub is there, with a root of trust and a token that VS Code keeps': async () => {
    data = mkdtempSync(path.join(tmpdir(), 'kerb-hub-'));
    const url = await startHub();
    const token = readFileSync(at('admin.token'), 'utf8').trim();
    const key = `ada=${kerb('review', 'key', at('ada.pem')).trim()}`;
    kerb(
      'hub',
      'root',
      at('root.json'),
      '--data',
      data,
      '--root-key',
      key,
      '--approver',
      key,
      '--threshold',
      '1',
      '--root-threshold',
      '1',
    );
    kerb('review', 'sign-root', at('root.json'), '--key', at('ada.pem'));
    kerb('publish', '--root', at('root.json'), '--hub', url, '--token-file', at('admin.token'));
    await workspace.getConfiguration('kerb').update('hub', url, ConfigurationTarget.Global);
    await commands.executeCommand('kerb.signInAtHub', token);
  },

  'policies are proposed once their cases come out, and the change is listed': async () => {
    const folder = at('policies');
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
      writeFileSync(path.join(folder, name), text);
    }
    const page = path.join(folder, 'acme/names.md');
    writeFileSync(page, files['acme/names.md']?.replace('^^^^^^^ the name is', '^^^^^^^ it is') ?? '');
    const publish = () => commands.executeCommand<string | null>('kerb.publish', { folder, title: 'No such name' });
    assert.equal(await publish(), null, 'the cases fail');
    writeFileSync(page, files['acme/names.md'] ?? '');
    assert.match((await publish()) ?? '', /^change \S+ would be bundle 1\n/);
    const listed = await commands.executeCommand<readonly ListedChange[]>('kerb.refreshChanges');
    change = listed[0];
    assert.deepEqual(
      listed.map(({ title, state }) => [title, state]),
      [['No such name', 'open']],
    );
  },

  'what is said of it is listed, stands at its lines, and is answered': async () => {
    const url = workspace.getConfiguration('kerb').get<string>('hub') ?? '';
    const at7 = ['--at', 'acme/names:7', '--text', 'Why self?\nAnd why *here*?'];
    kerb('review', 'comment', change?.id ?? '', ...at7, '--hub', url, '--token-file', at('admin.token'));
    await commands.executeCommand('kerb.commentOnChange', change, 'So that it is short.');
    const [listed] = await commands.executeCommand<readonly ListedChange[]>('kerb.refreshChanges');
    const [said, answer] = listed?.comments ?? [];
    assert.deepEqual(
      [said?.place?.file, said?.place?.line, answer?.text, answer?.place],
      ['acme/names.yaml', 7, 'So that it is short.', null],
    );
    // The line has moved since.
    const file = path.join(at('policies'), 'acme/names.yaml');
    writeFileSync(file, `# soon\n${files['acme/names.yaml']}`);
    await commands.executeCommand('kerb.refreshChanges');
    await commands.executeCommand('kerb.openReviewComment', said?.id);
    const editor = window.activeTextEditor;
    assert.deepEqual([editor?.document.uri.fsPath, editor?.selection.start.line], [file, 7]);
    await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
  },

  'a change is shown with what it alters, and what its replay says': async () => {
    try {
      await commands.executeCommand('kerb.showChange', change?.id);
      const text = window.activeTextEditor?.document.getText() ?? '';
      assert.match(text, /^No such name\n[\s\S]*\+ require: self\.metadata\.name[\s\S]*nobody has asked for a replay/);
      await commands.executeCommand('workbench.action.revertAndCloseActiveEditor');
    } finally {
      await workspace.getConfiguration('kerb').update('hub', undefined, ConfigurationTarget.Global);
      hub?.kill();
      rmSync(data, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  },
};

function at(name: string): string {
  return path.join(data, name);
}

function program(): string {
  return path.join(extensions.getExtension('kerb.kerb')?.extensionPath ?? '', 'bin', 'kerb');
}

function environment(): NodeJS.ProcessEnv {
  return { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
}

function kerb(...args: readonly string[]): string {
  return execFileSync(process.execPath, [program(), ...args], { cwd: data, env: environment(), encoding: 'utf8' });
}

/** Starts the hub that comes with the extension; resolves with its address. */
function startHub(): Promise<string> {
  const started = spawn(process.execPath, [program(), 'hub', '--data', data, '--listen', '127.0.0.1:0'], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  hub = started;
  return new Promise((resolve, reject) => {
    started.once('error', reject);
    started.once('exit', () => reject(new Error('the hub ended')));
    let said = '';
    started.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const url = /(http:\/\/127\.0\.0\.1:\d+)/.exec(said)?.[1];
      if (url !== undefined) resolve(url);
    });
  });
}
