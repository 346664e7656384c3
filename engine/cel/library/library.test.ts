import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compile } from '../index.ts';

/** Each expression is true. */
/** How a well-known token begins, and half the length of what follows. */
const tokens = {
  ghp_: 18,
  ghs_: 18,
  github_pat_: 41,
  npm_: 18,
  'glpat-': 10,
  'xoxb-': 25,
  sk_live_: 12,
  'sk-': 24,
  hf_: 17,
  'pypi-': 80,
};

const truths: Readonly<Record<string, readonly string[]>> = {
  strings: [
    `'hello'.charAt(4) == 'o'`,
    `'hello'.charAt(5) == ''`,
    `'😀b'.charAt(1) == 'b'`,
    `'a😀b😀'.lastIndexOf('😀') == 3`,
    `'hello mellow'.indexOf('ello', 2) == 7`,
    `'hello mellow'.lastIndexOf('ello', 6) == 1`,
    `'hello hello'.replace('he', 'we', 1) == 'wello hello'`,
    `'ab'.replace('', '-') == '-a-b-'`,
    `'ab'.replace('', '-', 2) == '-a-b'`,
    `'a b c'.split(' ', 2) == ['a', 'b c']`,
    `'ab'.split('') == ['a', 'b']`,
    `'gums'.reverse() == 'smug'`,
    `'😀b'.reverse() == 'b😀'`,
    `'%s|%d|%.2f|%e|%b|%o|%x|%X'.format(['a', 3, 2.555, 1052.03, 5, 8, 255, 'z']) == 'a|3|2.56|1.052030e+03|101|10|ff|7A'`,
    `'%.1f %.1f %.0f'.format([0.25, 0.35, -0.5]) == '0.2 0.3 -0'`,
    `'%.3e'.format([9.9996]) == '1.000e+01'`,
    `'%s'.format([{'b': [1, 2.5], 'a': null}]) == '{a: null, b: [1, 2.5]}'`,
  ],
  lists: [
    `[1, 2, 3, 4].slice(1, 3) == [2, 3]`,
    `[1, [2, [3]]].flatten() == [1, 2, [3]]`,
    `[1, [2, [3, [4]]]].flatten(2) == [1, 2, 3, [4]]`,
    `lists.range(3) == [0, 1, 2]`,
    `[3, 1, 2].sort() == [1, 2, 3]`,
    `['b', 'a'].sort() == ['a', 'b']`,
    `[1, 2, 2, 1].distinct() == [1, 2]`,
    `[1, 1.0, 1u].distinct() == [1]`,
    `[5, 2].reverse() == [2, 5]`,
    `[1, 2].first().value() == 1 && [1, 2].last().value() == 2`,
    `![].first().hasValue()`,
    `[{'n': 2}, {'n': 1}].sortBy(e, e.n)[0].n == 1`,
    `[1, 2, 2].isSorted() && !['b', 'a'].isSorted() && [].isSorted()`,
    `[1, 3].sum() == 4 && [1.0, 3.5].sum() == 4.5 && [].sum() == 0`,
    `[duration('1s'), duration('2s')].sum() == duration('3s')`,
    `[1, 3].min() == 1 && [1, 3].max() == 3 && ['a', 'c', 'b'].max() == 'c'`,
    `[1, 2, 2, 3].indexOf(2) == 1 && [1, 2, 2, 3].lastIndexOf(2) == 2 && [1].indexOf(9) == -1`,
  ],
  math: [
    `math.greatest(1, 2.5, 3u) == 3 && math.least([4, -1]) == -1`,
    `math.round(-1.5) == -2.0 && math.trunc(-1.9) == -1.0`,
    `math.bitShiftRight(-1024, 3) == 2305843009213693824`,
    `math.sqrt(16) == 4.0 && math.isNaN(math.sqrt(-1.0))`,
  ],
  sets: [
    `sets.contains([1, 2.0, 3u], [1.0, 2u, 3]) && sets.contains([], [])`,
    `sets.equivalent([1], [1u, 1.0]) && !sets.equivalent([1], [1, 2])`,
    `sets.intersects([[1], [2, 3]], [[1, 2], [2, 3.0]]) && !sets.intersects([1], [])`,
  ],
  encoders: [`base64.encode(b'hello') == 'aGVsbG8='`, `base64.decode('aGVsbG8') == b'hello'`],
  regexes: [
    `'abc 123'.find('[0-9]+') == '123' && 'abc'.find('[0-9]+') == ''`,
    `'123 abc 456'.findAll('[0-9]+') == ['123', '456'] && '1 2 3'.findAll('[0-9]', 2) == ['1', '2']`,
    `'1 2'.findAll('[0-9]', 0) == []`,
    `regex.extract('hello world', 'hello (.*)').value() == 'world'`,
    `!regex.extract('x', 'y').hasValue()`,
    `regex.extractAll('id:1, id:2', 'id:([0-9])') == ['1', '2']`,
    `regex.replace('foo bar', '(fo)o (ba)r', r'\\2 \\1') == 'ba fo'`,
    `regex.replace('banana', 'a', 'x', 2) == 'bxnxna' && regex.replace('banana', 'a', 'x', 0) == 'banana'`,
  ],
  quantity: [
    `isQuantity('1.3Gi') && isQuantity('.5') && isQuantity('1.') && !isQuantity('200K') && !isQuantity('1Gib') && !isQuantity('')`,
    `quantity('1.5Gi') == quantity('1536Mi') && quantity('1k') == quantity('1000') && quantity('1e3') == quantity('1k')`,
    `quantity('100m').compareTo(quantity('0.1')) == 0 && quantity('200M').isLessThan(quantity('200Mi'))`,
    `quantity('50k').asInteger() == 50000 && !quantity('50m').isInteger()`,
    `!quantity('9999999999999999999999999999999999999G').isInteger() && quantity('9223372036854775807').isInteger()`,
    `quantity('50.703k').asApproximateFloat() == 50703.0`,
    `quantity('50k').add(quantity('20k')) == quantity('70k') && quantity('50k').sub(20000) == quantity('30k')`,
    `quantity('-1').sign() == -1 && quantity('0').sign() == 0`,
    `quantity('0.1n') == quantity('1n')`,
    `quantity('1e100') == quantity('9223372036854775807')`,
    `quantity('1E') == quantity('1000P') && quantity('1E2') == quantity('100')`,
  ],
  semver: [
    `isSemver('1.0.0-alpha.1+b') && !isSemver('v1.0') && isSemver('v1.0', true) && !isSemver('01.0.0') && isSemver('01.0.0', true)`,
    `semver('1.2.3').major() == 1 && semver('1.2.3').minor() == 2 && semver('1.2.3').patch() == 3`,
    `semver('1.0.0-alpha').isLessThan(semver('1.0.0')) && semver('1.0.0-2').isLessThan(semver('1.0.0-10'))`,
    `semver('1.0.0-alpha.1').isGreaterThan(semver('1.0.0-alpha')) && semver('1.0.0-a').isGreaterThan(semver('1.0.0-1'))`,
    `semver('1.0.0+a') == semver('1.0.0+b') && semver('v1', true).compareTo(semver('1.0.0')) == 0`,
  ],
  url: [
    `isURL('https://user:pass@example.com:80/query?val=v1') && isURL('/path') && !isURL('https://a:b:c/') && !isURL('../relative')`,
    `url('https://example.com:80/').getHost() == 'example.com:80' && url('https://[::1]:80/').getHostname() == '::1'`,
    `url('https://[::1]:80/').getPort() == '80' && url('https://example.com/').getPort() == '' && url('/a').getScheme() == ''`,
    `url('https://example.com/path with spaces/').getEscapedPath() == '/path%20with%20spaces/'`,
    `url('https://example.com/path?k1=a&k2=b&k2=c').getQuery() == {'k1': ['a'], 'k2': ['b', 'c']}`,
    `url('https://example.com/?a+b=%20').getQuery() == {'a b': [' ']} && url('/x?').getQuery() == {}`,
    `url('https://example.com/a#b').getEscapedPath() == '/a' && url('HTTPS://x').getScheme() == 'https'`,
  ],
  network: [
    `isIP('127.0.0.1') && isIP('::1') && !isIP('127.0.0.01') && !isIP('::ffff:1.2.3.4') && !isIP('fe80::1%eth0') && !isIP('1.2.3')`,
    `ip('2001:db8:0:0::1') == ip('2001:0DB8::1') && ip('::1').family() == 6 && ip('1.2.3.4').family() == 4`,
    `ip.isCanonical('2001:db8::1') && !ip.isCanonical('2001:DB8::1') && string(ip('2001:0db8::0001')) == '2001:db8::1'`,
    `ip('127.0.0.9').isLoopback() && ip('0.0.0.0').isUnspecified() && ip('224.0.0.1').isLinkLocalMulticast()`,
    `ip('ff02::1').isLinkLocalMulticast() && ip('fe80::1').isLinkLocalUnicast() && ip('169.254.1.1').isLinkLocalUnicast()`,
    `ip('10.0.0.1').isGlobalUnicast() && !ip('255.255.255.255').isGlobalUnicast() && !ip('ff02::1').isGlobalUnicast()`,
    `isCIDR('10.0.0.0/8') && !isCIDR('10.0.0.0/33') && !isCIDR('10.0.0.0') && !isCIDR('10.0.0.0/08')`,
    `cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsIP(ip('11.0.0.1')) && !cidr('::/0').containsIP('1.2.3.4')`,
    `cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && !cidr('10.1.0.0/16').containsCIDR(cidr('10.0.0.0/8'))`,
    `cidr('192.168.1.5/24').masked() == cidr('192.168.1.0/24') && cidr('192.168.1.5/24').ip() == ip('192.168.1.5')`,
    `cidr('::1/128').prefixLength() == 128 && cidr('0.0.0.0/0').containsIP('8.8.8.8')`,
  ],
  names: [
    `!format.dns1123Label().validate('my-label').hasValue() && format.dns1123Label().validate('My').hasValue()`,
    `!format.dns1123Subdomain().validate('a.b').hasValue() && format.dns1123Subdomain().validate('a..b').hasValue()`,
    `format.dns1035Label().validate('1a').hasValue() && !format.labelValue().validate('').hasValue()`,
    `!format.qualifiedName().validate('a.b/My_name').hasValue() && format.qualifiedName().validate('A/b').hasValue()`,
    `!format.dns1123LabelPrefix().validate('web-').hasValue() && format.date().validate('2023-02-29').hasValue()`,
    `!format.uuid().validate('123e4567-e89b-12d3-a456-426614174000').hasValue() && !format.byte().validate('aGVsbG8=').hasValue()`,
    `format.named('dns1123Label').value().validate('x').orValue([]) == [] && !format.named('nope').hasValue()`,
    `!format.datetime().validate('2023-01-02T03:04:05.5+01:00').hasValue() && format.datetime().validate('2023-01-02').hasValue()`,
    `format.dns1123Label().validate('${'a'.repeat(64)}').value().size() == 1`,
  ],
  kerb: [
    `image('nginx') == {'registry': 'docker.io', 'repository': 'library/nginx', 'name': 'docker.io/library/nginx', 'tag': '', 'digest': ''}`,
    `image('ghcr.io/o/app:1.2@sha256:abc').tag == '1.2' && image('ghcr.io/o/app:1.2@sha256:abc').digest == 'sha256:abc'`,
    `image('localhost:5000/app').registry == 'localhost:5000' && image('localhost:5000/app').tag == ''`,
    `image('bitnami/redis').repository == 'bitnami/redis'`,
    `listOf([1, 2]) == [1, 2] && listOf(null) == [] && listOf('a') == ['a'] && listOf({'a': 1}) == [{'a': 1}]`,
    `listOf({'a': [1]}.?a) == [1] && listOf({}.?a) == [] && listOf({'a': null}.?a) == []`,
    `textOf('a') == 'a' && textOf(5) == '5' && textOf(true) == 'true' && textOf(null) == '' && textOf([1]) == ''`,
    `textOf({'a': 'b'}.?a) == 'b' && textOf({}.?a) == ''`,
    ...Object.entries(tokens).map(([start, length]) => `isKnownToken('${start}${'a1'.repeat(length)}')`),
    ...Object.entries(tokens).map(([start, length]) => `!isKnownToken('x${start}${'a1'.repeat(length)}')`),
    `isKnownToken('AKIA${'A1'.repeat(8)}') && isKnownToken('AIza${'a'.repeat(35)}') && isKnownToken('dckr_pat_${'a'.repeat(27)}')`,
    `!isKnownToken('') && !isKnownToken('ghp_') && !isKnownToken('npm_${'a'.repeat(35)}') && !isKnownToken('npm_${'a'.repeat(37)}')`,
    `uses('actions/checkout@v4').owner == 'actions' && !uses('actions/checkout@v4').pinned`,
    `uses('a/b/c/d@${'0a'.repeat(20)}').pinned && uses('a/b/c/d@x').path == 'c/d'`,
    `uses('./local').kind == 'local' && uses('docker://alpine:3').kind == 'docker' && uses('docker://alpine:3').ref == '3'`,
    `glob('src/a/b.ts', 'src/**/*.ts') && glob('src/b.ts', 'src/**/*.ts') && !glob('src/a/b.ts', 'src/*.ts')`,
    `glob('a.yaml', '*.{yml,yaml}') && glob('x1', 'x[0-9]') && !glob('xa', 'x[!a]') && glob('a{b', 'a{b')`,
    `glob('.github/workflows/ci.yml', '.github/**')`,
  ],
};

for (const [library, expressions] of Object.entries(truths)) {
  for (const source of expressions) {
    test(`${library}: ${source}`, () => {
      const { program, problems } = compile(source, { variables: {} });
      assert.deepEqual(problems, []);
      const evaluation = program!.evaluate(Object.create(null));
      assert.equal(evaluation.kind === 'value' ? evaluation.value : JSON.stringify(evaluation), true);
    });
  }
}

/** Each expression compiles and fails when it runs. */
const failures: readonly string[] = [
  `'a'.charAt(-1)`,
  `'abc'.substring(2, 1)`,
  `'%.2000f'.format([1.0])`,
  `[1, 'a'].sort()`,
  `[1].slice(0, 2)`,
  `lists.range(1000000000)`,
  `[].min()`,
  `base64.decode('!')`,
  `quantity('10ki')`,
  `quantity('0.5').asInteger()`,
  `quantity('9999999999999999999999999999999999999G').asInteger()`,
  `semver('1')`,
  `url('x')`,
  `ip('1.2.3.4.5')`,
  `cidr('1.2.3.4')`,
  `cidr('10.0.0.0/8').containsIP('x')`,
  `regex.extract('ab', '(a)(b)')`,
  `regex.replace('a', 'a', r'\\1')`,
];
for (const source of failures) {
  test(`fails: ${source}`, () => {
    const { program, problems } = compile(source, { variables: {} });
    assert.deepEqual(problems, []);
    assert.equal(program!.evaluate(Object.create(null)).kind, 'error');
  });
}

test('a constant pattern that is wrong is a problem of the expression', () => {
  for (const source of [`'a'.find('(')`, `regex.replace('a', '(', '')`]) {
    assert.equal(compile(source, { variables: {} }).program, null);
  }
});
