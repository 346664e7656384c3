/**
 * How long the hub looks for decisions when it has many, in PostgreSQL: those of one repository on one day, and the overview of
 * a month. Run alone: `node test/bench/search.ts [DECISIONS]`, ten million being the full form, 6,000 the least. Filling goes
 * past HTTP and signatures, and through the log.
 */
import { randomInt } from 'node:crypto';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { canonicalize } from '../../engine/index.ts';
import { columnsOf } from '../../hub/intake/columns.ts';
import { newEntry } from '../../hub/log/entry.ts';
import { planAppend } from '../../hub/log/plan.ts';
import type { NewEntry, Store } from '../../hub/store/store.ts';
import { decision } from '../hub/device.ts';
import { addTenant } from '../hub/log.ts';
import { postgresqlDatabase, runPostgresql } from '../hub/postgresql.ts';
import { formatMs, markdownTable, type Summary, summarise } from './statistics.ts';

export interface SearchRow {
  readonly what: string;
  readonly decisions: number;
  readonly ms: Summary;
}

const groupSize = 2_000;
const days = 30;
const repositories = 200;
const samples = 200;
const dayMs = 86_400_000;
const begin = Date.UTC(2026, 10, 1);

export async function timeSearch(decisions: number): Promise<readonly SearchRow[]> {
  const server = await runPostgresql();
  try {
    const database = await postgresqlDatabase(server);
    const store = await database.open();
    try {
      const tenant = await addTenant(store);
      for (const day of [begin, begin + days * dayMs]) await store.maintain(day);
      await fill(store, tenant.id, decisions);
      await database.execute('vacuum analyze');
      return [
        await timed('one repository, one day', decisions, () => oneDay(store, tenant.id)),
        await timed('overview of 30 days', decisions, () => overview(store, tenant.id)),
      ];
    } finally {
      await store.close();
    }
  } finally {
    await server.close();
  }
}

export function searchTable(rows: readonly SearchRow[]): string {
  return markdownTable(
    ['question', 'decisions', 'median', 'p95', 'max', 'samples'],
    rows.map(({ what, decisions, ms: { median, p95, max, samples: asked } }) => [
      ...[what, String(decisions), formatMs(median), formatMs(p95), formatMs(max), String(asked)],
    ]),
  );
}

async function fill(store: Store, tenant: number, decisions: number): Promise<void> {
  for (let first = 0; first < decisions; first += groupSize) {
    const count = Math.min(groupSize, decisions - first);
    const entries = Array.from({ length: count }, (_, at) => entryOf(first + at, decisions));
    const submission = { kind: 'records', entries, changes: [] } as const;
    await store.append(tenant, { devices: [], ids: [] }, (state) => planAppend([submission], state));
  }
}

function entryOf(number: number, decisions: number): NewEntry {
  const at = Math.floor(begin + (number / decisions) * days * dayMs);
  const repository = `github.com/acme/shop-${number % repositories}`;
  const record = decision(number, { at: new Date(at).toISOString(), repository });
  const device = `device ${number % 2_000}`;
  const text = canonicalize({ device, record, seq: number });
  const own = { id: record.id, at, received: at + 1_000, kind: 'decision', device, seq: number, text } as const;
  return newEntry({ ...own, decision: columnsOf(record) });
}

async function oneDay(store: Store, tenant: number): Promise<void> {
  const from = begin + randomInt(days) * dayMs;
  const repository = `github.com/acme/shop-${randomInt(repositories)}`;
  const found = await store.search(tenant, { repository, from, to: from + dayMs, limit: 50 });
  if (found.length === 0) throw new Error('nothing is found where there is something');
}

async function overview(store: Store, tenant: number): Promise<void> {
  const [hours] = await Promise.all([
    store.hours(tenant, begin),
    store.topPolicies(tenant, begin, 20),
    store.topRepositories(tenant, begin, 20),
    store.missingDecisions(tenant),
    store.frontier(tenant),
  ]);
  if (hours.length === 0) throw new Error('the overview is empty');
}

async function timed(what: string, decisions: number, ask: () => Promise<void>): Promise<SearchRow> {
  const times: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    const asked = performance.now();
    await ask();
    times.push(performance.now() - asked);
  }
  return { what, decisions, ms: summarise(times) };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  process.stdout.write(`${searchTable(await timeSearch(Number(process.argv[2] ?? 1_000_000)))}\n`);
}
