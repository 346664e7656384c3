/**
 * Runs: consecutive entries of a log in one row, since a row costs about as much for a hundred entries as for one. What
 * records are found by stands beside their bodies, and is looked through once a key has led to the run.
 */
import { packed, unpacked } from './packed.ts';
import type { FoundRecord } from './query/search.ts';
import type { NewEntry } from './store.ts';
import type { Tables } from './tables.ts';

/** The most entries of a run: whoever looks for the run of an index looks so far back. */
export const maxRun = 256;

/** Ids that begin with the same digits are of the same 4.7 hours, and a run's ids are. */
const spanDigits = 6;

/** A run before its place in the log is known. */
export interface SealedRun extends RecordRun {
  /** Canonical JSON, one to a line; packed. */
  readonly leaves: Uint8Array;
}

/** The records of a run as they are kept, and what they are found by. */
export interface RecordRun {
  /** How many. */
  readonly size: number;
  /** The least and the greatest of their ids. */
  readonly oldest: string;
  readonly newest: string;
  readonly columns: Uint8Array;
  readonly bodies: Uint8Array;
  readonly keys: readonly RunKey[];
}

export type RunKey = Pick<Tables['record_key'], 'name' | 'value' | 'effect' | 'records'>;

/** Entries that are to follow each other in the log, as runs. */
export function sealRuns(entries: readonly NewEntry[]): readonly SealedRun[] {
  const runs: SealedRun[] = [];
  for (let from = 0; from < entries.length; ) {
    const span = spanOf(entries[from]!.id);
    let to = from + 1;
    while (to < entries.length && to - from < maxRun && entries[to]!.id.startsWith(span)) to++;
    runs.push(sealRun(entries.slice(from, to)));
    from = to;
  }
  return runs;
}

/** Leaves are canonical JSON, which has no line break of its own. */
function sealRun(entries: readonly NewEntry[]): SealedRun {
  const leaves = packed(entries.map(({ leaf }) => leaf).join('\n'));
  const bodies = packed(entries.map(({ body }) => body).join(''));
  return { ...recordRun(entries.map(recordOf), { begin: 0, bodies }), leaves };
}

/** The hours that an id is of. */
export function spanOf(id: string): string {
  return id.slice(0, spanDigits);
}

/** The one before; null where there is none. */
export function spanBefore(span: string): string | null {
  const number = Number.parseInt(span, 16);
  return number === 0 ? null : (number - 1).toString(16).padStart(spanDigits, '0');
}

/** The first and the last id of a span. */
export function idsOf(span: string): { readonly first: string; readonly last: string } {
  const [first, last] = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];
  return { first: span + first.slice(spanDigits), last: span + last.slice(spanDigits) };
}

/** A record in a run: with the policies that it speaks of, and the length of its body in bytes. */
export interface KeptRecord extends FoundRecord {
  readonly policies: readonly string[];
  readonly bytes: number;
}

type Row = Omit<Tables['record_run'], 'tenant'>;

export function leavesOf({
  begin,
  leaves,
}: {
  readonly begin: number;
  readonly leaves: Uint8Array;
}): readonly { readonly index: number; readonly leaf: string }[] {
  return unpacked(leaves)
    .toString('utf8')
    .split('\n')
    .map((leaf, offset) => ({ index: begin + offset, leaf }));
}

/** Written plainly: spread objects cost here, where it is done for each decision. */
function recordOf({ id, at, received, kind, device, decision, body }: NewEntry, index: number): KeptRecord {
  return {
    id,
    index,
    at,
    received,
    kind,
    device,
    gate: decision === null ? null : decision.gate,
    origin: decision === null ? null : decision.origin,
    effect: decision === null ? null : decision.effect,
    passed: decision === null ? null : decision.passed,
    repository: decision === null ? null : decision.repository,
    policies:
      decision === null || decision.policies.length === 0
        ? none
        : [...new Set(decision.policies.map(({ policy }) => policy))],
    bytes: Buffer.byteLength(body),
  };
}

const none: readonly string[] = [];

/** A list for each column, or the one value that all have. */
interface Columns {
  readonly offset: readonly number[] | number;
  readonly id: readonly string[] | string;
  readonly at: readonly number[] | number;
  readonly received: readonly number[] | number;
  readonly kind: readonly string[] | string;
  readonly device: Texts;
  readonly gate: Texts;
  readonly origin: Texts;
  readonly effect: Texts;
  readonly passed: readonly (0 | 1 | null)[] | 0 | 1 | null;
  readonly repository: Texts;
  /** One to a line. */
  readonly policies: Texts;
  readonly bytes: readonly number[] | number;
}

type Texts = readonly (string | null)[] | string | null;

function recordRun(
  records: readonly KeptRecord[],
  { begin, bodies }: { readonly begin: number; readonly bodies: Uint8Array },
): RecordRun {
  let [oldest, newest] = [records[0]!.id, records[0]!.id];
  for (const { id } of records) {
    if (id < oldest) oldest = id;
    if (id > newest) newest = id;
  }
  const columns = packed(JSON.stringify(columnsOf(records, begin)));
  return { size: records.length, oldest, newest, columns, bodies, keys: keysOf(records) };
}

function columnsOf(records: readonly KeptRecord[], begin: number): Columns {
  const column = <Value>(read: (record: KeptRecord) => Value): readonly Value[] | Value => {
    const values = records.map(read);
    return values.every((value) => value === values[0]) ? values[0]! : values;
  };
  return {
    offset: column(({ index }) => index - begin),
    ...{ id: column(({ id }) => id), at: column(({ at }) => at), received: column(({ received }) => received) },
    ...{ kind: column(({ kind }) => kind), device: column(({ device }) => device), gate: column(({ gate }) => gate) },
    ...{ origin: column(({ origin }) => origin), effect: column(({ effect }) => effect) },
    passed: column(({ passed }) => (passed === null ? null : passed ? 1 : 0)),
    repository: column(({ repository }) => repository),
    policies: column(({ policies }) => (policies.length === 0 ? null : policies.join('\n'))),
    bytes: column(({ bytes }) => bytes),
  };
}

type ColumnsAt = Pick<Row, 'begin' | 'size'> & { readonly columns: Uint8Array };

/** The records of a run, in the log's order. */
export function recordsIn({ begin, size, columns: text }: ColumnsAt): readonly KeptRecord[] {
  const columns = JSON.parse(unpacked(text).toString('utf8')) as Columns;
  return Array.from({ length: size }, (_, at) => {
    const value = <Value>(column: readonly Value[] | Value): Value =>
      Array.isArray(column) ? (column as readonly Value[])[at]! : (column as Value);
    const passed = value<0 | 1 | null>(columns.passed);
    return {
      ...{ id: value<string>(columns.id), index: begin + value<number>(columns.offset), at: value<number>(columns.at) },
      ...{ received: value<number>(columns.received), kind: value<string>(columns.kind) },
      ...{ device: value<string | null>(columns.device), gate: value<string | null>(columns.gate) },
      ...{ origin: value<string | null>(columns.origin), effect: value<string | null>(columns.effect) },
      ...{ passed: passed === null ? null : passed === 1, repository: value<string | null>(columns.repository) },
      policies: value<string | null>(columns.policies)?.split('\n') ?? [],
      bytes: value<number>(columns.bytes),
    };
  });
}

/** Every record of a run with its body. */
export function bodiesIn(
  run: ColumnsAt & { readonly bodies: Uint8Array },
): readonly { readonly record: KeptRecord; readonly body: string }[] {
  const records = recordsIn(run);
  const places = placesIn(records);
  const bodies = unpacked(run.bodies);
  return records.map((record, at) => ({ record, body: bodies.toString('utf8', places[at]!.from, places[at]!.to) }));
}

/** Where in the bodies of its run each record's body is, in bytes. */
export function placesIn(records: readonly KeptRecord[]): readonly { readonly from: number; readonly to: number }[] {
  let to = 0;
  return records.map(({ bytes }) => {
    const from = to;
    to += bytes;
    return { from, to };
  });
}

/** What is left of a run without the records below an id; null where that is nothing. */
export function withoutBefore(run: Row, id: string): RecordRun | null {
  const records = recordsIn(run);
  const places = placesIn(records);
  const all = unpacked(run.bodies);
  const kept = [...records.keys()].filter((at) => records[at]!.id >= id);
  const bodies = packed(kept.map((at) => all.toString('utf8', places[at]!.from, places[at]!.to)).join(''));
  const left = kept.map((at) => records[at]!);
  return left.length === 0 ? null : recordRun(left, { begin: run.begin, bodies });
}

/** What a run is found by. Whoever asks for a kind, an effect or an origin asks for the rare ones. */
function keysOf(records: readonly KeptRecord[]): readonly RunKey[] {
  const counts = new Map<string, Map<Key[0], Map<string, number>>>();
  for (const record of records) {
    const byName = entryIn(counts, record.effect ?? '', () => new Map<Key[0], Map<string, number>>());
    for (const [name, value] of keysOfRecord(record)) {
      const byValue = entryIn(byName, name, () => new Map<string, number>());
      byValue.set(value, (byValue.get(value) ?? 0) + 1);
    }
  }
  return [...counts].flatMap(([effect, byName]) =>
    [...byName].flatMap(([name, byValue]) =>
      [...byValue].map(([value, count]) => ({ name, value, effect, records: count })),
    ),
  );
}

/** What a map has of a key, put there where it has nothing. */
function entryIn<K, V>(map: Map<K, V>, key: K, empty: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const value = empty();
  map.set(key, value);
  return value;
}

function keysOfRecord({ repository, device, kind, effect, origin, policies }: KeptRecord): readonly Key[] {
  const keys: Key[] = [];
  if (repository !== null) keys.push(['repository', repository]);
  if (device !== null) keys.push(['device', device]);
  if (isRare.kind(kind)) keys.push(['kind', kind]);
  if (effect !== null && isRare.effect(effect)) keys.push(['effect', effect]);
  if (origin !== null && isRare.origin(origin)) keys.push(['origin', origin]);
  for (const policy of policies) keys.push(['policy', policy]);
  return keys;
}

/** A stored run with its keys. */
export function keyedRun(run: Row): Pick<RecordRun, 'newest' | 'keys'> {
  return { newest: run.newest, keys: keysOf(recordsIn(run)) };
}

/** The keys as a run has them. */
export function linesOf(keys: readonly RunKey[]): string {
  return `\n${keys.map(({ name, value, effect }) => `${name} ${value}\t${effect}\n`).join('')}`;
}

/** What the lines of a run that has a key are like, in SQL; `\` escapes. */
export function linesLike([name, value]: Key, effect: string | undefined): string {
  const plain = `${name} ${value}\t${effect === undefined ? '' : `${effect}\n`}`;
  return `%\n${plain.replaceAll(/[\\%_]/g, '\\$&')}%`;
}

export type Key = readonly [name: 'repository' | 'device' | 'policy' | 'kind' | 'effect' | 'origin', value: string];

/** Of these only what is rare has a key. */
export const isRare = {
  kind: (kind: string): boolean => kind !== 'decision',
  effect: (effect: string): boolean => effect !== 'allow',
  origin: (origin: string): boolean => origin === 'bypass' || origin === 'breakGlass',
} as const;
