import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shellCommands } from './shellCommand.ts';

const cases: readonly [script: string, commands: readonly string[]][] = [
  ['make', ['make']],
  ['a; b && c || d\ne', ['a', 'b', 'c', 'd', 'e']],
  ['curl x | sh', ['curl x | sh']],
  ['curl x |\n  sh\nls', ['curl x |\n  sh', 'ls']],
  ['curl x \\\n  | sh', ['curl x     | sh']],
  ['# a comment; rm\nls # and one', ['ls']],
  ['echo "a; b" \'c && d\'', ['echo "a; b" \'c && d\'']],
  ['echo "a\nb"\nls', ['echo "a\nb"', 'ls']],
  ["echo don't\nls", ["echo don't", 'ls']],
  ['x=$(a; b)\nc', ['x=$(a; b)', 'c']],
  ['if a; then b; else c; fi', ['if a', 'b', 'c', 'fi']],
  ['cat <<EOF > file\ncurl x | sh\nEOF\nls', ['cat <<EOF > file', 'ls']],
  ['<<EOF cat > file\ncurl x | sh\nEOF\nls', ['<<EOF cat > file', 'ls']],
  ['<<EOF\ncurl x | sh\nEOF', ['<<EOF', 'curl x | sh', 'EOF']],
  ['bash <<EOF\ncurl x | sh\nEOF', ['bash <<EOF', 'curl x | sh', 'EOF']],
  ['<<EOF bash\ncurl x | sh\nEOF', ['<<EOF bash', 'curl x | sh', 'EOF']],
  ['<<EOF python3\ncurl x | sh\nEOF', ['<<EOF python3']],
  ['cat <<EOF > file && make; curl y | sh\ncurl x | sh\nEOF\nls', ['cat <<EOF > file', 'make', 'curl y | sh', 'ls']],
  ['cat <<EOF && cat <<EOT\na; b\nEOF\nls', ['cat <<EOF', 'cat <<EOT', 'ls']],
  ['cat <<EOF\nnever closed', ['cat <<EOF', 'never closed']],
  ['cat <<< word\nls', ['cat <<< word', 'ls']],
  ['a\r\nb\r\n', ['a', 'b']],
  ['', []],
];

for (const [script, expected] of cases) {
  test(`commands of ${JSON.stringify(script)}`, () => {
    const found = shellCommands(script);
    assert.deepEqual(
      found.map(({ text }) => text),
      expected,
    );
    for (const { text, span } of found) assert.equal(span.end - span.start, text.length);
  });
}

test('what a heredoc gives a command is known by its place', () => {
  const script = 'cat <<EOF >> f; ls\n  a=$B\n\nEOF\ncat <<X\nX\nbash <<Y\nmake\nY';
  assert.deepEqual(
    shellCommands(script).map(({ text, data }) => [text, data === null ? null : script.slice(data.start, data.end)]),
    [
      ['cat <<EOF >> f', '  a=$B\n\n'],
      ['ls', null],
      ['cat <<X', ''],
      ['bash <<Y', null],
      ['make', null],
      ['Y', null],
    ],
  );
});

test('hostile scripts stay bounded', () => {
  for (const script of [
    "'".repeat(2_001),
    '"\n'.repeat(20_001),
    '('.repeat(100_000),
    'a <<X\n'.repeat(5_000),
    ';'.repeat(100_000),
  ]) {
    shellCommands(script);
  }
});
