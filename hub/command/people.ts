/** `--people FILE`: where the people of each tenant sign in, and which of them may do what. Secrets are in files of their own. */
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parse } from 'yaml';
import * as z from 'zod';
import type { ProviderSettings } from '../identity/provider.ts';
import { mayDo, roles } from '../identity/role.ts';
import { isOutwardAddress } from '../outward.ts';
import { UsageError } from './options.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const maxBytes = 65_536;
const text = z.string().min(1).max(500);
const provider = z
  .strictObject({
    title: text.default('your organisation'),
    issuer: text.refine(isOutwardAddress, 'is the https address that its tokens name'),
    clientId: text,
    clientSecretFile: text.optional(),
    clientSecretVariable: text.optional(),
    scope: text
      .default('openid profile email')
      .refine((scope) => scope.split(' ').includes('openid'), 'has openid in it'),
    name: text.default('email'),
    roles: z
      .array(
        z.strictObject({
          claim: z.union([text, z.array(text).min(1).max(5)]),
          value: text,
          role: z.enum(roles).refine((role) => mayDo(role, 'session'), 'is no role of a person'),
        }),
      )
      .min(1)
      .max(200),
  })
  .refine(
    ({ clientSecretFile, clientSecretVariable }) =>
      (clientSecretFile === undefined) !== (clientSecretVariable === undefined),
    'has clientSecretFile or clientSecretVariable',
  );
/** By the names of tenants. */
const whole = z.record(text, provider);

export function readPeople(file: string, environment: Environment): ReadonlyMap<string, ProviderSettings> {
  const { success, data, error } = whole.safeParse(parsed(file));
  if (!success) {
    const { path: place = [], message = 'not valid' } = error.issues[0] ?? {};
    throw new UsageError(`${file}: ${[...place, ''].join(': ')}${message}`);
  }
  return new Map(
    Object.entries(data).map(([tenant, { clientSecretFile, clientSecretVariable, name, ...given }]) => {
      const clientSecret =
        clientSecretFile === undefined
          ? secretIn(environment, clientSecretVariable!)
          : secretOf(path.resolve(path.dirname(file), clientSecretFile));
      return [tenant, { ...given, nameClaim: name, clientSecret }];
    }),
  );
}

function parsed(file: string): unknown {
  try {
    if (statSync(file).size > maxBytes) throw new Error(`it is longer than ${maxBytes} bytes`);
    return parse(readFileSync(file, 'utf8'), { maxAliasCount: 0 });
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function secretIn(environment: Environment, variable: string): string {
  const secret = environment[variable];
  if (secret === undefined || secret === '')
    throw new UsageError(`${variable} is not set: it holds the client’s secret`);
  return secret;
}

function secretOf(file: string): string {
  try {
    const { mode, size } = statSync(file);
    if (process.platform !== 'win32' && (mode & 0o077) !== 0)
      throw new Error('others than its owner may read it: chmod 600');
    if (size > maxBytes) throw new Error(`it is longer than ${maxBytes} bytes`);
    const secret = readFileSync(file, 'utf8').trim();
    if (secret === '') throw new Error('it is empty');
    return secret;
  } catch (error) {
    throw new UsageError(`the client’s secret cannot be read: ${file}: ${(error as Error).message}`);
  }
}
