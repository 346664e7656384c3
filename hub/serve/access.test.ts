/** Every route as every role, as a stranger, and as somebody of another tenant: from the tables, so that none is forgotten. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as z from 'zod';
import { decision } from '../../test/hub/device.ts';
import { act, submit } from '../../test/hub/log.ts';
import { type Asker, askerOf, type EnrolledDevice, enrol, runHub, type TestHub } from '../../test/hub/running.ts';
import { openTestSession, type TestSession } from '../../test/hub/session.ts';
import { mintToken } from '../identity/bearer.ts';
import { mayDo, permissions, type Role, roles } from '../identity/role.ts';
import { newId } from '../log/act.ts';
import { pagePaths } from '../protocol/page.ts';
import { hubError, hubPaths } from '../protocol.ts';
import type { Route } from './route.ts';
import { routes } from './routes.ts';

let hub: TestHub;
let device: EnrolledDevice;
let askers: ReadonlyMap<Role, Asker>;
/** The same people at the page. */
let visitors: ReadonlyMap<Role, Asker>;
let stranger: Asker;
let foreigner: Asker;
let decided: string;
/** A stranger may ask five times a second, and asks here for every route: the hub's clock goes ahead by as much each time. */
let aheadMs = 0;
const msPerStranger = 200;

describe('who may do what', () => {
  before(async () => {
    hub = await runHub(undefined, undefined, () => Date.now() + aheadMs);
    device = await enrol(hub);
    const entries = device.record([decision(10)]);
    decided = entries[0]!.record.id;
    await device.ask('POST', hubPaths.journal, device.batch(entries));
    const people = roles.filter((role) => role !== 'device');
    const tokens = await Promise.all(people.map(async (role) => [role, await tokenFor(1, role)] as const));
    const asked = tokens.map(([role, token]) => [role, askerOf(hub.url, token)] as const);
    askers = new Map<Role, Asker>([...asked, ['device', device.ask]]);
    visitors = new Map<Role, Asker>(tokens.map(([role, token]) => [role, visitorWith(token)]));
    const unknown = askerOf(hub.url, null);
    stranger = (...asked) => {
      aheadMs += msPerStranger;
      return unknown(...asked);
    };
    const other = await hub.store.addTenant({ name: 'other', origin: 'hub.example/other', createdAt: 0 });
    foreigner = askerOf(hub.url, await tokenFor(other.id, 'admin'));
  });
  after(async () => {
    await hub?.close();
  });

  test('the table names every role, and every permission lets somebody in', () => {
    assert.ok(
      roles.every((role) => Object.values(permissions).some((allowed) => (allowed as readonly Role[]).includes(role))),
    );
    assert.ok(Object.values(permissions).every((allowed) => allowed.length > 0));
  });

  for (const route of routes) {
    const name = `${route.method} ${route.path}`;
    if (route.permission === 'public') {
      test(`${name} is open to everybody`, async () => {
        const answer = await stranger(route.method, pathOf(route), bodyOf(route));
        assert.ok(answer.status !== 401 && answer.status !== 403, `${answer.status}`);
      });
      continue;
    }
    const { permission } = route;
    test(`${name} asks who it is`, async () => {
      const answer = await stranger(route.method, pathOf(route), bodyOf(route));
      assert.equal(answer.status, 401);
      assert.equal(hubError.parse(await answer.json()).error.code, 'unauthorized');
    });
    for (const role of roles) {
      const expected = mayDo(role, permission) ? 'lets in' : 'refuses';
      test(`${name} ${expected} the role ${role}`, async () => {
        const answer = await askers.get(role)!(route.method, pathOf(route), bodyOf(route));
        if (mayDo(role, permission)) assert.ok(answer.status !== 401 && answer.status !== 403, `${answer.status}`);
        else assert.equal(answer.status, 403);
      });
    }
    for (const role of roles.filter((each) => mayDo(each, 'session'))) {
      test(`${name} answers the role ${role} at the page as it does anywhere`, async () => {
        const { status } = await visitors.get(role)!(route.method, pathOf(route), bodyOf(route));
        if (mayDo(role, permission)) assert.ok(status !== 401 && status !== 403, `${status}`);
        else assert.equal(status, 403);
      });
    }
  }

  test('a robot has no session', async () => {
    await assert.rejects(visitors.get('robot')!('GET', '/v1/me'), /no session: 400/);
  });

  test('an admin of another tenant sees nothing of this one', async () => {
    for (const route of routes.filter(({ method, permission }) => method === 'GET' && permission !== 'public')) {
      const answer = await foreigner('GET', pathOf(route));
      // A refusal names the id that was asked for, and says nothing else.
      const text = (await answer.text()).replace(/there is no (?:record|change|exception) [\w-]+/, '');
      assert.ok(
        !text.includes(decided) && !text.includes(device.id) && !text.includes('acme'),
        `${route.path}: ${text}`,
      );
    }
    assert.equal((await foreigner('DELETE', `/v1/devices/${device.id}`)).status, 404);
    assert.equal((await device.ask('GET', hubPaths.journal)).status, 200);
  });

  test('what GET answers is what the description says', async () => {
    for (const route of routes.filter(({ method }) => method === 'GET')) {
      const { content } = route.success;
      if (!(content instanceof z.ZodType)) continue;
      const { permission } = route;
      const ask = permission === 'public' || mayDo('admin', permission) ? hub.admin : device.ask;
      const answer = await ask('GET', pathOf(route));
      const body: unknown = await answer.json();
      const schema = answer.status === 200 ? content : hubError;
      assert.ok(answer.status === 200 || answer.status === 404, `${route.path}: ${answer.status}`);
      assert.deepEqual(schema.safeParse(body).error?.issues, undefined, route.path);
    }
  });

  test('the description names every route, its permission and its parameters', async () => {
    const api = (await (await stranger('GET', '/openapi.json')).json()) as {
      openapi: string;
      paths: Record<string, Record<string, { summary: string; parameters: { name: string }[] }>>;
    };
    assert.equal(api.openapi, '3.1.0');
    const described = Object.entries(api.paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, { summary, parameters }]) => {
        assert.ok(summary.length > 5);
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
        assert.ok(
          inPath.every((name) => parameters.some((parameter) => parameter.name === name)),
          path,
        );
        return `${method.toUpperCase()} ${path}`;
      }),
    );
    const served = routes.map(
      ({ method, path }) => `${method} ${path.replace(/:(\w+)/g, '{$1}').replace('*', '{path}')}`,
    );
    assert.deepEqual(described.sort(), [...new Set(served)].sort());
  });
});

/** A request that is well formed enough to get past the doorkeeper, and changes nothing that another test needs. */
function pathOf({ path }: Route): string {
  const filled = path
    .replace(':id', path.includes('devices') ? 'nobody' : decided)
    .replace(':code', 'BBBB-BBBB')
    .replace(':name', 'timestamp.json');
  const query = { '/v1/log/consistency': '?from=0&to=1', '/v1/overview': '?since=2026-01-01T00:00:00Z' }[path] ?? '';
  return filled.replace(':level', '0').replace('*', '000.p/1') + query;
}

function bodyOf({ body }: Route): unknown {
  return body === undefined ? undefined : {};
}

async function tokenFor(tenant: number, role: Role): Promise<string> {
  const { token, hash } = mintToken();
  const now = Date.now();
  const added = { id: newId(now), hash, name: role, role, createdAt: now, expiresAt: now + 3_600_000, person: null };
  await submit(hub.store, tenant, act([{ kind: 'addToken', token: added }], newId(now)));
  return token;
}

function visitorWith(token: string): Asker {
  let session: Promise<TestSession> | null = null;
  return async (method, path, body) => {
    session ??= openTestSession(hub.url, { token });
    const { ask } = await session;
    // Whoever signs out is signed in again for the next question.
    if (method === 'DELETE' && path === pagePaths.session) session = null;
    return ask(method, path, body);
  };
}
