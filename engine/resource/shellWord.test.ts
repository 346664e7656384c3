import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readWord } from './shellWord.ts';

const cases: readonly { text: string; variables?: string[]; contexts?: string[]; expressions?: number[] }[] = [
  { text: 'echo "a=$A" ${B} "${C:-$D}"', variables: ['A', 'B', 'C'] },
  { text: `echo 'a=$A' "it's $B"`, variables: ['B'] },
  { text: 'echo \\$A "\\$B" $C', variables: ['C'] },
  { text: 'echo "$env:BRANCH"', variables: ['BRANCH'] },
  { text: 'echo "a=$$$$$$$$$" $$$$$$', expressions: [8, 19] },
  { text: `echo 'a=$$$$$$'`, expressions: [8] },
  { text: 'A=${A#refs/heads/} B=${B%%-*} C=${C,,} D=${D//-/_}', variables: ['A', 'B', 'C', 'D'] },
  { text: 'A=${#A} B=${B:0:8} C=${C//[^a-z]/} D=${D:+set}' },
  { text: 'echo "a=$(tr -cd a-z <<< "$A")" `id $B`' },
  { text: 'echo "a=$(echo ${A#x/})" "$(printf $$$$$$)"', variables: ['A'], expressions: [35] },
  { text: 'T=$(jq -r .issue.title "$GITHUB_EVENT_PATH")', contexts: ['github.event.issue.title'] },
  { text: `T=$(jq --raw-output '.comment.body' < $GITHUB_EVENT_PATH)`, contexts: ['github.event.comment.body'] },
  { text: 'T=$(jq -r .issue.title event.json)' },
];

for (const { text, ...expected } of cases) {
  test(`word: ${text}`, () => {
    assert.deepEqual(readWord(text), { variables: [], contexts: [], expressions: [], ...expected });
  });
}
