import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { createNative } from '../repository/index.ts';
import { folderWith } from '../test/lsp/texts.ts';
import { createRoots, type Root } from './roots.ts';
import { uriOf } from './uri.ts';

function watched(): { readonly told: string[]; readonly roots: ReturnType<typeof createRoots> } {
  const told: string[] = [];
  const tell =
    (what: string) =>
    (root: Root): void =>
      void told.push(`${what} ${path.basename(root.folder)}`);
  const events = { loaded: tell('loaded'), failed: tell('failed'), forgotten: tell('forgotten') };
  return { told, roots: createRoots(createNative(), () => null, events) };
}

test('a root that nothing uses any more is let go, and nothing is heard of it afterwards', async () => {
  const place = folderWith({ 'one/kerb.yaml': '', 'two/kerb.yaml': '' });
  const { told, roots } = watched();
  const [one, two] = ['one', 'two'].map((name) => path.join(place.folder, name)) as [string, string];
  const { root } = roots.placeOf(uriOf(path.join(one, 'pod.yaml')));
  roots.setFolders([uriOf(two)]);
  roots.forget(() => true);
  assert.deepEqual(told, ['forgotten one']);
  await Promise.all([...roots.all(), root].map(roots.ready));
  roots.renew(root);
  await roots.reload(root);
  assert.deepEqual(told, ['forgotten one', 'loaded two']);
  const again = roots.placeOf(uriOf(path.join(one, 'pod.yaml'))).root;
  await roots.ready(again);
  assert.deepEqual([told.at(-1), again === root], ['loaded one', false]);
  place.remove();
});
