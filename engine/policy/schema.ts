/**
 * The exact form of a policy file and of `kerb.yaml`. Authors: the comments here are the reference.
 * Every text, list and map is bounded, since policies may come from anyone.
 */
import { z } from 'zod';

const line = (max: number) => z.string().trim().min(1).max(max);
const prose = line(2_000);
const cel = z.string().trim().min(1).max(20_000);
const date = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'expected a date like 2027-01-31');
const oneOrMany = <T extends z.ZodType>(schema: T, max: number) =>
  z.union([schema.transform((value) => [value]), z.array(schema).min(1).max(max)]);
/** `securityContext.capabilities.drop[0]`, `metadata.annotations["a.b/c"]`; relative to `self` (or to the item of `each`). */
const path = line(500);
const severity = z.enum(['info', 'low', 'medium', 'high', 'critical']);
const enforcement = z.enum(['audit', 'warn', 'deny']);
/** ast-grep's own language; it is checked when it is compiled. */
const astGrep = z.record(z.string(), z.unknown());

const pattern = z.strictObject({
  /** One of these languages or a list of them. */
  language: oneOrMany(z.enum(['typescript', 'tsx', 'javascript', 'python', 'go', 'bash', 'java']), 7),
  /** ast-grep rule object: `pattern`, `kind`, `regex`, `any`, `all`, `not`, `inside`, `has`, `follows`, `precedes` … */
  rule: astGrep,
  constraints: astGrep.optional(),
  utils: astGrep.optional(),
  transform: astGrep.optional(),
  /** Replaces the match; `$A` and `$$$A` are filled in. The policy's `fix` gives its title and whether it is safe. */
  fix: z.string().max(5_000).optional(),
});

const secret = z.strictObject({
  /** Words, compared without case, of which one stands in or right before every hit. */
  keywords: z.array(line(100)).min(1).max(50),
  /** RE2 syntax: no look-around, no back references. */
  regex: line(2_000),
  /** Which group is the secret. Default: 1 where the regex has groups, else the whole match. */
  group: z.int().min(0).max(20).optional(),
  /** Least Shannon entropy in bits per character. */
  entropy: z.number().min(0).max(8).optional(),
  /** Regexes of what is no secret (an example, a placeholder). */
  /** A regular expression for what stands before the match on its line. */
  before: line(1_000).optional(),
  allow: z.array(line(1_000)).max(50).optional(),
});

const parameter = z.strictObject({
  type: z.enum(['string', 'int', 'double', 'bool', 'list<string>', 'list<int>']),
  default: z.unknown(),
  /** Bounds: of the number; of the length of a string or list. */
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  description: line(500),
});

const fix = z.strictObject({
  /** What it does, as an order: "Remove privileged". */
  title: line(120),
  /** True only where nobody needs to read the change before it is made. */
  safe: z.boolean(),
  /** Exactly one of these (none for a `pattern` rule, whose patterns carry their `fix`): */
  /** path or paths to delete */
  remove: oneOrMany(path, 20).optional(),
  /** path → literal; what is missing on the way is created */
  set: z.record(path, z.unknown()).optional(),
  /** CEL: the scalar that replaces the marked value (sees what `message` sees, and `marked`, the value itself) */
  value: cel.optional(),
  /** template of whole lines, put before or after the marked value's lines at its indentation */
  insert: z.union([z.strictObject({ before: prose }), z.strictObject({ after: prose })]).optional(),
});

/** A policy file, `<domain>/<name>.yaml`. Its id is its path; its cases are in `<name>.md` beside it. */
export const policySchema = z.strictObject({
  /** One line, what must be: "Containers must not run privileged". */
  title: line(120),
  severity,
  /** What gates do. Default: critical and high deny, medium warns, low and info are audited. */
  enforcement: enforcement.optional(),
  /** What can happen to whom if it is not followed. */
  why: prose,
  /** What to do. */
  remedy: prose,
  owners: z.array(line(100)).min(1).max(20),
  adopted: date.optional(),
  /** Past it, the policy is reported as due for review. */
  review: date.optional(),
  /** `PSS/baseline`, `NHI5:2025`, `CSF/PR.PS-01`, `CWE/CWE-295`, `OWASP/A03:2021` … see `identifiers.ts`. */
  controls: z.array(line(60)).max(30).optional(),
  /** `<tool>/<its rule id>`: the same rule elsewhere, for people who come from there. */
  equivalents: z.array(line(120)).max(30).optional(),
  /** Primary sources, https. */
  references: z
    .array(z.url({ protocol: /^https$/ }).max(500))
    .max(20)
    .optional(),
  /** A resource kind, or several with the same fields: what `self` is. Optional for `pattern` (code) and `secret` (text). */
  resource: oneOrMany(line(60), 5).optional(),
  /** CEL: which resources are judged. */
  where: cel.optional(),
  /** Path or paths of lists or maps in `self`: the rule is judged per element, which it sees as `item` (and `key`). */
  each: oneOrMany(path, 10).optional(),
  /** CEL that must be true. Exactly one of require, pattern, secret. */
  require: cel.optional(),
  /** One ast-grep rule or a list of them; any match is a finding. The message sees `match.A` (texts of metavariables) and `match.text`. */
  pattern: oneOrMany(pattern, 50).optional(),
  /** The message sees `match.masked`. */
  secret: secret.optional(),
  parameters: z
    .record(z.string().regex(/^[a-z][A-Za-z0-9_]*$/, 'expected a name like maxReplicas'), parameter)
    .optional(),
  /** Path or paths relative to `self` (or to the item of `each`): the first that exists is underlined; where none
   *  does, the nearest ancestor's key of the first. Without `mark`, what made the evaluation false decides. */
  mark: oneOrMany(path, 10).optional(),
  /** Path or paths, relative as `mark` is (for a `pattern`, metavariables): what stands there is a secret, and no output shows it. */
  masks: oneOrMany(path, 10).optional(),
  /** Text with CEL in single braces: "container {self.name} runs privileged". `{{ … }}` is plain text. */
  message: line(1_000),
  fix: fix.optional(),
});
/** A policy file that fits the schema. */
export type PolicyDocument = z.infer<typeof policySchema>;

const perPolicy = z.strictObject({
  enforcement: z.enum(['off', 'audit', 'warn', 'deny']).optional(),
  /** name → value of the policy's declared parameters */
  parameters: z.record(z.string(), z.unknown()).optional(),
  /** globs of files that this policy does not judge */
  ignore: z.array(line(500)).max(200).optional(),
});

/** `kerb.yaml` at the root of a repository. */
export const configurationSchema = z.strictObject({
  /** `all`, a domain (`kubernetes`), a control (`PSS/baseline`) or a policy's id. Default: all. */
  sets: z.array(line(120)).min(1).max(100).optional(),
  /** policy id or `<domain>/*` → what is different here; the more exact entry wins */
  policies: z.record(line(200), perPolicy).optional(),
  /** globs of files that are not judged */
  ignore: z.array(line(500)).max(1_000).optional(),
  /** further folders with policies, relative to the root */
  policyFolders: z.array(line(500)).max(20).optional(),
  /** the baseline's file, relative to the root */
  baseline: line(500).optional(),
  suppressions: z
    .strictObject({
      /** Whether a suppression governs the very change that adds it. Default: refuse. */
      sameChange: z.enum(['refuse', 'allow']).optional(),
      /** The longest term from today. Default: 180. */
      longestDays: z.int().min(1).max(3_650).optional(),
    })
    .optional(),
});
/** A `kerb.yaml` that fits the schema. */
export type ConfigurationDocument = z.infer<typeof configurationSchema>;
