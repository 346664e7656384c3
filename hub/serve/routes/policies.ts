/** Policies in force, for people: what devices believe they verify themselves, from the files as they were signed. */
import * as z from 'zod';
import { isDueForReview } from '../../../engine/index.ts';
import type { Hub } from '../../hub.ts';
import type { CataloguedPolicy } from '../../policies/catalogue.ts';
import { concernsOf } from '../../policies/concern.ts';
import { outcomeOf } from '../../policies/outcome.ts';
import { type ListedPolicy, policyCatalogue, shownPolicy } from '../../protocol/catalogue.ts';
import type { ComplaintTotal } from '../../store/query/feedback.ts';
import type { PolicyTotal } from '../../store/query/overview.ts';
import { json, notFound, type Route, route } from '../route.ts';

const figuresMs = 30 * 86_400_000;
const maxFigures = 5_000;

export const policyRoutes: readonly Route[] = [
  route({
    method: 'GET',
    path: '/v1/policies',
    summary: 'Policies in force, each with who answers for it and what it found within 30 days',
    permission: 'change:read',
    success: { status: 200, description: 'Of the newest bundle', content: policyCatalogue },
    async run({ hub, caller: { tenant } }) {
      const [catalogue, figures] = await Promise.all([hub.catalogues.of(tenant.id), figuresOf(hub, tenant.id)]);
      if (catalogue === null) return json(200, { inForce: null, policies: [] });
      const { inForce, policies } = catalogue;
      return json(200, { inForce, policies: policies.map((each) => listed(each, figures, hub.now())) });
    },
  }),
  route({
    method: 'GET',
    path: '/v1/policies/*',
    summary: 'One policy in force, with its text and its page',
    permission: 'change:read',
    params: z.object({ '*': z.string().max(500) }),
    success: { status: 200, description: 'As its author wrote it', content: shownPolicy },
    async run({ hub, caller: { tenant }, params: { '*': id } }) {
      const [catalogue, figures] = await Promise.all([hub.catalogues.of(tenant.id), figuresOf(hub, tenant.id)]);
      const found = catalogue?.policies.find(({ policy }) => policy.id === id);
      if (found === undefined) return notFound(`policy ${id} among those that are published here`);
      const { why, remedy, controls, equivalents, source } = found.policy;
      const text = { why, remedy, controls, equivalents, source, page: found.page };
      const history = await historyOf(hub, tenant.id, id);
      return json(200, { ...listed(found, figures, hub.now()), ...text, ...history });
    },
  }),
];

interface Figures {
  readonly totals: ReadonlyMap<string, PolicyTotal>;
  readonly complaints: readonly ComplaintTotal[];
}

async function figuresOf({ store, now }: Hub, tenant: number): Promise<Figures> {
  const since = now() - figuresMs;
  const [totals, complaints] = await Promise.all([
    store.topPolicies(tenant, since, maxFigures),
    store.complaintTotals(tenant, since),
  ]);
  return { totals: new Map(totals.map((total) => [total.policy, total])), complaints };
}

function listed(
  { policy, sha256, isLocked, since }: CataloguedPolicy,
  { totals, complaints }: Figures,
  now: number,
): ListedPolicy {
  const { id, title, severity, enforcement, owners, adopted, review } = policy;
  const { findings = 0, excepted = 0 } = totals.get(id) ?? {};
  const said = (complaint: ComplaintTotal['complaint']) =>
    complaints.find((each) => each.policy === id && each.complaint === complaint)?.findings ?? 0;
  const figures = {
    ...{ since, findings, excepted, complaints: { wrong: said('wrong'), unclear: said('unclear') } },
    isDueForReview: isDueForReview(policy, new Date(now).toISOString().slice(0, 10)),
  };
  return {
    ...{ id, title, severity, enforcement, owners: [...owners], adopted, review, sha256, isLocked },
    ...{ ...figures, concerns: concernsOf(figures, now) },
  };
}

/** How often it had findings, and what became of them. */
async function historyOf({ store, now }: Hub, tenant: number, policy: string) {
  const from = now() - figuresMs;
  const [decisions, hours, outcome] = await Promise.all([
    store.decisionsWith(tenant, policy, from),
    store.hours(tenant, from),
    outcomeOf(store, tenant, { policy, from }),
  ]);
  return { firing: { decisions, of: hours.reduce((sum, hour) => sum + hour.decisions, 0) }, outcome };
}
