/**
 * An organisation on this machine alone: a hub, three people with keys of their own, a policy that two of them have signed,
 * and a device. Everything by the commands that people type, in a folder that is gone afterwards.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { end, ended, environmentOf, kerb, startKerb } from './programs.ts';

export interface Organisation {
  readonly url: string;
  /** KERB_HOME of the device. */
  readonly home: string;
  readonly env: NodeJS.ProcessEnv;
  readonly policy: string;
  readonly signers: readonly string[];
  /** Asks the hub as its admin. */
  ask(method: string, path: string, body?: unknown): Promise<Response>;
  /** An address of the page that signs in the admin, once. */
  signInAddress(): string;
  close(): Promise<void>;
}

const policies = path.join(import.meta.dirname, 'policies');
const people = ['ada', 'bob', 'carol'];

/** Brings it up; what fails ends what was started before. */
export async function startOrganisation(): Promise<Organisation> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kerb-start-'));
  const home = path.join(folder, 'home');
  const where = { cwd: folder, env: environmentOf(home) };
  const data = path.join(folder, 'hub');
  const started = await startKerb(['hub', '--data', data, '--listen', '127.0.0.1:0', '--tenant', 'acme'], {
    ...where,
    until: /listens on (\S+)\n(?:.*\n)*.*token is in (.*)\n/,
  }).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const [, url = '', adminFile = ''] = started.match;
  const token = readFileSync(adminFile, 'utf8').trim();
  const close = async (): Promise<void> => {
    kerb(['daemon', 'stop'], where);
    await end(started.child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const admin = { url, token };
    const root = await holdCeremony({ ...where, data, admin, adminFile });
    kerb(['daemon', 'start'], where);
    await enrol({ ...where, admin, root });
  } catch (error) {
    await close();
    throw error;
  }
  return {
    ...{ url, home, env: where.env, policy: 'acme/own-registry', signers: people.slice(1), close },
    ask: (...asked) => ask({ url, token }, ...asked),
    signInAddress: () => kerb(['hub', 'sign-in', '--url', url, '--token-file', adminFile], where).trim(),
  };
}

interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly admin: Admin;
}

interface Admin {
  readonly url: string;
  readonly token: string;
}

/** Keys, a root that two people sign, a policy that one proposes and two others sign. The root's hash. */
async function holdCeremony(place: Place & { readonly data: string; readonly adminFile: string }): Promise<string> {
  const { cwd, admin, data, adminFile } = place;
  const at = (name: string): string => path.join(cwd, name);
  const hub = ['--hub', admin.url];
  const keys = people.map((name) => `${name}=${kerb(['review', 'key', at(`${name}.pem`)], place).trim()}`);
  const named = [
    ...keys.slice(0, 2).flatMap((key) => ['--root-key', key]),
    ...keys.flatMap((key) => ['--approver', key]),
  ];
  kerb(['hub', 'root', at('root.json'), '--data', data, ...named], place);
  for (const name of people.slice(0, 2))
    kerb(['review', 'sign-root', at('root.json'), '--key', at(`${name}.pem`)], place);
  const installed = kerb(['publish', '--root', at('root.json'), ...hub, '--token-file', adminFile], place);
  const root = /in force: ([0-9a-f]{64})/.exec(installed)![1]!;
  for (const name of people) {
    const made = await ask(admin, 'POST', '/v1/tokens', {
      name,
      role: name === 'ada' ? 'author' : 'reviewer',
      days: 1,
    });
    writeFileSync(at(`${name}.token`), ((await made.json()) as { token: string }).token, { mode: 0o600 });
  }
  const access = (name: string): readonly string[] => [...hub, '--token-file', at(`${name}.token`)];
  const proposed = kerb(['publish', policies, '--title', 'Images come from our own registry', ...access('ada')], place);
  const change = /^change (\S+)/.exec(proposed)![1]!;
  for (const name of people.slice(1))
    kerb(['review', 'sign', change, '--root', root, '--key', at(`${name}.pem`), ...access(name)], place);
  return root;
}

/** `kerb enroll`, and the person who allows what it shows. */
async function enrol({ admin, root, env }: Place & { readonly root: string }): Promise<void> {
  const args = ['enroll', admin.url, '--key-store', 'file', '--root', root];
  const { child, match } = await startKerb(args, { env, until: /^code {4}(\S+)\n/m });
  const answer = await ask(admin, 'POST', `/v1/enrolments/${match[1]}`, { decision: 'allow' });
  const status = await ended(child);
  if (!answer.ok || status !== 0) throw new Error(`the device could not be enrolled (${answer.status}, ${status})`);
}

function ask({ url, token }: Admin, method: string, address: string, body?: unknown): Promise<Response> {
  return fetch(`${url}${address}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
