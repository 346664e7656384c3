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

/** In the place of what is nested deeper than anybody needs. */
const tooDeep = 'nested too deeply: not kept';
/** In the place of a number such as 1e999, which JSON can write and JavaScript cannot hold. */
const tooGreat = 'a number too great: not kept';

/** A JSON value with every text in it masked, its keys as well. */
export function maskedValue(value: unknown, mask: Mask): unknown {
  return masked(value, { mask, key: '', depth: 0 });
}

interface Where {
  readonly mask: Mask;
  /** The key that the value stands under: it often says that this is a secret. */
  readonly key: string;
  readonly depth: number;
}

function masked(value: unknown, where: Where): unknown {
  if (typeof value === 'string') return maskedText(value.toWellFormed(), where);
  if (typeof value === 'number' && !Number.isFinite(value)) return tooGreat;
  if (typeof value !== 'object' || value === null) return value;
  if (where.depth >= maxDepth) return tooDeep;
  const inside = { ...where, depth: where.depth + 1 };
  if (Array.isArray(value)) return value.map((each) => masked(each, inside));
  const members = new Map<string, unknown>();
  const counts = new Map<string, number>();
  for (const [key, each] of Object.entries(value))
    members.set(freeKey(where.mask(key.toWellFormed()), members, counts), masked(each, { ...inside, key }));
  return Object.fromEntries(members);
}

/** Two keys that differed in a secret alone stay two. `counts` remembers the last one that was free: there may be thousands. */
function freeKey(key: string, members: ReadonlyMap<string, unknown>, counts: Map<string, number>): string {
  if (!members.has(key)) return key;
  let count = (counts.get(key) ?? 1) + 1;
  while (members.has(`${key} (${count})`)) count++;
  counts.set(key, count);
  return `${key} (${count})`;
}

function maskedText(text: string, { mask, key }: Where): string {
  const lead = `${key}: `;
  const line = mask(`${lead}${text}`);
  return line.startsWith(lead) ? line.slice(lead.length) : mask(text);
}
