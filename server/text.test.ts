import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changeText, difference, openText } from './text.ts';

test('changes apply in their order, and tell what they replaced', () => {
  const document = openText('file:///a', 'yaml', 1, 'a: 1\nb: 2\n');
  const edits = changeText(
    document,
    [
      { range: { start: { line: 1, character: 3 }, end: { line: 1, character: 4 } }, text: '22' },
      { range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } }, text: '# c\n' },
    ],
    2,
  );
  assert.equal(document.getText(), '# c\na: 1\nb: 22\n');
  assert.equal(document.version, 2);
  assert.deepEqual(edits, [
    { span: { start: 8, end: 9 }, text: '22' },
    { span: { start: 0, end: 0 }, text: '# c\n' },
  ]);
});

test('positions outside the text and ranges the wrong way round become their nearest', () => {
  const document = openText('file:///a', 'yaml', 1, 'a: 1\n');
  changeText(document, [{ range: { start: { line: 9, character: 9 }, end: { line: 0, character: 3 } }, text: '2' }], 2);
  assert.equal(document.getText(), 'a: 2');
});

test('a whole new text is the one edit between what is common', () => {
  const document = openText('file:///a', 'yaml', 1, 'a: 1\nb: 2\nc: 3\n');
  assert.deepEqual(changeText(document, [{ text: 'a: 1\nb: 20\nc: 3\n' }], 2), [
    { span: { start: 9, end: 9 }, text: '0' },
  ]);
});

test('the difference of equal texts is empty, and of repeated ones does not overlap', () => {
  assert.deepEqual(difference('aa', 'aa'), { span: { start: 2, end: 2 }, text: '' });
  assert.deepEqual(difference('aa', 'aaa'), { span: { start: 2, end: 2 }, text: 'a' });
  assert.deepEqual(difference('aba', 'a'), { span: { start: 1, end: 3 }, text: '' });
});
