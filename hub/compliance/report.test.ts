/** Figures by control from what was decided, on each database. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Policy } from '../../engine/index.ts';
import { databases } from '../../test/hub/databases.ts';
import { createDevice, decision } from '../../test/hub/device.ts';
import { addDevice, addTenant, now, send } from '../../test/hub/log.ts';
import type { Catalogue } from '../policies/catalogue.ts';
import { complianceReport } from '../protocol/compliance.ts';
import { complianceOf } from './report.ts';

const minuteMs = 60_000;

/** Of which only the controls are looked at. */
function catalogueOf(controls: Readonly<Record<string, readonly string[]>>): Catalogue {
  const policies = Object.entries(controls).map(([id, own]) => ({
    policy: { id, controls: own } as unknown as Policy,
  }));
  return { policies } as unknown as Catalogue;
}

for (const { name, start, skip } of databases) {
  test(`controls, exceptions, and how long it takes to hear and to mend, on ${name}`, { skip }, async () => {
    const server = await start();
    const database = await server.create();
    const store = await database.open();
    try {
      const tenant = await addTenant(store);
      const device = createDevice('laptop');
      await addDevice(store, tenant.id, device);
      const at = (minutes: number) => new Date(now - minutes * minuteMs).toISOString();
      const of = (number: number, minutes: number, changes = {}) =>
        decision(number, { at: at(minutes), gate: 'commit', repository: 'shop', ...changes });
      const [finding] = decision(10).findings;
      const excepted = { findings: [{ ...finding!, exception: { kind: 'baseline', id: null } as const }] };
      const records = [
        ...[of(10, 30), of(10, 20), of(1, 15, { origin: 'bypass' }), of(1, 10, excepted), of(10, 5)],
        of(1, 3, { gate: 'check', latencyMs: 100 }),
      ];
      await send(store, device, device.record(records));
      const catalogue = catalogueOf({
        'kubernetes/privileged': ['NHI5:2025', 'CSF/PR.PS-01'],
        quiet: ['CSF/PR.PS-01'],
      });
      const about = { store, tenant: tenant.id, catalogue, from: now - 60 * minuteMs, now };
      const report = complianceReport.parse(await complianceOf(about));
      assert.deepEqual(report.decisions, { total: 6, allow: 3, deny: 3, indeterminate: 0 });
      const figures = { findings: 4, excepted: 1, openPerThousand: 500 };
      assert.deepEqual(report.controls, [
        {
          ...{ control: 'CSF/PR.PS-01', framework: 'NIST CSF 2.0', policies: ['kubernetes/privileged', 'quiet'] },
          ...figures,
        },
        {
          ...{ control: 'NHI5:2025', framework: 'OWASP Non-Human Identities Top 10 2025' },
          ...{ policies: ['kubernetes/privileged'], ...figures },
        },
      ]);
      assert.deepEqual([report.exceptions.exceptedFindings, report.exceptions.denials], [1, 3]);
      assert.deepEqual(report.timeToDetect, { of: 3, medianMs: 20 * minuteMs, p90Ms: 30 * minuteMs });
      // What passed no gate mends nothing.
      assert.deepEqual(report.timeToFix, { of: 2, medianMs: 10 * minuteMs, p90Ms: 20 * minuteMs, open: 1 });
      assert.deepEqual(report.latency.gates, [
        { gate: 'check', decisions: 1, meanMs: 100 },
        { gate: 'commit', decisions: 5, meanMs: 4.5 },
      ]);
      const { of: counted, p50Ms, p99Ms } = report.latency.lastDay;
      assert.ok(counted === 6 && p50Ms! >= 4.5 && p50Ms! < 4.5 * 1.19 && p99Ms! >= 100 && p99Ms! < 119);
      assert.deepEqual(report.hooks, { decisions: 5, meanMs: 4.5, totalSeconds: 0.0225 });
      const none = await complianceOf({ ...about, catalogue: null, from: now, now: now + 9 * 86_400_000 });
      assert.deepEqual([none.controls, none.latency.lastDay.p50Ms, none.timeToFix.of], [[], null, 0]);
    } finally {
      await store.close();
      await database.remove();
      await server.close();
    }
  });
}
