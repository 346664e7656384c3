/** The contract of `--format json`, for whoever reads it: every field, and nothing else. */
import * as z from 'zod';

const position = z.strictObject({ line: z.int().min(1), column: z.int().min(1) });
const range = z.strictObject({ start: position, end: position });
const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** What `kerb check --format json` prints. Lines and columns count from 1, columns in UTF-16 units, ends are exclusive. */
export const jsonReport = z.strictObject({
  decision: z.strictObject({
    id: z.uuidv7(),
    gate: z.string(),
    effect: z.enum(['allow', 'deny', 'indeterminate']),
    revision: z.string(),
    digest,
    inputDigest: digest,
    latencyMs: z.number().min(0),
  }),
  findings: z.array(
    z.strictObject({
      policy: z.string(),
      severity: z.enum(['info', 'low', 'medium', 'high', 'critical']),
      enforcement: z.enum(['audit', 'warn', 'deny']),
      outcome: z.enum(['fail', 'error', 'unknown']),
      file: z.string(),
      range,
      resource: z.string(),
      path: z.string(),
      message: z.string(),
      fingerprint: z.string().regex(/^[0-9a-f]{32}$/),
      exception: z
        .union([
          z.strictObject({
            kind: z.literal('approved'),
            id: z.string(),
            reason: z.string(),
            until: z.iso.datetime({ precision: 3 }),
            approvedBy: z.array(z.string()),
          }),
          z.strictObject({ kind: z.literal('suppression'), reason: z.string(), until: z.iso.date() }),
          z.strictObject({ kind: z.literal('baseline') }),
        ])
        .nullable(),
      fixes: z.array(z.strictObject({ title: z.string(), safe: z.boolean() })),
    }),
  ),
  problems: z.array(z.strictObject({ file: z.string(), range, message: z.string() })),
  files: z.strictObject({ checked: z.int(), skipped: z.int() }),
});
