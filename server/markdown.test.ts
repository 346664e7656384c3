import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asText, withoutImages } from './markdown.ts';

test('what somebody else has written is neither a link nor an image nor markup', () => {
  const written = 'container [web](https://a.example) ![x](https://b.example/x.png) <img src=x> `c` *d* &lt; runs';
  assert.doesNotMatch(asText(written), /(?<!\\)[[\]()!<>`*&]/);
  assert.equal(asText(written).replaceAll('\\', ''), written);
});

test('a policy’s own Markdown stays, but for what would be fetched', () => {
  const why = 'See ![x](https://b.example/x.png), `!a` and [why](https://a.example).';
  assert.equal(withoutImages(why), 'See !\\[x](https://b.example/x.png), `!a` and [why](https://a.example).');
});
