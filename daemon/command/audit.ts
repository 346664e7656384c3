/** `kerb audit`: whether what a hub says of the past is true. */
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import process from 'node:process';
import * as z from 'zod';
import { type NoteKey, readNoteKey } from '../../engine/index.ts';
import { createNative, findRoot } from '../../repository/index.ts';
import { verifyLocally } from '../audit/local.ts';
import { sha256 } from '../audit/trust.ts';
import { exportLine, type Verification, verifyExport, verifyReceiptText } from '../audit/verify.ts';
import { type Arguments, type Command, type ExitCode, UsageError } from '../command.ts';
import { evidenceRefs } from '../evidence/note.ts';
import { requireHome } from '../home.ts';
import { complain, print } from '../output.ts';
import { printable } from '../report/style.ts';
import { counted } from '../report/summary.ts';
import { readText, tokenIn } from '../review/hub.ts';
import { isHubAddress } from '../sync/hubAddress.ts';
import { exchange, HubFailure, systemNetwork } from '../sync/network.ts';

export const auditCommand: Command = {
  usage: 'audit verify (FILE | --local) | prove ID | export [WHAT] | attach A..B | device-key',
  summary: 'verify what a hub keeps, without trusting it',
  description: `verify FILE   whether a receipt, or an exported log, is what the log's key signed; needs no hub. Exit code 1: it is not
verify --local  the same of this user's own journal: walks its chain and names the first entry that does not hold
prove ID      fetches the receipt of a record from the hub (C2SP tlog-proof)
export        fetches the log with all bodies, as lines of JSON for \`verify\`
export WHAT   fetches what other tools read: findings (sarif, ocsf, csv), exceptions (openvex, sarif, oscal, csv),
              compliance (oscal, csv), or alerts (ocsf)
attach A..B   signs this device's decisions on the commits from A to B and puts them on these as git notes, which
              \`kerb check --range A..B --require-decisions --device-keys FILE\` verifies elsewhere, without a hub
device-key    prints this device's public key as a JWK Set, for that FILE

The key is the line that \`GET /v1/log/key\` answers: keep it where the hub's operator cannot change it. Prove and export ask
with the token in the file of --token-file, or in KERB_HUB_TOKEN.`,
  options: {
    key: { value: 'KEY', help: 'the log key: name+id+base64' },
    'key-file': { value: 'FILE', help: 'the file that holds it' },
    local: { help: 'verify the journal on this machine' },
    hub: { value: 'URL', help: 'the hub, for prove and export' },
    format: { value: 'FORM', help: 'of what export WHAT fetches (default: the first that is named above)' },
    days: { value: 'N', help: 'how far back findings and compliance go (default: 30)' },
    'token-file': { value: 'FILE', help: 'the file that holds a token of an auditor or admin' },
  },
  dashes: 'options',
  run,
};

const pageSize = 500;
const withinMs = 60_000;
/** More than a page of the largest entries. */
const maxBytes = 256 * 1024 * 1024;

async function run(given: Arguments): Promise<ExitCode> {
  const [verb, what, ...more] = given.words;
  if (verb === 'verify' && what === undefined && given.has('local'))
    return verifyLocally({ sha256: createNative().sha256 });
  if (verb === 'verify' && what !== undefined && more.length === 0) return verify(what, given);
  if (verb === 'prove' && what !== undefined && more.length === 0) {
    await print(await ask(given, `/v1/log/receipts/${encodeURIComponent(what)}`));
    return 0;
  }
  if (verb === 'export' && what === undefined) return exportLog(given);
  if (verb === 'export' && what !== undefined && more.length === 0) return exportAs(what, given);
  if (verb === 'attach' && what !== undefined && more.length === 0) return attach(what);
  if (verb === 'device-key' && what === undefined) return printDeviceKey();
  throw new UsageError('kerb audit verify FILE, verify --local, prove ID, export [WHAT], attach A..B, or device-key');
}

async function verify(file: string, given: Arguments): Promise<ExitCode> {
  const key = keyOf(given);
  const { isVerified, lines } = await verification(file, key);
  await print(`${lines.join('\n')}\n`);
  return isVerified ? 0 : 1;
}

async function verification(file: string, key: NoteKey): Promise<Verification> {
  try {
    if (!beginningOf(file).startsWith('{')) return verifyReceiptText(readFileSync(file, 'utf8'), key);
    return await verifyExport(file, key);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof z.ZodError)
      throw new UsageError(`${file} is neither a receipt nor an export of kerb audit`);
    throw new UsageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

async function attach(range: string): Promise<ExitCode> {
  const { attachDecisions } = await import('../evidence/attach.ts');
  const { device, attached, without } = await attachDecisions(rootHere(), range, requireHome());
  const lines = without.map(({ id, message }) => `kerb: no decision on ${id.slice(0, 12)}: ${subjectOf(message)}\n`);
  await complain(lines.join(''));
  await print(`${counted(attached.length, 'decision')} attached: git push REMOTE ${evidenceRefs}${device}\n`);
  return without.length === 0 ? 0 : 1;
}

async function printDeviceKey(): Promise<ExitCode> {
  const { keySetOf, ownKey } = await import('../evidence/keys.ts');
  await print(`${JSON.stringify(keySetOf(await ownKey(requireHome())), null, 2)}\n`);
  return 0;
}

function rootHere(): string {
  const root = findRoot(process.cwd());
  if (root === null) throw new UsageError('this is no repository: decisions are attached to commits');
  return root;
}

function subjectOf(message: string): string {
  return printable(message.split('\n')[0] ?? '');
}

async function exportLog(given: Arguments): Promise<ExitCode> {
  const checkpoint = await ask(given, '/v1/log/checkpoint');
  const size = Number(checkpoint.split('\n')[1]);
  if (!Number.isSafeInteger(size)) throw new UsageError('what the hub answers is no checkpoint of a log');
  await print(`${JSON.stringify({ format: 'kerb-audit-v1', checkpoint })}\n`);
  const page = z.object({ entries: z.array(exportLine).max(pageSize) });
  for (let from = 0; from < size; from += pageSize) {
    const limit = Math.min(pageSize, size - from);
    const { entries } = page.parse(JSON.parse(await ask(given, `/v1/log/export?from=${from}&limit=${limit}`)));
    await print(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
  }
  return 0;
}

const forms: Readonly<Record<string, readonly string[]>> = {
  findings: ['sarif', 'ocsf', 'csv'],
  exceptions: ['openvex', 'sarif', 'oscal', 'csv'],
  compliance: ['oscal', 'csv'],
  alerts: ['ocsf'],
};

async function exportAs(what: string, given: Arguments): Promise<ExitCode> {
  const known = Object.hasOwn(forms, what) ? forms[what]! : null;
  if (known === null)
    throw new UsageError(`kerb audit export ${Object.keys(forms).join(', ')}, or nothing for the log`);
  const format = given.value('format') ?? known[0]!;
  if (!known.includes(format)) throw new UsageError(`--format of ${what} is ${known.join(', ')}`);
  const days = Number(given.value('days') ?? 30);
  if (!Number.isInteger(days) || days < 1 || days > 366) throw new UsageError('--days is a number from 1 to 366');
  if (what === 'findings') return exportFindings(format, days, given);
  const query = what === 'compliance' ? `format=${format}&days=${days}` : `format=${format}`;
  const text = await ask(given, `/v1/exports/${what}?${query}`);
  await print(text.endsWith('\n') ? text : `${text}\n`);
  return 0;
}

/** Page by page: lines follow each other, and a page of SARIF is a run of one document. */
async function exportFindings(format: string, days: number, given: Arguments): Promise<ExitCode> {
  const from = new Date(Date.now() - days * 86_400_000).toISOString();
  const runs: unknown[] = [];
  let rest: object = {};
  for (let after: string | null = null, isFirst = true; isFirst || after !== null; isFirst = false) {
    const query = new URLSearchParams({ format, from, limit: '2000', ...(after === null ? {} : { after }) });
    const page = await answerTo(given, `/v1/exports/findings?${query}`);
    after = page.headers.get('kerb-next');
    if (format === 'sarif') {
      const document = z.looseObject({ runs: z.array(z.unknown()) }).parse(JSON.parse(page.text));
      runs.push(...document.runs);
      rest = document;
    } else await print(format === 'csv' && !isFirst ? page.text.slice(page.text.indexOf('\n') + 1) : page.text);
  }
  if (format === 'sarif') await print(`${JSON.stringify({ ...rest, runs })}\n`);
  return 0;
}

async function ask(given: Arguments, where: string): Promise<string> {
  return (await answerTo(given, where)).text;
}

async function answerTo(
  given: Arguments,
  where: string,
): Promise<{ readonly text: string; readonly headers: Headers }> {
  const hub = given.value('hub');
  if (hub === null || !isHubAddress(hub))
    throw new UsageError('--hub URL says which hub to ask: it begins with https://');
  const authorization = `Bearer ${tokenIn(given)}`;
  const asked = { method: 'GET', url: `${hub.replace(/\/+$/, '')}${where}`, headers: { authorization } } as const;
  const answer = await exchange(systemNetwork, { ...asked, maxBytes, withinMs }).catch((error: unknown) => {
    throw error instanceof HubFailure ? new UsageError(error.message) : error;
  });
  const text = answer.body.toString('utf8');
  if (answer.status >= 400) throw new UsageError(`${hub} refuses with ${answer.status}: ${text.slice(0, 500)}`);
  return { text, headers: answer.headers };
}

function keyOf(given: Arguments): NoteKey {
  const file = given.value('key-file');
  const text = given.value('key') ?? (file === null ? null : readText(file));
  if (text === null) throw new UsageError("the log's key is needed: --key KEY, or --key-file FILE");
  const key = readNoteKey(text.trim(), sha256);
  if (key === null) throw new UsageError('the key is not of the form name+id+base64, or its id is not its own');
  return key;
}

/** Enough to tell a receipt from an export, which may be larger than memory. */
function beginningOf(file: string): string {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(100);
    return buffer.toString('utf8', 0, readSync(descriptor, buffer));
  } finally {
    closeSync(descriptor);
  }
}
