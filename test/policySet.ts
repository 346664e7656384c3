/** Policies and judgements for tests, made from text. */
import assert from 'node:assert/strict';
import {
  type Configuration,
  compilePolicies,
  defaultConfiguration,
  type JudgeOptions,
  judge,
  type PolicySet,
  readConfiguration,
  readPolicies,
  type Verdict,
} from '../engine/index.ts';
import { createNative } from '../repository/native.ts';

export const native = createNative();
export const today = '2026-11-22';

/** A policy's text: the given keys over defaults that are valid. */
export function policyText(keys: string, { without = [] }: { readonly without?: readonly string[] } = {}): string {
  const given = new Set([...keys.matchAll(/^([a-z]+):/gm)].map((match) => match[1]));
  const defaults: Readonly<Record<string, string>> = {
    title: 'A rule for tests',
    severity: 'high',
    why: 'Because.',
    remedy: 'Do it.',
    owners: '[tests]',
    message: 'not so',
  };
  const lines = Object.entries(defaults)
    .filter(([key]) => !given.has(key) && !without.includes(key))
    .map(([key, value]) => `${key}: ${value}\n`);
  return `${lines.join('')}${keys.trim()}\n`;
}

/** A set of policies by id; the texts get the defaults of `policyText`. Any problem fails the test. */
export function policySet(
  texts: Readonly<Record<string, string>>,
  configuration: Configuration = defaultConfiguration,
): PolicySet {
  const files = Object.entries(texts).map(([id, text]) => ({
    path: `policies/${id}.yaml`,
    id,
    text: policyText(text),
  }));
  const { policies, problems } = readPolicies(files);
  assert.deepEqual(problems, []);
  return compilePolicies(policies, configuration, native);
}

/** A configuration from the text of a `kerb.yaml`. */
export function configurationOf(text: string): Configuration {
  const { configuration, problems } = readConfiguration({ path: 'kerb.yaml', text });
  assert.deepEqual(problems, []);
  return configuration;
}

/** Judges a text as an editor would, today. */
export function judgeText(path: string, text: string, policies: PolicySet, more: Partial<JudgeOptions> = {}): Verdict {
  return judge({ path, text }, { policies, native, context: { gate: 'check', date: today }, ...more });
}

/** Findings as `line:column policy: message`, an exception in brackets. */
export function said({ file, findings }: Verdict): readonly string[] {
  return findings.map(({ span, policy, message, exception, outcome }) => {
    const before = file.text.slice(0, span.start).split('\n');
    const place = `${before.length}:${(before.at(-1)?.length ?? 0) + 1}`;
    return `${place} ${policy}: ${outcome === 'fail' ? '' : `(${outcome}) `}${message}${exception === null ? '' : ` [${exception.kind}]`}`;
  });
}
