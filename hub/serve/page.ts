/** The page for people: files that the build made. It may load nothing from elsewhere, and no script or style of its text. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Hub } from '../hub.ts';
import { providerReturn } from '../protocol/page.ts';
import { isForUs } from './origin.ts';

/** Where the page stands by itself; everything else of it is behind `#`. `/enroll` is the address that devices show. */
const addresses = ['/', '/enroll', providerReturn];

/** Beside the bundle that runs, or where a checkout builds it. */
const folders = [path.join(import.meta.dirname, 'web'), path.resolve(import.meta.dirname, '../../dist/web')];

export async function servePage(hub: Hub, app: FastifyInstance): Promise<void> {
  const folder = folders.find((each) => existsSync(path.join(each, 'index.html')));
  if (folder === undefined) return hub.say('there is no page for people in this build: the API is all that is served');
  // Names of assets are made of what is in them.
  const forEver = { immutable: true, maxAge: '365d', preCompressed: true, dotfiles: 'deny' } as const;
  await app.register(fastifyStatic, { root: path.join(folder, 'assets'), prefix: '/assets/', ...forEver });
  for (const address of addresses) {
    app.get(address, (request: FastifyRequest, reply: FastifyReply) => {
      if (!isForUs(request.headers, hub.url)) return refuseName(reply, hub.url);
      return reply
        .headers(pageHeaders(hub.url))
        .sendFile('index.html', folder, { cacheControl: false, immutable: false });
    });
  }
}

function pageHeaders(url: string): Readonly<Record<string, string>> {
  const sources = `'self' ${new URL(url).origin.replace(/^http/, 'ws')}`;
  const policy = {
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'img-src': "'self'",
    'connect-src': sources,
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
    'require-trusted-types-for': "'script'",
    'trusted-types': 'lit-html',
  };
  const text = Object.entries(policy).map(([directive, value]) => `${directive} ${value}`);
  return { 'content-security-policy': text.join('; '), 'cache-control': 'no-cache' };
}

/** Another name for this machine may be somebody's who wants to read along. */
function refuseName(reply: FastifyReply, url: string): FastifyReply {
  return reply.code(421).type('text/plain; charset=utf-8').send(`this hub's address is ${url}\n`);
}
