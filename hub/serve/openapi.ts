/** The description of the API (OpenAPI 3.1), made from the routes that are served, so that it cannot say anything else. */
import * as z from 'zod';
import { permissions } from '../identity/role.ts';
import { hubError } from '../protocol.ts';
import type { Route, Success } from './route.ts';

export function describeApi(
  routes: readonly Route[],
  { url, version }: { readonly url: string; readonly version: string },
): unknown {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}').replace('*', '{path}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Kerb hub', version, description: 'Decisions in, with proofs.' },
    servers: [{ url }],
    paths,
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', description: 'People and robots' },
        dpop: { type: 'http', scheme: 'dpop', description: 'Devices (RFC 9449)' },
      },
      schemas: { Error: schemaOf(hubError, 'output') },
    },
  };
}

function operation(route: Route): unknown {
  const { summary, permission, params, query, unread, body = unread, form, success } = route;
  const media = form === 'urlencoded' ? 'application/x-www-form-urlencoded' : 'application/json';
  return {
    summary,
    ...(permission === 'public'
      ? { security: [] }
      : { security: [securityOf(permission)], 'x-permission': permission }),
    parameters: [...parametersOf(params, 'path'), ...parametersOf(query, 'query')],
    ...(body === undefined
      ? {}
      : { requestBody: { required: true, content: { [media]: { schema: schemaOf(body, 'input') } } } }),
    responses: {
      [success.status]: responseOf(success),
      default: {
        description: 'A refusal: `code` is for programs, `message` says what to do',
        content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
      },
    },
  };
}

function securityOf(permission: keyof typeof permissions): Readonly<Record<string, readonly string[]>> {
  const allowed: readonly string[] = permissions[permission];
  return allowed.length === 1 && allowed[0] === 'device' ? { dpop: [] } : { bearer: [] };
}

function parametersOf(schema: z.ZodType | undefined, where: 'path' | 'query'): readonly unknown[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = schemaOf(schema, 'input') as {
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name: name === '*' ? 'path' : name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
  }));
}

function responseOf({ description, content, others = [] }: Success): unknown {
  if (content === null) return { description };
  if (typeof content === 'string') return { description, content: { [content]: { schema: { type: 'string' } } } };
  const more = Object.fromEntries(others.map((type) => [type, { schema: { type: 'string' } }]));
  return { description, content: { 'application/json': { schema: schemaOf(content, 'output') }, ...more } };
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): unknown {
  // A transformed value is described by what goes in.
  return z.toJSONSchema(schema, { io, unrepresentable: 'any', target: 'draft-2020-12' });
}
