import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Environment } from '../index.ts';
import { bool, int, list, map, object, string } from '../type.ts';
import { complete } from './complete.ts';
import { describe as describeAt, occurrences, signatures } from './describe.ts';
import { semanticTokens } from './tokens.ts';

const port = object('Port', { containerPort: int, name: string });
const self = object('Container', {
  image: string,
  ports: list(port),
  labels: map(string, string),
  securityContext: object('SecurityContext', { privileged: bool }),
});
const environment: Environment = { variables: { self, params: object('params', { most: int }) } };

/** The source without its `|`, and where that was. */
function at(marked: string): readonly [string, number] {
  const offset = marked.indexOf('|');
  return [marked.slice(0, offset) + marked.slice(offset + 1), offset];
}

function labels(marked: string, kind?: string): readonly string[] {
  const [source, offset] = at(marked);
  return complete(source, offset, environment)
    .filter((item) => kind === undefined || item.kind === kind)
    .map(({ label }) => label);
}

describe('completion', () => {
  test('fields of what stands before the dot, also through an optional and while nothing follows', () => {
    assert.deepEqual(labels('self.|', 'field'), ['image', 'ports', 'labels', 'securityContext']);
    assert.deepEqual(labels('self.securityContext.pri|', 'field'), ['privileged']);
    assert.deepEqual(labels('self.?securityContext.?|', 'field'), ['privileged']);
    assert.deepEqual(labels('self.im| == "x" && true', 'field'), ['image', 'ports', 'labels', 'securityContext']);
    assert.deepEqual(labels('has(self.securityContext.|)', 'field'), ['privileged']);
  });

  test('inside a macro its variable is known, and so are its fields; outside it is not', () => {
    assert.deepEqual(labels('self.ports.all(p, p.|)', 'field'), ['containerPort', 'name']);
    assert.deepEqual(labels('self.ports.all(p, p.|', 'field'), ['containerPort', 'name']);
    assert.ok(labels('self.ports.all(p, |)', 'variable').includes('p'));
    assert.ok(!labels('self.ports.all(p, true) && |', 'variable').includes('p'));
    assert.ok(labels('cel.bind(x, self.image, |)', 'variable').includes('x'));
  });

  test('methods and macros that the type has', () => {
    assert.ok(labels('self.image.|', 'method').includes('startsWith'));
    assert.ok(!labels('self.image.|', 'method').includes('getFullYear'));
    assert.deepEqual(labels('self.image.|', 'macro'), []);
    assert.ok(labels('self.ports.|', 'macro').includes('exists'));
    assert.ok(labels('self.?image.|', 'method').includes('orValue'));
  });

  test('functions, those with qualified names too', () => {
    assert.ok(labels('|', 'function').includes('image'));
    assert.ok(labels('math.|', 'function').includes('greatest'));
    assert.ok(labels('1 + |', 'variable').includes('params'));
  });

  test('nothing in texts and comments', () => {
    assert.deepEqual(labels("self.image == 'a.|'"), []);
    assert.deepEqual(labels('self.image // self.|'), []);
    assert.ok(labels("'http://x' + self.|", 'field').includes('image'));
  });

  test('a whole word is replaced, and functions are snippets', () => {
    const [source, offset] = at('self.im|age');
    const item = complete(source, offset, environment).find(({ label }) => label === 'image');
    assert.deepEqual(item?.replace, { start: 5, end: 10 });
    const [call, end] = at('self.image.starts|');
    assert.equal(
      complete(call, end, environment).find(({ label }) => label === 'startsWith')?.insert,
      'startsWith($1)',
    );
  });
});

describe('description', () => {
  const said = (marked: string): readonly string[] | undefined => describeAt(...at(marked), environment)?.lines;

  test('fields, variables, functions and macros', () => {
    assert.deepEqual(said('self.securityContext.privi|leged'), ['self.securityContext.privileged: bool']);
    assert.deepEqual(said('se|lf.image'), ['self: Container']);
    assert.deepEqual(said('has(self.securityContext.privi|leged)'), ['self.securityContext.privileged: bool']);
    assert.deepEqual(said('self.ports.all(p|, p.name == "")'), ['p: Port']);
    assert.deepEqual(said('self.image.startsW|ith("a")'), ['string.startsWith(string): bool']);
    assert.match(said('self.ports.al|l(p, true)')?.join() ?? '', /condition.*gives bool/);
    assert.equal(said('1 + |2'), undefined);
  });

  test('the signature of the call around the cursor, and its argument', () => {
    assert.deepEqual(signatures(...at("self.image.replace('a,', |"), environment)?.argument, 1);
    assert.match(
      signatures(...at("self.image.replace('a', |"), environment)?.labels.join() ?? '',
      /replace\(string, string\)/,
    );
    assert.equal(signatures(...at('self.image|'), environment), null);
    assert.equal(signatures(...at('size(self.ports)| > 1'), environment), null);
  });

  test('every place of a variable of a macro, and none of another with its name', () => {
    const [source, offset] = at('self.ports.all(p, p|.name != "") && self.ports.exists(p, p.name == "")');
    assert.deepEqual(
      occurrences(source, offset, environment).map(({ start }) => start),
      [15, 18],
    );
    assert.deepEqual(occurrences(...at('se|lf.image'), environment), []);
  });
});

test('semantic tokens say what each word is', () => {
  const source = "self.ports.all(p, p.name in ['a'] && math.greatest(1, params.most) > 0)";
  const kinds = semanticTokens(source, environment).map(
    ({ span, kind }) => `${source.slice(span.start, span.end)}:${kind}`,
  );
  for (const expected of [
    'self:variable',
    'ports:property',
    'all:macro',
    'p:parameter',
    "'a':string",
    'in:keyword',
    '&&:operator',
    '1:number',
  ])
    assert.ok(kinds.includes(expected), `${expected} in ${kinds.join(' ')}`);
});
