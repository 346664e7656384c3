/** An organisation at a hub: people with keys and tokens, a root of trust, policies in force. */
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { readPublished } from '../../daemon/review/proposal.ts';
import type { Source } from '../../daemon/sync/tuf/source.ts';
import { openHome } from '../../hub/home.ts';
import { type ChangeProposal, changeOutcome, changeShown, hubPaths } from '../../hub/protocol.ts';
import { kerbPath, type Ran } from '../command.ts';
import { type AskedHub, type Asker, askerOf } from './running.ts';
import { createPerson, type Person, signedRootOf } from './shelf.ts';

/** A reviewer whose key root names. */
export interface Approver extends Person {
  readonly token: string;
  readonly ask: Asker;
}

/** What of a hub is needed here: where it listens, and the folder of its keys. */
export type OwnHub = AskedHub & { readonly folder: string };

/** Ada, Bob and Carol hold the ceremony: any two of them publish. */
export async function foundOrganisation(hub: OwnHub): Promise<readonly [Approver, Approver, Approver]> {
  const people = ['ada', 'bob', 'carol'].map((name) => createPerson(name));
  const { online } = openHome(hub.folder);
  const root = signedRootOf({ root: people, approvers: people, threshold: 2 }, online, Date.now());
  await expectOk(hub.admin('POST', hubPaths.root, root));
  const approvers = await Promise.all(
    people.map(async (person) => {
      const asked = { name: person.name, role: 'reviewer', days: 1 };
      const { token } = (await expectOk(hub.admin('POST', '/v1/tokens', asked))) as { token: string };
      return { ...person, token, ask: askerOf(hub.url, token) };
    }),
  );
  return approvers as [Approver, Approver, Approver];
}

/** Proposes, and has approvers sign: whether it was published. */
export async function publish(
  hub: AskedHub,
  approvers: readonly Approver[],
  proposal: Partial<ChangeProposal>,
): Promise<boolean> {
  const whole = { title: 'a change', organisation: '', policies: {}, ...proposal };
  const { id } = (await expectOk(hub.admin('POST', hubPaths.changes, whole))) as { id: string };
  return approveChange(hub, approvers, id);
}

export async function approveChange(hub: AskedHub, approvers: readonly Approver[], id: string): Promise<boolean> {
  let isPublished = false;
  for (const person of approvers) {
    const { draft } = changeShown.parse(await expectOk(hub.admin('GET', `${hubPaths.changes}/${id}`)));
    const body = { keyId: person.id, signature: person.sign(draft) };
    const answer = await expectOk(person.ask('POST', `${hubPaths.changes}/${id}/signatures`, body));
    isPublished = changeOutcome.parse(answer).state === 'published';
  }
  return isPublished;
}

/** What is in force, verified from nothing but the hub's first root. */
export function publishedBy(hub: AskedHub) {
  const source: Source = {
    async read(name) {
      const [kind, ...rest] = name.split('/');
      const where = kind === 'targets' ? hubPaths.targets : hubPaths.metadata;
      const answer = await hub.admin('GET', `${where}/${rest.join('/')}`);
      return answer.status === 404 ? null : Buffer.from(await answer.arrayBuffer());
    },
  };
  return readPublished(source, { rootSha256: null, now: Date.now() });
}

/** Files of a person for the command: their key and their token, as its options. */
export function credentialsOf({ name, pem, token }: Approver, hub: OwnHub): readonly string[] {
  const at = (file: string): string => path.join(hub.folder, file);
  writeFileSync(at(`${name}.pem`), pem, { mode: 0o600 });
  writeFileSync(at(`${name}.token`), token, { mode: 0o600 });
  return ['--hub', hub.url, '--token-file', at(`${name}.token`), '--key', at(`${name}.pem`)];
}

/** What people have done on the hub, the oldest first: `exception.approve R-1 bob`, with whose key it was. */
export async function actsOf(hub: AskedHub): Promise<readonly string[]> {
  const { decisions } = (await expectOk(hub.admin('GET', '/v1/decisions?kind=act&limit=200'))) as {
    decisions: { id: string }[];
  };
  const acts = await Promise.all(
    decisions.map(async ({ id }) => {
      const { body } = (await expectOk(hub.admin('GET', `/v1/decisions/${id}`))) as { body: string };
      const { act, by, subject } = JSON.parse(body) as ActBody;
      return `${act} ${subject.id ?? ''} ${subject.owner ?? by.name}`;
    }),
  );
  return acts.reverse();
}

interface ActBody {
  readonly act: string;
  readonly by: { readonly name: string };
  readonly subject: Readonly<Record<string, string | undefined>>;
}

/** `kerb enroll`, and the person who allows what it shows. */
export function enroll(hub: AskedHub, home: string, root: string): Promise<Ran> {
  const args = [kerbPath, 'enroll', hub.url, '--key-store', 'file', '--root', root];
  const env = { ...process.env, KERB_HOME: home, KERB_NO_BUILD: '1' };
  const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
  let [stdout, stderr, isAllowed] = ['', '', false];
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
    const code = /^code {4}(\S+)$/m.exec(stdout)?.[1];
    if (code === undefined || isAllowed) return;
    isAllowed = true;
    void hub.admin('POST', `/v1/enrolments/${code}`, { decision: 'allow' });
  });
  return new Promise((resolve) => child.once('close', (status) => resolve({ status, stdout, stderr })));
}

async function expectOk(asked: Promise<Response>): Promise<unknown> {
  const answer = await asked;
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${text}`);
  return text === '' ? null : JSON.parse(text);
}
