// The daemon that the installed extension starts, on VS Code's own Node.
import assert from 'node:assert/strict';
import { commands } from 'vscode';

const runs = /^daemon +Kerb \S+, protocol \d+, process (\d+), running\n[\s\S]*^clients +kerb-language-server$/m;

/** The tests, in their order. */
export const daemonCases: Readonly<Record<string, () => Promise<void>>> = {
  'the daemon was started by the extension, and the editor listens to it': async () => {
    assert.ok((await daemonProcess(null)) > 0);
  },

  'restarting the daemon leaves another one, which the editor listens to': async () => {
    const before = await daemonProcess(null);
    await commands.executeCommand('kerb.restartDaemon');
    assert.notEqual(await daemonProcess(before), before);
  },
};

/** Waits for a daemon that the editor is a client of, and which is not the one before. */
async function daemonProcess(before: number | null): Promise<number> {
  let text = '';
  for (let tries = 0; tries < 100; tries++) {
    text = (await commands.executeCommand<string>('kerb.showDaemonStatus')) ?? '';
    const pid = Number(runs.exec(text)?.[1] ?? Number.NaN);
    if (!Number.isNaN(pid) && pid !== before) return pid;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return assert.fail(`no daemon that the editor listens to: ${text}`);
}
