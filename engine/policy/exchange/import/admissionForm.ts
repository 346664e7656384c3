/** The form of admission policies in CEL. What it does not know is refused, lest it mean something. */
import * as z from 'zod';
import { matchSchema } from './match.ts';

const cel = z.string().min(1).max(20_000);
const named = z.lazy(() =>
  z
    .array(z.strictObject({ name: z.string().max(300), expression: cel }))
    .max(100)
    .optional(),
);
const actions = z.lazy(() => z.array(z.enum(['Deny', 'Warn', 'Audit'])).max(3));

/** The metadata of any of them. */
export const metadataSchema = z.lazy(() =>
  z.looseObject({
    name: z.string().min(1).max(300),
    annotations: z.record(z.string(), z.string()).nullish(),
  }),
);

/** What an admission policy says in CEL, wherever it is written. */
export const celFields = () => ({
  failurePolicy: z.enum(['Fail', 'Ignore']).optional(),
  matchConstraints: matchSchema.optional(),
  matchConditions: named,
  variables: named,
  validations: z
    .array(
      z.strictObject({
        expression: cel,
        message: z.string().max(2_000).optional(),
        messageExpression: cel.optional(),
        reason: z.string().max(100).optional(),
      }),
    )
    .max(100)
    .optional(),
  auditAnnotations: z.array(z.looseObject({})).max(100).optional(),
});
export const celSchema = z.lazy(() => z.strictObject(celFields()));

/** The kind of the object that holds parameters, and which one it is. */
export const paramFields = () => ({
  paramKind: z.strictObject({ apiVersion: z.string(), kind: z.string() }).optional(),
  paramRef: z
    .strictObject({
      name: z.string().optional(),
      namespace: z.string().optional(),
      selector: z.looseObject({}).optional(),
      parameterNotFoundAction: z.enum(['Allow', 'Deny']).optional(),
    })
    .optional(),
});

/** How Kyverno has itself called. */
export const webhookSchema = z.lazy(() => z.looseObject({ matchConditions: z.unknown().optional() }));

/** A ValidatingAdmissionPolicy. */
export const policySchema = z.lazy(() =>
  z.looseObject({
    metadata: metadataSchema,
    spec: z.strictObject({
      ...celFields(),
      paramKind: paramFields().paramKind,
    }),
  }),
);

/** A ValidatingAdmissionPolicyBinding. */
export const bindingSchema = z.lazy(() =>
  z.looseObject({
    metadata: metadataSchema,
    spec: z.strictObject({
      policyName: z.string(),
      paramRef: paramFields().paramRef,
      matchResources: matchSchema.optional(),
      validationActions: actions.optional(),
    }),
  }),
);

/** Kyverno's ValidatingPolicy. */
export const validatingPolicySchema = z.lazy(() =>
  z.looseObject({
    metadata: metadataSchema,
    spec: z.strictObject({
      ...celFields(),
      validationActions: actions.optional(),
      evaluation: z
        .strictObject({
          mode: z.string().optional(),
          admission: z.strictObject({ enabled: z.boolean().optional() }).optional(),
          background: z.looseObject({}).optional(),
        })
        .optional(),
      webhookConfiguration: webhookSchema.optional(),
      autogen: z
        .strictObject({
          podControllers: z.strictObject({ controllers: z.array(z.string()).max(20).optional() }).optional(),
          validatingAdmissionPolicy: z.looseObject({}).optional(),
        })
        .optional(),
    }),
  }),
);
