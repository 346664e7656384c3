/** Every query that both databases answer with the same SQL. */
import type { Kysely } from 'kysely';
import { type Access, accessQueries } from './query/access.ts';
import { type Alerts, alertQueries } from './query/alert.ts';
import { type Baselines, baselineQueries } from './query/baseline.ts';
import { type CiJobs, ciJobQueries } from './query/ciJob.ts';
import { type CiRules, ciRuleQueries } from './query/ciRule.ts';
import { type Comments, commentQueries } from './query/comment.ts';
import { type Days, dayQueries } from './query/day.ts';
import { type Devices, deviceQueries } from './query/device.ts';
import { type Enrolments, enrolmentQueries } from './query/enrolment.ts';
import { type Exceptions, exceptionQueries } from './query/exception.ts';
import { type Feedback, feedbackQueries } from './query/feedback.ts';
import { type HubKeys, hubKeyQueries } from './query/hubKey.ts';
import { type Log, logQueries } from './query/log.ts';
import { type OpaAgents, opaAgentQueries } from './query/opaAgent.ts';
import { type Overview, overviewQueries } from './query/overview.ts';
import { type Publications, publicationQueries } from './query/publication.ts';
import { type Replays, replayQueries } from './query/replay.ts';
import { type Rollouts, rolloutQueries } from './query/rollout.ts';
import { type Search, searchQueries } from './query/search.ts';
import { type Tenants, tenantQueries } from './query/tenant.ts';
import { type Trouble, troubleQueries } from './query/trouble.ts';
import type { Tables } from './tables.ts';

export function queries(
  db: Kysely<Tables>,
): Tenants &
  Log &
  Search &
  Overview &
  Devices &
  Enrolments &
  HubKeys &
  Access &
  Publications &
  Comments &
  Exceptions &
  Feedback &
  Rollouts &
  OpaAgents &
  CiRules &
  CiJobs &
  Replays &
  Alerts &
  Baselines &
  Days &
  Trouble {
  return {
    ...tenantQueries(db),
    ...logQueries(db),
    ...searchQueries(db),
    ...overviewQueries(db),
    ...deviceQueries(db),
    ...enrolmentQueries(db),
    ...hubKeyQueries(db),
    ...accessQueries(db),
    ...publicationQueries(db),
    ...commentQueries(db),
    ...exceptionQueries(db),
    ...feedbackQueries(db),
    ...rolloutQueries(db),
    ...opaAgentQueries(db),
    ...ciRuleQueries(db),
    ...ciJobQueries(db),
    ...replayQueries(db),
    ...alertQueries(db),
    ...baselineQueries(db),
    ...dayQueries(db),
    ...troubleQueries(db),
  };
}
