import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { Secret } from '../src/secret.ts';

const secret = new Secret('hunter2');

test('only reveal gives the value', () => {
  expect(secret.reveal()).toBe('hunter2');
});

test.each<[string, unknown]>([
  ['a string', String(secret)],
  ['a template', `${secret}`],
  ['a concatenation', `Bearer ${secret}`],
  ['a list', [secret].join()],
  ['JSON', JSON.stringify({ secret, list: [secret] })],
  ['inspection', inspect({ secret, deep: { list: [secret] } }, { depth: 10, showHidden: true })],
  ['its members', JSON.stringify([Object.entries(secret), Object.getOwnPropertyNames(secret), { ...secret }])],
  ['an error', new Error(`no ${secret}`, { cause: secret }).stack],
])('%s does not', (_, text) => {
  expect(text).not.toContain('hunter2');
});

test('what is shown instead says what it is', () => {
  expect([String(secret), inspect(secret), JSON.stringify(secret)]).toEqual(['[secret]', '[secret]', '"[secret]"']);
});

test('a copy by structured clone has no value', () => {
  expect(inspect(structuredClone(secret), { showHidden: true })).not.toContain('hunter2');
});
