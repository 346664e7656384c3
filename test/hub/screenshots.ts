// Makes the pictures of the hub's page, in a folder that may be named: an organisation as `npm start` brings it up, with two days of made-up decisions.
import { createHash } from 'node:crypto';
import path from 'node:path';
import process from 'node:process';
import { startOrganisation } from '../../demo/organisation.ts';
import { type DecisionRecord, hubPaths } from '../../hub/protocol.ts';
import { openBrowser } from '../browser.ts';
import { decision } from './device.ts';
import { enrol } from './running.ts';

const images = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '../../docs/images'));
const viewport = { width: 1280, height: 860 };
const dayMs = 86_400_000;
/** Bars and rows fade in. */
const settleMs = 2_000;

const people = ['Ada Example', 'Grace Example', 'Linus Example', 'Barbara Example', 'Ken Example'];
const repositories = ['shop', 'payments', 'search', 'checkout', 'infrastructure', 'website', 'identity', 'ledger'];
const policies = [
  ['kubernetes/privileged', 'critical', 'deploy/web.yaml'],
  ['acme/own-registry', 'high', 'deploy/cache.yaml'],
  ['secrets/aws-access-key-id', 'critical', 'config/production.env'],
  ['github/script-injection', 'high', '.github/workflows/build.yml'],
  ['kubernetes/host-path', 'high', 'deploy/agent.yaml'],
  ['docker/unpinned-image', 'medium', 'Dockerfile'],
  ['code/shell-injection', 'high', 'tools/report.py'],
] as const;

const organisation = await startOrganisation();
const found = await openBrowser();
if (found.kind === 'missing') throw new Error(found.reason);
try {
  await fill();
  const page = await found.browser.newPage({ viewport, locale: 'en-GB', colorScheme: 'light', deviceScaleFactor: 1.5 });
  const take = async (name: string): Promise<void> => {
    await page.waitForTimeout(settleMs);
    await page.screenshot({ path: path.join(images, `${name}.png`) });
    process.stdout.write(`${path.join(images, `${name}.png`)}\n`);
  };
  await page.goto(organisation.signInAddress());
  await page.locator('kerb-chart canvas').waitFor();
  await take('hub');
  await page.goto(`${organisation.url}/#/decisions?effect=deny&policy=acme/own-registry`);
  await page.locator('tbody tr td a').first().click();
  await page.locator('[data-proof="proved"]').waitFor();
  await take('hub-decision');
} finally {
  await found.browser.close();
  await organisation.close();
}

async function fill(): Promise<void> {
  const now = Date.now();
  for (const name of ['ada-laptop', 'grace-workstation', 'build-07']) {
    const device = await enrol({ url: organisation.url, admin: organisation.ask }, name);
    const instants = Array.from({ length: 1_200 }, (_, at) => now - 2 * dayMs + (at / 1_200) * 2 * dayMs - 60_000);
    const records = instants.filter((at) => chance(name, at) < busyness(at)).map((at) => made(name, at));
    for (let at = 0; at < records.length; at += 400) {
      const batch = device.batch(device.record(records.slice(at, at + 400)));
      const answer = await device.ask('POST', hubPaths.journal, batch);
      if (!answer.ok) throw new Error(await answer.text());
    }
    const { seq, hash: head } = device.head();
    const said = { revision: '1', ring: null, roles: { root: 1 }, refusal: null, kerb: '0.1.0', platform: 'linux' };
    await device.ask('PUT', hubPaths.deviceStatus, { ...said, journal: { seq, head } });
  }
}

/** Few at night. */
function busyness(at: number): number {
  const hour = new Date(at).getUTCHours();
  return 0.06 + 0.62 * Math.max(0, Math.sin(((hour - 5) / 16) * Math.PI));
}

function made(device: string, at: number): DecisionRecord {
  const draw = (of: string): number => chance(`${device} ${of}`, at);
  const pick = <T>(all: readonly T[], of: string): T => all[Math.floor(draw(of) ** 1.6 * all.length)]!;
  const isDenied = draw('effect') < 0.14;
  const [policy, severity, file] = pick(policies, 'policy');
  const whole = decision(10, { at: new Date(Math.floor(at)).toISOString() });
  return {
    ...whole,
    gate: draw('gate') < 0.7 ? 'commit' : 'push',
    subject: { name: pick(people, 'who'), email: 'someone@acme.example' },
    repository: `github.com/acme/${pick(repositories, 'repository')}`,
    effect: isDenied ? 'deny' : 'allow',
    passed: !isDenied,
    policies: { ...whole.policies, revision: '1' },
    findings: isDenied ? [{ ...whole.findings[0]!, policy, severity, file }] : [],
    findingCount: isDenied ? 1 : 0,
    latencyMs: 3 + 4 * draw('latency'),
  };
}

/** Between 0 and 1, the same for the same. */
function chance(what: string, at: number): number {
  return (
    createHash('sha256')
      .update(`${what} ${Math.round(at)}`)
      .digest()
      .readUInt32BE() /
    2 ** 32
  );
}
