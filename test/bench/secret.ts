// Secrets: how fast text is read, with and without credentials in it: `node test/bench/secret.ts [ROUNDS]`.
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { readPolicies } from '../../engine/index.ts';
import { compileSecrets, type SecretScanner, scanSecrets } from '../../engine/rule/secret.ts';
import { formatMs, markdownTable, type Summary, summarise } from './statistics.ts';

export interface SecretRow {
  readonly what: string;
  readonly megabytes: number;
  readonly hits: number;
  /** Milliseconds for all of the text. */
  readonly ms: Summary;
}

/** All credential forms of the project over generated texts. */
export function timeSecrets(rounds: number): readonly SecretRow[] {
  const scanner = projectScanner();
  return inputs(scanner).map(({ what, text }) => {
    const samples: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      scanSecrets(scanner, text);
      samples.push(performance.now() - began);
    }
    const { hits } = scanSecrets(scanner, text);
    return {
      what,
      megabytes: text.length / 1e6,
      hits: hits.length,
      ms: summarise(samples.slice(Math.floor(rounds / 4))),
    };
  });
}

export function secretTable(rows: readonly SecretRow[]): string {
  const cells = rows.map(({ what, megabytes, hits, ms }) => [
    what,
    megabytes.toFixed(1),
    String(hits),
    formatMs(ms.median),
    formatMs(ms.p95),
    (megabytes / (ms.median / 1000)).toFixed(0),
  ]);
  return markdownTable(['text', 'MB', 'secrets found', 'median ms', 'p95 ms', 'MB/s'], cells);
}

function projectScanner(): SecretScanner {
  const folder = path.resolve(import.meta.dirname, '../../policies');
  const files = globSync('secrets/*.yaml', { cwd: folder }).map((file) => ({
    path: file,
    id: file.replace(/\.yaml$/, ''),
    text: readFileSync(path.join(folder, file), 'utf8'),
  }));
  const { policies } = readPolicies(files);
  return compileSecrets(
    policies.flatMap(({ id, rule }) => (rule.kind === 'secret' ? [{ policy: id, secret: rule.secret }] : [])),
  );
}

function inputs({ forms }: SecretScanner): readonly { readonly what: string; readonly text: string }[] {
  const keywords = [...new Set(forms.flatMap((form) => form.keywords))];
  const code = repeat(ordinary, 1_000_000);
  const tokens = Array.from({ length: 50 }, (_, index) => `const key${index} = 'ghp_${randomText(index + 1, 36)}';\n`);
  const step = Math.floor(code.length / tokens.length);
  const seeded = tokens.map((token, index) => code.slice(index * step, (index + 1) * step) + token).join('');
  return [
    { what: 'code without credentials', text: code },
    { what: 'code with 50 tokens', text: seeded },
    { what: 'random letters and digits', text: randomText(7, 1_000_000) },
    {
      what: 'one line of nothing but keywords',
      text: repeat(`${keywords.join('')}\t`, 1_000_000).replaceAll('\n', ''),
    },
    { what: 'one line of one letter', text: 'a'.repeat(1_000_000) },
  ];
}

const ordinary = `export async function loadSession(request: Request, options: Options): Promise<Session | null> {
  const token = request.headers.get('authorization')?.replace(/^Bearer /, '');
  if (token === undefined) return null; // no secret, no session
  const password = await options.secrets.read('sessions/password');
  return decode(token, { key: password, path: '/var/run/secrets', issuer: 'https://login.example.com/' });
}
`;

function repeat(text: string, length: number): string {
  return text.repeat(Math.ceil(length / text.length)).slice(0, length);
}

/** The same letters and digits for the same seed (a linear congruential generator). */
function randomText(seed: number, length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  let state = seed;
  let text = '';
  while (text.length < length) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    text += alphabet[(state >>> 8) % alphabet.length];
  }
  return text;
}

if (import.meta.main) process.stdout.write(`${secretTable(timeSecrets(Number(process.argv[2] ?? 20)))}\n`);
