/** What others send is not masked by a Kerb of theirs: it is masked here, by the secret policies in force. */
import { compilePolicies, defaultConfiguration, type Native, secretMask } from '../../engine/index.ts';
import type { Catalogue, Catalogues } from '../policies/catalogue.ts';

export type Mask = (text: string) => string;

export interface Masks {
  /** Masks nothing before the first publication: no policy says then what a secret is. */
  of(tenant: number): Promise<Mask>;
}

/** Compiles the secret policies of each publication once. */
export function createMasks(catalogues: Catalogues, native: Native): Masks {
  const made = new WeakMap<Catalogue, Mask>();
  return {
    async of(tenant) {
      const catalogue = await catalogues.of(tenant);
      if (catalogue === null) return (text) => text;
      const mask = made.get(catalogue) ?? maskOf(catalogue, native);
      made.set(catalogue, mask);
      return mask;
    },
  };
}

function maskOf({ policies }: Catalogue, native: Native): Mask {
  const secrets = policies.map(({ policy }) => policy).filter(({ rule }) => rule.kind === 'secret');
  return secretMask(compilePolicies(secrets, defaultConfiguration, native), []);
}

const maxDepth = 100;

/** A JSON value with every text in it masked; null where it is deeper than anybody needs. */
export function maskedValue(value: unknown, mask: Mask): { readonly value: unknown } | null {
  try {
    return { value: masked(value, { mask, key: '', depth: 0 }) };
  } catch (error) {
    if (error instanceof TooDeepError) return null;
    throw error;
  }
}

class TooDeepError extends Error {
  override name = 'TooDeepError';
}

interface Where {
  readonly mask: Mask;
  /** The key that the value stands under: it often says that this is a secret. */
  readonly key: string;
  readonly depth: number;
}

function masked(value: unknown, where: Where): unknown {
  if (typeof value === 'string') return maskedText(value.toWellFormed(), where);
  if (typeof value !== 'object' || value === null) return value;
  if (where.depth >= maxDepth) throw new TooDeepError('too deep');
  const inside = { ...where, depth: where.depth + 1 };
  if (Array.isArray(value)) return value.map((each) => masked(each, inside));
  const members = Object.entries(value).map(([key, each]) => [key.toWellFormed(), masked(each, { ...inside, key })]);
  return Object.fromEntries(members);
}

function maskedText(text: string, { mask, key }: Where): string {
  const lead = `${key}: `;
  const line = mask(`${lead}${text}`);
  return line.startsWith(lead) ? line.slice(lead.length) : mask(text);
}
