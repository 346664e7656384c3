/** A home with its store for a test, and records to put in; gone when the test ends. */
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { uuidv7 } from '../daemon/check/identifier.ts';
import { type Home, openHome } from '../daemon/home.ts';
import { type OpenStoreOptions, openStore } from '../daemon/store/open.ts';
import type { Store } from '../daemon/store/store.ts';
import type { DecisionRecord } from '../hub/protocol.ts';

/** A moment that tests call now. */
export const noon = Date.parse('2026-11-27T12:00:00.000Z');

/** Lower-case hex of SHA-256 of the text's UTF-8. */
export const sha256 = (text: string): string => hash('sha256', text, 'hex');

/** A home of its own in a new folder. */
export function createHome(context: Pick<TestContext, 'after'>): Home {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'kerb-home-')));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return homeIn(folder);
}

/** The home in a folder that is there. */
export function homeIn(folder: string): Home {
  const home = openHome({ env: { KERB_HOME: folder } });
  assert.equal(home.kind, 'home', JSON.stringify(home));
  return home as Home;
}

/** Opens a store that has to be there; closed when the test ends. */
export function openTestStore(
  context: TestContext,
  home: Home,
  options: Partial<Omit<OpenStoreOptions, 'home'>> = {},
): Store {
  const store = openStore({ home, device: 'laptop', now: () => noon, sha256, ...options });
  if (store.kind !== 'store') return assert.fail(store.message);
  context.after(() => store.close());
  return store;
}

/** A decision as a gate would have it recorded. */
export function decision(changes: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    kind: 'decision',
    id: uuidv7(noon),
    at: new Date(noon).toISOString(),
    gate: 'commit',
    origin: 'gate',
    reason: null,
    subject: { name: 'Ada', email: 'ada@example.com' },
    repository: 'github.com/acme/shop',
    target: { base: 'a'.repeat(40), commit: null, tree: 'b'.repeat(40), ref: null },
    policies: { revision: '1', digest: `sha256:${'c'.repeat(64)}`, ring: null },
    inputDigest: `sha256:${'d'.repeat(64)}`,
    effect: 'allow',
    passed: true,
    mode: 'durable',
    findings: [],
    findingCount: 0,
    exceptions: [],
    latencyMs: 3.5,
    client: { name: 'pre-commit', version: '0.1.0' },
    stale: false,
    ...changes,
  };
}
