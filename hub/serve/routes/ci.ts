/** Jobs of CI: which are believed, and the decision that one sends. */
import * as z from 'zod';
import { jobDecision } from '../../intake/job.ts';
import { newId } from '../../log/act.ts';
import { isOutwardAddress } from '../../outward.ts';
import { ciRule, ciRuleList, jobDecisionPath, jobDecisionTaken, shownCiRule } from '../../protocol/ci.ts';
import { decisionRecord } from '../../protocol.ts';
import { perform } from '../perform.ts';
import { json, notFound, type Route, refuse, route } from '../route.ts';

const maxRules = 500;

export const ciRoutes: readonly Route[] = [
  route({
    method: 'POST',
    path: jobDecisionPath,
    summary: 'Takes the decision of a job of CI, and answers when it is on disk and in the log',
    permission: 'decision:ci',
    body: decisionRecord,
    takesNul: true,
    maxBody: 8_000_000,
    success: {
      status: 201,
      description: 'What the log has; `isNew` is false where it had it',
      content: jobDecisionTaken,
    },
    async run({ hub, caller, body: record }) {
      const { tenant, job } = caller;
      if (job === null) return refuse(403, 'noJob', 'only a job’s own token, from its platform, sends a decision');
      const mask = await hub.masks.of(tenant.id);
      const reading = jobDecision(record, { caller, job, received: hub.now(), mask });
      if (reading.kind === 'refused') return refuse(422, 'notItsOwn', reading.why);
      const [entries, began] = [[reading.entry], hub.now()];
      const submission = { kind: 'records', entries, changes: [] } as const;
      const outcome = await hub.sequencer.submit(tenant.id, submission);
      if (outcome.kind !== 'committed')
        return refuse(409, 'idTaken', `record ${record.id} is in the log already, from elsewhere`);
      const { issuer, subject } = job;
      await hub.store.noteJob(tenant.id, { issuer, subject, record: record.id, at: hub.now() });
      hub.measures.ingested(tenant.id, 'decision', outcome.added);
      if (outcome.added > 0) hub.news.announce(tenant.id, 'journal');
      hub.traces.tell(submission, outcome.added, { tenant: tenant.name, by: subject, began, ended: hub.now() });
      return json(201, { id: record.id, isNew: outcome.added > 0 });
    },
  }),
  route({
    method: 'GET',
    path: '/v1/ci/rules',
    summary: 'Which jobs of CI are believed, and the audience that their tokens have to be for',
    permission: 'ci:read',
    success: { status: 200, description: 'Rules', content: ciRuleList },
    async run({ hub, caller }) {
      const rules = await hub.store.ciRules(caller.tenant.id);
      const shown = rules.map(({ id, name, issuer, claims, createdAt }) => ({
        ...{ id, name, issuer, claims, createdAt: new Date(createdAt).toISOString() },
      }));
      return json(200, { audience: hub.url, rules: shown });
    },
  }),
  route({
    method: 'POST',
    path: '/v1/ci/rules',
    summary: 'Believes the jobs that a rule names',
    permission: 'ci:write',
    body: ciRule,
    success: { status: 201, description: 'The rule', content: shownCiRule.pick({ id: true }) },
    async run({ hub, caller, body: { name, issuer, claims } }) {
      if (!isOutwardAddress(issuer))
        return refuse(400, 'invalid', 'the issuer is the https address that its tokens name');
      if ((await hub.store.ciRules(caller.tenant.id)).length >= maxRules)
        return refuse(409, 'tooMany', `there are ${maxRules} rules already`);
      const createdAt = hub.now();
      const id = newId(createdAt);
      await perform(hub, caller, {
        act: 'ciRule.add',
        subject: { id, name, issuer, claims: JSON.stringify(claims) },
        changes: [{ kind: 'addCiRule', rule: { id, name, issuer, claims, createdAt } }],
      });
      return json(201, { id });
    },
  }),
  route({
    method: 'DELETE',
    path: '/v1/ci/rules/:id',
    summary: 'Believes them no more, at once',
    permission: 'ci:write',
    params: z.object({ id: z.uuid() }),
    success: { status: 204, description: 'Gone', content: null },
    async run({ hub, caller, params: { id } }) {
      const known = (await hub.store.ciRules(caller.tenant.id)).find((rule) => rule.id === id);
      if (known === undefined) return notFound(`rule ${id}`);
      const subject = { id, name: known.name };
      await perform(hub, caller, { act: 'ciRule.remove', subject, changes: [{ kind: 'removeCiRule', id }] });
      return { status: 204, type: '', body: null };
    },
  }),
];
