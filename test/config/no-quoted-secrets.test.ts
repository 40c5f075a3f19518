import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileWith, lines, read } from './reading.ts';

const values: readonly string[] = [
  '*hunter2',
  '!hunter2',
  '!hunter2 x',
  '!<hunter2',
  '!x!hunter2 y',
  '|hunter2',
  '>hunter2',
  '@hunter2',
  '%hunter2',
  '"\\hunter2"',
  '"\\xhunter2"',
  '"a" hunter2',
  '[a] hunter2',
  '{a: b} hunter2',
  '&a &hunter2 x',
  '"${env:hunter2 123}"',
  '"${cred:a/hunter2}"',
  '"${env:hunter2"',
];

for (const value of values) {
  test(`what is wrong with the value ${value} is told without its text`, () => {
    const text = `element: {key: http}\nconfiguration:\n  token: ${value}\n`;

    const told = lines(read({ instances: [fileWith('instances/one.yaml', text)] })).join('\n');

    assert.notEqual(told, '');
    assert.doesNotMatch(told, /hunter2/);
  });
}

test('a directive that nobody knows is told without its text', () => {
  const told = lines(read({ instances: [fileWith('instances/one.yaml', '%hunter2\n---\na: b\n')] })).join('\n');

  assert.match(told, /unknown directive/);
  assert.doesNotMatch(told, /hunter2/);
});
