/** Figures by control, and how fast the organisation hears of findings and mends them. */

import type { Catalogue } from '../policies/catalogue.ts';
import type { ComplianceReport } from '../protocol/compliance.ts';
import { longestMsOf, unknownLatencyClass } from '../store/latency.ts';
import type { HourCount, PolicyTotal } from '../store/query/overview.ts';
import type { Store } from '../store/store.ts';
import { frameworkOf } from './control.ts';
import { spreadOf, timeToFix } from './repair.ts';

export interface ComplianceAbout {
  readonly store: Store;
  readonly tenant: number;
  readonly catalogue: Catalogue | null;
  readonly from: number;
  readonly now: number;
}

const dayMs = 86_400_000;
const soonMs = 14 * dayMs;
const maxPolicies = 5_000;
const maxRefusals = 500;
const hookGates = ['commit', 'message', 'push'];

export async function complianceOf({
  store,
  tenant,
  catalogue,
  from,
  now,
}: ComplianceAbout): Promise<ComplianceReport> {
  const [hours, totals, counts, refusals, classes] = await Promise.all([
    store.hours(tenant, from),
    store.topPolicies(tenant, from, maxPolicies),
    store.exceptionCounts(tenant, { now, soon: now + soonMs }),
    store.search(tenant, { effect: 'deny', kind: 'decision', from, limit: maxRefusals }),
    store.latencyClasses(tenant, now - dayMs),
  ]);
  const decisions = decisionsIn(hours);
  return {
    ...{ from: new Date(from).toISOString(), to: new Date(now).toISOString(), decisions },
    controls: byControl(catalogue, totals, decisions.total),
    exceptions: {
      ...{ waiting: counts.pending, inForce: counts.granted, endingSoon: counts.ending },
      ...{ exceptedFindings: sum(totals.map(({ excepted }) => excepted)), denials: decisions.deny },
    },
    timeToDetect: spreadOf(refusals.map(({ at, received }) => Math.max(0, received - at))),
    timeToFix: await timeToFix(store, tenant, refusals),
    latency: { gates: byGate(hours), lastDay: quantilesOf(classes) },
    hooks: waitedFor(hours.filter(({ gate }) => hookGates.includes(gate))),
  };
}

function decisionsIn(hours: readonly HourCount[]): ComplianceReport['decisions'] {
  const of = (effect: string): number =>
    sum(hours.filter((hour) => hour.effect === effect).map(({ decisions }) => decisions));
  const total = sum(hours.map(({ decisions }) => decisions));
  return { total, allow: of('allow'), deny: of('deny'), indeterminate: of('indeterminate') };
}

function byControl(
  catalogue: Catalogue | null,
  totals: readonly PolicyTotal[],
  decisions: number,
): ComplianceReport['controls'] {
  const figures = new Map(totals.map((total) => [total.policy, total]));
  const policies = (catalogue?.policies ?? []).map(({ policy }) => policy);
  const controls = [...new Set(policies.flatMap((policy) => policy.controls))].sort();
  return controls.map((control) => {
    const own = policies.filter((policy) => policy.controls.includes(control)).map(({ id }) => id);
    const findings = sum(own.map((id) => figures.get(id)?.findings ?? 0));
    const excepted = sum(own.map((id) => figures.get(id)?.excepted ?? 0));
    const openPerThousand = decisions === 0 ? 0 : ((findings - excepted) * 1_000) / decisions;
    return { control, framework: frameworkOf(control), policies: own, findings, excepted, openPerThousand };
  });
}

function byGate(hours: readonly HourCount[]): ComplianceReport['latency']['gates'] {
  const gates = [...new Set(hours.map(({ gate }) => gate))].sort();
  return gates.map((gate) => {
    const { decisions, meanMs } = waitedFor(hours.filter((hour) => hour.gate === gate));
    return { gate, decisions, meanMs: meanMs ?? 0 };
  });
}

function waitedFor(hours: readonly HourCount[]): ComplianceReport['hooks'] {
  const decisions = sum(hours.map((hour) => hour.decisions));
  const latencyMs = sum(hours.map((hour) => hour.latencyMs));
  return { decisions, meanMs: decisions === 0 ? null : latencyMs / decisions, totalSeconds: latencyMs / 1_000 };
}

function quantilesOf(
  classes: readonly { readonly latency: number; readonly decisions: number }[],
): ComplianceReport['latency']['lastDay'] {
  const known = classes.filter(({ latency }) => latency !== unknownLatencyClass);
  const of = sum(known.map(({ decisions }) => decisions));
  const quantile = (share: number): number | null => {
    let left = Math.ceil(of * share);
    const reached = known
      .toSorted((a, b) => a.latency - b.latency)
      .find(({ decisions }) => {
        left -= decisions;
        return left <= 0;
      });
    return reached === undefined ? null : longestMsOf(reached.latency);
  };
  return { of, p50Ms: quantile(0.5), p95Ms: quantile(0.95), p99Ms: quantile(0.99) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
