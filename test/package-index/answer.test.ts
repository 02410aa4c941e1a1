import { describe, expect, test } from 'vitest';
import { isHtml, parseJson, serverExplanation } from '../../src/package-index/answer.ts';

function answer(body: string, contentType?: string, status = 400) {
  return { status, headers: contentType === undefined ? {} : { 'content-type': contentType }, body };
}

function explained(body: unknown, contentType?: string): string {
  return serverExplanation(answer(typeof body === 'string' ? body : JSON.stringify(body), contentType));
}

describe('JSON', () => {
  test.each<[string, unknown, string]>([
    [
      'PyPI’s code, without the status',
      { message: 'x\n\n', code: '400 File already exists', title: 'Bad Request' },
      'File already exists',
    ],
    [
      'a problem document',
      { type: 'about:blank', title: 'Forbidden', detail: 'No such right', status: 403 },
      'No such right',
    ],
    ['only a title', { title: 'Forbidden' }, 'Forbidden'],
    [
      'a message',
      { message: 'Trusted publishing functionality not enabled' },
      'Trusted publishing functionality not enabled',
    ],
    ['an error', { error: 'bad things' }, 'bad things'],
    ['a code that is a number', { code: 400, message: 'bad things' }, 'bad things'],
    ['a code that is empty', { code: '', message: 'bad things' }, 'bad things'],
    ['a list of errors', { errors: [{ status: 403, message: 'Not allowed here' }] }, 'Not allowed here'],
    ['a list of errors with descriptions', { errors: [{ description: 'Not allowed here' }] }, 'Not allowed here'],
    ['a list of other things', { errors: ['x'], message: 'bad things' }, 'bad things'],
    ['nothing of it', { status: 'bad' }, ''],
  ])('%s', (_, body, wanted) => {
    expect(explained(body, 'application/json')).toBe(wanted);
  });

  test('is recognised whatever it is called', () => {
    expect(explained({ code: '400 x' }, 'text/html')).toBe('x');
  });

  test.each(['{"code":', '', '[', 'undefined'])('that is none is undefined: %j', (text) => {
    expect(parseJson(text)).toBeUndefined();
  });
});

describe('text', () => {
  test.each([
    ['400 Bad thing', 'Bad thing'],
    ['403 400 Bad thing', '403 400 Bad thing'],
    ['4000 reasons', '4000 reasons'],
    ['first line\nsecond line\n\nanother paragraph', 'first line second line'],
    ['first\r\n\r\nsecond', 'first'],
    ['', ''],
    ['  \n ', ''],
  ])('%j', (body, wanted) => {
    expect(explained(body, 'text/plain')).toBe(wanted);
  });
});

describe('a page', () => {
  test.each([
    ['<html><head><TITLE>400 Bad thing</TITLE></head><body><h1>no</h1>', 'Bad thing'],
    ['<!DOCTYPE html><title lang="en">\n  Sign in\n</title>', 'Sign in'],
    ['<html><h1 class="x">404 Not Found</h1>', '404 Not Found'],
    ['<html><body><p>nothing to quote</p>', ''],
    ['<html><title>a</title><title>b</title>', 'a'],
  ])('%j', (body, wanted) => {
    expect(explained(body, 'text/html; charset=utf-8')).toBe(wanted);
  });

  test.each<[string | undefined, string, boolean]>([
    ['text/html', 'x', true],
    ['TEXT/HTML; charset=utf-8', 'x', true],
    ['application/xhtml+xml', 'x', true],
    ['text/plain', '<!doctype html>', true],
    [undefined, '\n<HTML>', true],
    ['text/plain', 'about <html>', false],
    ['application/json', '{}', false],
    ['text/html', '', false],
    ['text/html', ' \r\n', false],
    [undefined, '<htmlish>', false],
  ])('%s with %j: %s', (contentType, body, wanted) => {
    expect(isHtml(answer(body, contentType))).toBe(wanted);
  });
});

describe('cleaning', () => {
  test.each([
    ['a\u0000b\u0007c', 'a b c'],
    ['\u001b[31mred\u001b[0m', '[31mred [0m'],
    ['a\t\t b\u2028c\u00a0d', 'a b c d'],
    ['left\u202eright\u200bmiddle\ufeff', 'left right middle'],
    ['&lt;a href=&quot;x&quot;&gt; it&#39;s &#x27;so&#x27; &amp;amp;', "<a href=\"x\"> it's 'so' &amp;"],
    ['größe 日本語 🐍', 'größe 日本語 🐍'],
    ['::set-output name=a::b', '::set-output name=a::b'],
  ])('%j', (text, wanted) => {
    expect(explained({ code: text })).toBe(wanted);
  });

  test('keeps 1000 characters and says that there were more', () => {
    expect(explained('x'.repeat(1_000), 'text/plain')).toBe('x'.repeat(1_000));
    expect(explained('x'.repeat(1_001), 'text/plain')).toBe(`${'x'.repeat(1_000)} …`);
  });

  test('is quick with hostile texts', () => {
    const started = performance.now();
    for (const body of ['<title'.repeat(150_000), '<title>'.repeat(50_000), '&'.repeat(500_000), ' '.repeat(500_000)])
      explained(body, 'text/html');
    expect(performance.now() - started).toBeLessThan(2_000);
  });
});
