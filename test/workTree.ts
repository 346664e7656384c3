/** A folder of files for a test, with or without git; gone when the test ends. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import type { TestContext } from 'node:test';

export interface WorkTree {
  readonly root: string;
  /** Writes files, making the folders they need. */
  write(files: Readonly<Record<string, string | Buffer>>): void;
  /** Runs git and returns what it printed. Throws with git's own words. */
  git(...args: string[]): string;
  /** Adds everything and commits; returns the commit's id. */
  commit(message: string): string;
}

/** Makes a folder; `git` in it works once `init` was called. */
export function createWorkTree(context: TestContext, files: Readonly<Record<string, string | Buffer>> = {}): WorkTree {
  const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'kerb-test-')));
  context.after(() => rmSync(root, { recursive: true, force: true }));
  const tree: WorkTree = {
    root,
    write(more) {
      for (const [name, text] of Object.entries(more)) {
        mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
        writeFileSync(path.join(root, name), text);
      }
    },
    git(...args) {
      const { status, stdout, stderr } = spawnSync('git', args, {
        cwd: root,
        env: gitEnvironment(root),
        encoding: 'utf8',
      });
      if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
      return stdout.trim();
    },
    commit(message) {
      tree.git('add', '-A');
      tree.git('commit', '-q', '--allow-empty', '-m', message);
      return tree.git('rev-parse', 'HEAD');
    },
  };
  tree.write(files);
  return tree;
}

/** The same, as a repository with a first commit of the files. */
export function createRepository(
  context: TestContext,
  files: Readonly<Record<string, string | Buffer>> = {},
): WorkTree {
  const tree = createWorkTree(context, files);
  tree.git('init', '-q', '-b', 'main');
  tree.commit('first');
  return tree;
}

/** Nothing of the machine's own git configuration, and nothing of a hook that this may run in. */
function gitEnvironment(home: string): NodeJS.ProcessEnv {
  const { PATH, TMPDIR } = process.env;
  return {
    ...(PATH === undefined ? {} : { PATH }),
    ...(TMPDIR === undefined ? {} : { TMPDIR }),
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'Test',
    GIT_AUTHOR_EMAIL: 'test@example.com',
    GIT_COMMITTER_NAME: 'Test',
    GIT_COMMITTER_EMAIL: 'test@example.com',
  };
}
