/**
 * The exact form of a policy file and of `kerb.yaml`. The descriptions are the authors' reference: editors show them.
 * Every text, list and map is bounded, since policies may come from anyone. Schemas are made when a file is first read:
 * most starts read none.
 */
import * as z from 'zod';
import { once } from '../once.ts';

const said = <T extends z.ZodType>(description: string, schema: T): T => schema.describe(description);
const line = (max: number) => z.string().trim().min(1).max(max);
const prose = () => line(2_000);
const cel = () => z.string().trim().min(1).max(20_000);
const date = () =>
  z
    .string()
    .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, { error: 'expected a date like 2027-01-31', abort: true })
    .refine((day) => new Date(`${day}T00:00:00Z`).getUTCDate() === Number(day.slice(-2)), 'the month has no such day');
const oneOrMany = <T extends z.ZodType>(schema: T, max: number) =>
  z.union([schema.transform((value) => [value]), z.array(schema).min(1).max(max)]);
/** `securityContext.capabilities.drop[0]`, `metadata.annotations["a.b/c"]`; relative to `self` (or to the item of `each`). */
const path = () => line(500);
const severity = () => z.enum(['info', 'low', 'medium', 'high', 'critical']);
const enforcement = () => z.enum(['audit', 'warn', 'deny']);
/** ast-grep's own language; it is checked when it is compiled. */
const astGrep = () => z.record(z.string(), z.unknown());

const pattern = once(() =>
  z.strictObject({
    language: said(
      'One of these languages or a list of them.',
      oneOrMany(z.enum(['typescript', 'tsx', 'javascript', 'python', 'go', 'bash', 'java']), 7),
    ),
    rule: said(
      'ast-grep rule object: `pattern`, `kind`, `regex`, `any`, `all`, `not`, `inside`, `has`, `follows`, `precedes` …',
      astGrep(),
    ),
    constraints: said('Rules that metavariables must meet, by name.', astGrep().optional()),
    utils: said('Named rules that `matches` refers to.', astGrep().optional()),
    transform: said('New metavariables made of matched ones.', astGrep().optional()),
    fix: said(
      "Replaces the match; `$A` and `$$$A` are filled in. The policy's `fix` gives its title and whether it is safe.",
      z.string().max(5_000).optional(),
    ),
  }),
);

const secret = once(() =>
  z.strictObject({
    keywords: said(
      'Words, compared without case, of which one stands in or right before every hit.',
      z.array(line(100)).min(1).max(50),
    ),
    regex: said('RE2 syntax: no look-around, no back references.', line(2_000)),
    group: said(
      'Which group is the secret. Default: 1 where the regex has groups, else the whole match.',
      z.int().min(0).max(20).optional(),
    ),
    entropy: said('Least Shannon entropy in bits per character.', z.number().min(0).max(8).optional()),
    before: said(
      'What stands before the match on its line has to match this regular expression.',
      line(1_000).optional(),
    ),
    allow: said(
      'Regular expressions of what is no secret (an example, a placeholder).',
      z.array(line(1_000)).max(50).optional(),
    ),
  }),
);

const rego = once(() =>
  z.strictObject({
    entrypoint: said(
      'The rule that is asked, as OPA names it: `main/deny`. Whatever it gives is a finding.',
      line(500),
    ),
    source: said(
      'Files of Rego, relative to this one, that the bundle is compiled from: `kerb rego build` does that.',
      oneOrMany(line(500), 50).optional(),
    ),
    bundle: said(
      'The bundle that `opa build -t wasm` wrote, in base64: a policy brings along all that it is.',
      z.string().trim().min(1).max(900_000).optional(),
    ),
  }),
);

const parameter = once(() =>
  z.strictObject({
    type: said('Its CEL type.', z.enum(['string', 'int', 'double', 'bool', 'list<string>', 'list<int>'])),
    default: said('What holds where nobody sets it.', z.unknown()),
    minimum: said('The least number; the least length of a string or list.', z.number().optional()),
    maximum: said('The greatest number; the greatest length of a string or list.', z.number().optional()),
    description: said('What it is for, for whoever sets it.', line(500)),
  }),
);

const fix = once(() =>
  z.strictObject({
    title: said('What it does, as an order: "Remove privileged".', line(120)),
    safe: said('True only where nobody needs to read the change before it is made.', z.boolean()),
    // Exactly one of the following; none for a `pattern` rule, whose patterns carry their `fix`.
    remove: said('The path or paths to delete.', oneOrMany(path(), 20).optional()),
    set: said('Path → literal; what is missing on the way is created.', z.record(path(), z.unknown()).optional()),
    value: said(
      'CEL: the scalar that replaces the marked value. It sees what `message` sees, and `marked`, the value itself.',
      cel().optional(),
    ),
    insert: said(
      "A template of whole lines, put `before` or `after` the marked value's lines at its indentation.",
      z.union([z.strictObject({ before: prose() }), z.strictObject({ after: prose() })]).optional(),
    ),
  }),
);

/** A policy file, `<domain>/<name>.yaml`. Its id is its path; its cases are in `<name>.md` beside it. */
export const policySchema = once(() =>
  z.strictObject({
    title: said('One line, what must be: "Containers must not run privileged".', line(120)),
    severity: said('How bad it is when it is not followed.', severity()),
    enforcement: said(
      'What gates do. Default: critical and high deny, medium warns, low and info are audited.',
      enforcement().optional(),
    ),
    why: said('What can happen to whom if it is not followed.', prose()),
    remedy: said('What to do.', prose()),
    owners: said('Who answers for it.', z.array(line(100)).min(1).max(20)),
    adopted: said('The day from which it holds.', date().optional()),
    review: said('Past it, the policy is reported as due for review.', date().optional()),
    controls: said(
      '`PSS/baseline`, `NHI5:2025`, `CSF/PR.PS-01`, `CWE/CWE-295`, `OWASP/A03:2021` …',
      z.array(line(60)).max(30).optional(),
    ),
    equivalents: said(
      '`<tool>/<its rule id>`: the same rule elsewhere, for people who come from there.',
      z.array(line(120)).max(30).optional(),
    ),
    references: said(
      'Primary sources, https.',
      z
        .array(z.url({ protocol: /^https$/ }).max(500))
        .max(20)
        .optional(),
    ),
    resource: said(
      'A resource kind, or several with the same fields: what `self` is. Optional for `pattern` (code) and `secret` (text).',
      oneOrMany(line(60), 5).optional(),
    ),
    where: said('CEL: which resources are judged.', cel().optional()),
    each: said(
      'Path or paths of lists or maps in `self`: the rule is judged per element, which it sees as `item` (and `key`).',
      oneOrMany(path(), 10).optional(),
    ),
    require: said('CEL that must be true. Exactly one of require, pattern, secret, rego.', cel().optional()),
    pattern: said(
      'One ast-grep rule or a list of them; any match is a finding. The message sees `match.A` (texts of metavariables) and `match.text`.',
      oneOrMany(pattern(), 50).optional(),
    ),
    secret: said("A credential's form. The message sees `match.masked`.", secret().optional()),
    rego: said(
      'A rule of Rego, compiled by OPA: `input` is the resource, `data.parameters` are the parameters. The message sees `match.msg` and whatever else the rule gave.',
      rego().optional(),
    ),
    parameters: said(
      'What an organisation may set; CEL sees it as `params.<name>`.',
      z.record(z.string().regex(/^[a-z][A-Za-z0-9_]*$/, 'expected a name like maxReplicas'), parameter()).optional(),
    ),
    mark: said(
      "Path or paths relative to `self` (or to the item of `each`): the first that exists is underlined; where none does, the nearest ancestor's key of the first. Without `mark`, what made the evaluation false decides.",
      oneOrMany(path(), 10).optional(),
    ),
    masks: said(
      'Path or paths, relative as `mark` is (for a `pattern`, metavariables): what stands there is a secret, and no output shows it.',
      oneOrMany(path(), 10).optional(),
    ),
    message: said(
      'Text with CEL in single braces: "container {self.name} runs privileged". `{{ … }}` is plain text.',
      cel(),
    ),
    fix: said('How a finding is repaired.', fix().optional()),
  }),
);
/** A policy file that fits the schema. */
export type PolicyDocument = z.infer<ReturnType<typeof policySchema>>;

const perPolicy = once(() =>
  z.strictObject({
    enforcement: said(
      'What gates do with its findings; `off` switches it off.',
      z.enum(['off', 'audit', 'warn', 'deny']).optional(),
    ),
    parameters: said("name → value of the policy's declared parameters", z.record(z.string(), z.unknown()).optional()),
    ignore: said('globs of files that this policy does not judge', z.array(line(500)).max(200).optional()),
  }),
);

/** `kerb.yaml` at the root of a repository. */
export const configurationSchema = once(() =>
  z.strictObject({
    sets: said(
      "`all`, a domain (`kubernetes`), a control (`PSS/baseline`) or a policy's id. Default: all.",
      z.array(line(120)).min(1).max(100).optional(),
    ),
    policies: said(
      'policy id or `<domain>/*` → what is different here; the more exact entry wins',
      z.record(line(200), perPolicy()).optional(),
    ),
    ignore: said('globs of files that are not judged', z.array(line(500)).max(1_000).optional()),
    policyFolders: said('further folders with policies, relative to the root', z.array(line(500)).max(20).optional()),
    baseline: said("the baseline's file, relative to the root", line(500).optional()),
    suppressions: said(
      'What inline suppressions may do.',
      z
        .strictObject({
          /** Whether a suppression governs the very change that adds it. Default: refuse. */
          sameChange: z.enum(['refuse', 'allow']).optional(),
          /** The longest term from today. Default: 180. */
          longestDays: z.int().min(1).max(3_650).optional(),
        })
        .optional(),
    ),
  }),
);
/** A `kerb.yaml` that fits the schema. */
export type ConfigurationDocument = z.infer<ReturnType<typeof configurationSchema>>;
