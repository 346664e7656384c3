/**
 * Everything that a policy's author can be told, with its exact place and words. A message that is new in the sources fails the last
 * test until a case here, or in `celProblems.ts`, `celErrors.ts` and `celDoubts.ts`, shows it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPolicies, compilePolicies, defaultConfiguration, readPolicies } from '../../engine/index.ts';
import { native, policyText } from '../policySet.ts';
import { celDoubts } from './celDoubts.ts';
import { celErrorBounds, celErrors } from './celErrors.ts';
import { celForeign } from './celForeign.ts';
import { celBounds, celProblems } from './celProblems.ts';
import { type PolicyProblem, policyProblems } from './policyProblems.ts';
import { messagesIn } from './sources.ts';

for (const one of policyProblems) {
  test(`${(one.id ?? one.without ?? one.keys).toString().slice(0, 100)}: ${one.says.length} said`, () => {
    assert.deepEqual(saidOf(one), one.says);
  });
}

function saidOf({ keys, without = [], id = 'team/one' }: PolicyProblem): readonly string[] {
  const text = policyText(keys, { without });
  const { policies, problems } = readPolicies([{ id, path: `${id}.yaml`, text }]);
  const compiled = checkPolicies(compilePolicies(policies, defaultConfiguration, native), native);
  return [...problems, ...compiled].map(({ range: { start }, span, severity, message }) => {
    const marked = text.slice(span.start, span.end);
    return `${start.line}:${start.column} «${marked}» ${severity === 'warning' ? 'warning: ' : ''}${message}`;
  });
}

const whole = policyText('resource: kubernetes.object\nrequire: "true"');
const files: readonly (readonly [texts: readonly string[], said: readonly string[]])[] = [
  [[''], ['1:1 the file is empty: a policy is a YAML map']],
  [['x'.repeat(1_000_001)], ['1:1 a policy has at most 1000000 characters']],
  [[`${whole}---\n${whole}`], ['9:1 a file has one policy']],
  [[whole, whole], ['1:1 another file, 0.yaml, has the same policy id team/one']],
];
for (const [texts, said] of files) {
  test(`of whole files: ${said.join()}`, () => {
    const { problems } = readPolicies(texts.map((text, index) => ({ id: 'team/one', path: `${index}.yaml`, text })));
    assert.deepEqual(
      problems.map(({ range: { start }, message }) => `${start.line}:${start.column} ${message}`),
      said,
    );
  });
}

/** Where what an author is told is written. `kerb.yaml` has its own tests. */
const sources = [
  'engine/cel/{syntax,check,step,library,standard}/*.ts',
  'engine/regex/parse.ts',
  'engine/policy/{compilePolicy,file,identifiers,issue,parameter,path,patternDoubts,read,template}.ts',
  'engine/rule/pattern.ts',
  'engine/rule/secret/form.ts',
];

/** Not said to an author: a stretch of the place and the text, and why. */
const others: readonly (readonly [stretch: string, why: string])[] = [
  ['library/names.ts', 'what `validate()` gives, which is a value'],
  ['as break const continue', 'words that are reserved'],
  ['[object Object]', 'how a value looks that has no text'],
  ['no such reference', 'a reference always has fields with names'],
  ['no query', 'a query is always a map of texts'],
  ['this part of the expression is not valid', 'what does not parse is not compiled'],
  ['an operand is missing', 'what does not parse is not compiled'],
  ['was vetted, and yet', 'a broken build'],
  ['a pattern that was sound is not', 'what is unsound is not opened'],
  ['the policy itself is broken', 'a finding, whose place is in the file that is judged'],
  ['it was refused', 'what ast-grep throws is an error with a message'],
  ['a pattern needs a language', 'the schema says so first'],
  ['a template', 'why a value is not known'],
  ['a tag of its own', 'why a value is not known'],
];

test('every message in the sources is shown by a case', () => {
  const said = [
    ...celProblems,
    ...celForeign,
    ...celErrors,
    ...celDoubts,
    ...[...celBounds, ...celErrorBounds].map(({ message }) => message),
    ...policyProblems.flatMap(({ says }) => says),
    ...files.flatMap(([, says]) => says),
  ].flatMap((text) => text.split('\n'));
  const messages = messagesIn(sources);
  const named = messages.map(({ place, text, matches }) => ({
    name: `${place}: ${text}`,
    isShown: said.some(matches),
  }));
  const unshown = named.filter(({ name, isShown }) => !isShown && !others.some(([stretch]) => name.includes(stretch)));
  assert.deepEqual(
    unshown.map(({ name }) => name),
    [],
    'show each in a case, with its place',
  );
  for (const [stretch] of others)
    assert.ok(
      named.some(({ name }) => name.includes(stretch)),
      `there is no ${stretch} any more`,
    );
});
