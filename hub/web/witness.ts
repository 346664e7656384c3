/**
 * This browser as a witness of the log: it keeps the last checkpoint that it believed, and the key that signed the first one,
 * and asks for a proof that the log goes on from there. What was believed stays, whatever the hub shows later.
 */
import type { WitnessVerdict } from '../../engine/verify.ts';
import type { Api } from './api.ts';

export interface Observation {
  readonly key: string;
  /** The checkpoint that the log shows now. */
  readonly note: string;
  readonly verdict: WitnessVerdict;
  readonly since: { readonly at: number; readonly size: number };
}

interface Memory {
  readonly key: string;
  readonly note: string;
  readonly since: { readonly at: number; readonly size: number };
}

/** Each tenant of a hub has a log of its own. */
const placeOf = (tenant: string): string => `kerb.witness ${tenant}`;

export async function observe(api: Api, tenant: string): Promise<Observation> {
  const [note, shownKey, verifying] = await Promise.all([
    api.text('/v1/log/checkpoint'),
    api.text('/v1/log/key'),
    import('./verify.ts'),
  ]);
  const known = recall(tenant);
  const key = known?.key ?? shownKey.trim();
  const since = known?.since ?? { at: Date.now(), size: sizeOf(note) };
  const last = known?.note ?? null;
  const proof = last === null ? null : await proofBetween(api, sizeOf(last), sizeOf(note));
  const verdict = verifying.judge({ last, next: note, proof, key });
  if (verdict.kind === 'consistent')
    localStorage.setItem(placeOf(tenant), JSON.stringify({ key, note, since } satisfies Memory));
  return { key, note, verdict, since };
}

/** Null where there is none: then the witness says so. */
async function proofBetween(api: Api, from: number, to: number): Promise<readonly Uint8Array[] | null> {
  if (from >= to) return null;
  try {
    const { hashes } = await api.get<{ readonly hashes: readonly string[] }>(
      `/v1/log/consistency?from=${from}&to=${to}`,
    );
    return hashes.map((hash) => Uint8Array.from(atob(hash), (character) => character.charCodeAt(0)));
  } catch {
    return null;
  }
}

function recall(tenant: string): Memory | null {
  const text = localStorage.getItem(placeOf(tenant));
  return text === null ? null : (JSON.parse(text) as Memory);
}

/** Before it is verified: only to ask for a proof. */
function sizeOf(note: string): number {
  return Number(note.split('\n')[1]);
}
