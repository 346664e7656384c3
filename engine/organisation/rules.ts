/** `organisation.yaml`: what an organisation has decided for all its repositories. It travels in a signed bundle. */
import * as z from 'zod';
import { defaultExceptionTerms, type ExceptionTerms, maxApprovals, policyName } from '../exception/approved.ts';
import type { Enforcement, SourceFile } from '../model.ts';
import { once } from '../once.ts';
import {
  type Configuration,
  configurationOf,
  defaultConfiguration,
  doubtGlobs,
  namesIn,
} from '../policy/configuration.ts';
import { type FileProblem, readYaml } from '../policy/file.ts';
import { configurationSchema } from '../policy/schema.ts';

/** What every repository starts from, and what of it is locked. Part of the digest of a policy set. */
export interface OrganisationRules {
  readonly sets: Configuration['sets'];
  readonly policies: Configuration['policies'];
  readonly ignore: Configuration['ignore'];
  readonly suppressions: Configuration['suppressions'];
  readonly exceptions: ExceptionTerms;
  /** Policy ids, `<domain>/*`, `*`; and the words `suppressions` and `baseline`. */
  readonly locked: readonly string[];
  /** While a bundle is being rolled out: the most that this gate does for the policies that it changed. */
  readonly cap: Cap | null;
}

interface Cap {
  /** Policy ids, `<domain>/*` or `*`. */
  readonly policies: readonly string[];
  readonly enforcement: Enforcement;
}

/** How gates behave, beside what policies say. */
export interface GateSettings {
  /** `durable`: the record is on disk before the verdict is given. `strict`: the hub has it. `observe`: neither, and nothing is blocked. */
  readonly mode: 'observe' | 'durable' | 'strict';
  /** Longest time since the hub was last seen, after which decisions say `stale`. */
  readonly maxOfflineHours: number;
  /** What a gate does then: goes on with the policies it has and says so, or comes to no verdict. */
  readonly whenStale: 'warn' | 'block';
  readonly journal: {
    /** What happens when there is no room left: gates block, or decisions are left out and a gap record says how many. */
    readonly whenFull: 'block' | 'gap';
  };
}

/** Whether devices judge changes of policies on decisions of their own, and say in figures what differs. */
export type ReplayConsent = 'allowed' | 'refused';

/** What holds where no organisation says otherwise, and where there is none. */
export const defaultGateSettings: GateSettings = {
  mode: 'durable',
  maxOfflineHours: 336,
  whenStale: 'warn',
  journal: { whenFull: 'block' },
};

const maxCharacters = 1_000_000;
const lockable = /^(?:suppressions|baseline|\*|[a-z0-9-]+(?:\/[a-z0-9-]+)*\/(?:\*|[a-z0-9-]+))$/;

const approvalCount = z.int().min(1).max(maxApprovals);
const { longestDays: usualDays } = defaultExceptionTerms;
const days = (usual: number) => z.int().min(1).max(3_650).default(usual);

/** The exact form of `organisation.yaml`: what `kerb.yaml` has of policies, what is locked, how gates behave, what devices replay. */
const organisationSchema = once(() =>
  configurationSchema()
    .pick({ sets: true, policies: true, ignore: true, suppressions: true })
    .extend({
      /** What a repository cannot loosen: policy ids, `<domain>/*`, `*`, `suppressions`, `baseline`. */
      locked: z
        .array(z.string().regex(lockable, 'expected a policy, `<domain>/*`, `*`, `suppressions` or `baseline`'))
        .max(1_000)
        .optional(),
      /** How long approved exceptions last at most, by severity; what is never exempt; how many people approve. */
      exceptions: z
        .strictObject({
          longestDays: z
            .strictObject({
              critical: days(usualDays.critical),
              high: days(usualDays.high),
              medium: days(usualDays.medium),
              low: days(usualDays.low),
              info: days(usualDays.info),
            })
            .optional(),
          never: z.array(policyName).max(1_000).optional(),
          approvals: z
            .strictObject({
              severities: z
                .partialRecord(z.enum(['info', 'low', 'medium', 'high', 'critical']), approvalCount)
                .default({}),
              policies: z.record(policyName, approvalCount).default({}),
            })
            .optional(),
        })
        .optional(),
      replay: z.enum(['allowed', 'refused']).optional(),
      gates: z
        .strictObject({
          mode: z.enum(['observe', 'durable', 'strict']).optional(),
          maxOfflineHours: z.int().min(1).max(8_760).optional(),
          whenStale: z.enum(['warn', 'block']).optional(),
          journal: z
            .strictObject({
              whenFull: z.enum(['block', 'gap']).optional(),
            })
            .optional(),
        })
        .optional(),
    }),
);
type OrganisationDocument = z.infer<ReturnType<typeof organisationSchema>>;

/** Reads `organisation.yaml`. Never throws; null where a problem of severity `error` says why. */
export function readOrganisationRules(file: SourceFile): {
  readonly rules: OrganisationRules | null;
  readonly gates: GateSettings;
  readonly replay: ReplayConsent;
  readonly problems: readonly FileProblem[];
} {
  const unsaid = { gates: defaultGateSettings, replay: 'refused' } as const;
  if (file.text.trim() === '') return { ...unsaid, rules: rulesOf(defaultConfiguration, {}), problems: [] };
  const checked = readYaml(file, organisationSchema(), {
    maxBytes: maxCharacters,
    what: "organisation's configuration",
  });
  doubtGlobs(checked);
  if (checked.value === null || !checked.ok()) return { ...unsaid, rules: null, problems: checked.problems };
  const { locked, gates, exceptions, replay = unsaid.replay, ...document } = checked.value;
  const configuration = configurationOf(file, document, namesIn(checked.raw, 'policies'), defaultConfiguration);
  const rules = rulesOf(configuration, { locked, exceptions });
  return { rules, gates: gatesOf(gates), replay, problems: checked.problems };
}

/** Whether something is locked: a policy by its id, or one of the words. */
export function isLocked(rules: Pick<OrganisationRules, 'locked'> | undefined, name: string): boolean {
  return rules !== undefined && isNamed(name, rules.locked);
}

/** Whether a list of ids, `<domain>/*` and `*` names a policy. */
export function isNamed(id: string, names: readonly string[]): boolean {
  const isPolicy = id.includes('/');
  return names.some(
    (name) => name === id || (isPolicy && (name === '*' || (name.endsWith('/*') && name === `${domainOf(id)}/*`))),
  );
}

function domainOf(id: string): string {
  return id.slice(0, id.lastIndexOf('/'));
}

function rulesOf(
  configuration: Configuration,
  { locked = [], exceptions }: Pick<OrganisationDocument, 'locked' | 'exceptions'>,
): OrganisationRules {
  const { sets, policies, ignore, suppressions } = configuration;
  return { sets, policies, ignore, suppressions, exceptions: termsOf(exceptions), locked, cap: null };
}

function termsOf(given: OrganisationDocument['exceptions']): ExceptionTerms {
  const { longestDays, never, approvals } = given ?? {};
  const terms = { longestDays: longestDays ?? usualDays, never: never ?? defaultExceptionTerms.never };
  // Left out where it is not said: the terms are part of the digest of a policy set.
  return approvals === undefined ? terms : { ...terms, approvals };
}

function gatesOf(given: OrganisationDocument['gates']): GateSettings {
  return {
    mode: given?.mode ?? defaultGateSettings.mode,
    maxOfflineHours: given?.maxOfflineHours ?? defaultGateSettings.maxOfflineHours,
    whenStale: given?.whenStale ?? defaultGateSettings.whenStale,
    journal: {
      whenFull: given?.journal?.whenFull ?? defaultGateSettings.journal.whenFull,
    },
  };
}
