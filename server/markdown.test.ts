import assert from 'node:assert/strict';
import process from 'node:process';
import { test } from 'node:test';
import { asText, exampleIn, withoutImages } from './markdown.ts';

test('what somebody else has written is neither a link nor an image nor markup', () => {
  const written = 'container [web](https://a.example) ![x](https://b.example/x.png) <img src=x> `c` *d* &lt; runs';
  assert.doesNotMatch(asText(written), /(?<!\\)[[\]()!<>`*&]/);
  assert.equal(asText(written).replaceAll('\\', ''), written);
});

test('a policy’s own Markdown stays, but for what would be fetched', () => {
  const why = 'See ![x](https://b.example/x.png), `!a` and [why](https://a.example).';
  assert.equal(withoutImages(why), 'See !\\[x](https://b.example/x.png), `!a` and [why](https://a.example).');
});

test('an example is code, whatever its page does to be something else, and is found at once', () => {
  const drawn = 'image: web\n#      ^^^ no tag';
  assert.equal(
    exampleIn(`# x\n\n\`\`\`yaml a.yaml\nkind: Pod\n\`\`\`\n\n\`\`\`yaml\n${drawn}\n\`\`\`\n`),
    `\`\`\`yaml\n${drawn}\n\`\`\``,
  );
  assert.equal(exampleIn(`~~~\n${drawn}\n\`\`\`\n~~~\n`), `\`\`\`\`text\n${drawn}\n\`\`\`\n\`\`\`\``);
  for (const image of ['```x`y\n![a](https://a.example/x.png)\n^\n```', '```\n![a](https://a.example/x.png)\n^\n```'])
    assert.equal(exampleIn(image), null);
  const began = process.cpuUsage();
  for (const page of [
    '`'.repeat(300_000) + '\nx'.repeat(300_000),
    '```x\n'.repeat(200_000),
    `\`\`\` a${' '.repeat(500_000)}b`,
  ])
    assert.equal(exampleIn(page), null);
  assert.ok(process.cpuUsage(began).user < 3_000_000);
});
