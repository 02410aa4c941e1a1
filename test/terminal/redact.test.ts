import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { Redactor } from '../../src/terminal/redact.ts';
import { identityToken } from '../support/identity-tokens.ts';

/** A redactor that knows some secrets. */
function redactor(...secrets: readonly string[]): Redactor {
  const result = new Redactor();
  for (const secret of secrets) result.add(new Secret(secret));
  return result;
}

/** Looks like a token of PyPI, and is put together here so that no search for tokens finds it. */
const macaroon = `pypi-${'Ag'}${'EIcHlwaS5vcmc'.repeat(4)}-_x`;

describe('known secrets', () => {
  const secret = 'hunter2 & p/ss';
  test.each([
    ['as they are', `the password is ${secret}.`, 'the password is [redacted].'],
    ['more than once', `${secret}${secret}`, '[redacted][redacted]'],
    ['as basic credentials', Buffer.from(`__token__:${secret}`).toString('base64'), '[redacted]'],
    ['in an address', `https://x/?p=${encodeURIComponent(secret)}`, 'https://x/?p=[redacted]'],
    ['with control characters in between', 'hun\u0000ter2 & \u0007p/ss', '[redacted]'],
  ])('%s', (_, text, wanted) => {
    expect(redactor(secret).clean(text)).toBe(wanted);
  });

  test('in parts, when they are JWTs', () => {
    const token = identityToken().reveal();
    const clean = redactor(token);
    const [header = '', payload = '', signature = ''] = token.split('.');
    expect(clean.clean(`a ${token} b`)).toBe('a [redacted] b');
    expect(clean.clean(`${payload} and ${header}`)).toBe('[redacted] and [redacted]');
    expect(signature.length).toBeLessThan(16);
  });

  test('without the prefix of API tokens', () => {
    expect(redactor(macaroon).clean(`token ${macaroon.slice(5)} was refused`)).toBe('token [redacted] was refused');
  });

  test('the longer of two that overlap first', () => {
    expect(redactor('secret', 'secret-longer').clean('x secret-longer y')).toBe('x [redacted] y');
  });

  test.each(['', 'a', 'abc'])('of no length to speak of are left: %j', (short) => {
    expect(redactor(short).clean('abc is a word')).toBe('abc is a word');
  });

  test('with special characters are no patterns', () => {
    expect(redactor('a.c*(x)').clean('abc*(x) a.c*(x) $&')).toBe('abc*(x) [redacted] $&');
  });
});

describe('what looks like a token, though nobody named it', () => {
  test.each([
    ['an API token', `echo ${macaroon} done`, 'echo [redacted] done'],
    ['a JWT', `echo ${identityToken().reveal()} done`, 'echo [redacted] done'],
    ['the header of a JWT', identityToken().reveal().split('.')[0] ?? '', '[redacted]'],
    ['basic credentials', 'Authorization: Basic X190b2tlbl9fOmFiY2RlZg==', 'Authorization: Basic [redacted]'],
    ['bearer credentials', 'authorization: bearer abcdef0123456789abcdef', 'authorization: bearer [redacted]'],
    ['an API token with a control character', macaroon.replace('Ag', 'A\u0000g'), '[redacted]'],
  ])('%s', (_, text, wanted) => {
    expect(redactor().clean(text)).toBe(wanted);
  });

  test.each([
    'pypi-oidc',
    'the pypi-Agent',
    'basic authentication',
    'a bearer token',
    'eyJ',
    'sha256 abcdef0123456789abcdef',
  ])('other words stay: %s', (text) => {
    expect(redactor().clean(text)).toBe(text);
  });
});

describe('control characters', () => {
  test.each([
    ['a\u0000b\u0007c\u001b[31md\u009be\u007f', 'abc[31mde'],
    ['a\r\nb\rc\nd', 'a\nb\nc\nd'],
    ['a\tb', 'ab'],
    ['a\u2028b\u2029c', 'abc'],
    ['x\u202egnp.exe\u2066y\u2069', 'xgnp.exey'],
    ['größe 日本語 🐍', 'größe 日本語 🐍'],
  ])('%j', (text, wanted) => {
    expect(redactor().clean(text)).toBe(wanted);
  });
});

describe('what a CI would take for a command', () => {
  test.each([
    ['::set-output name=a::b', ': :set-output name=a::b'],
    ['first\n::add-mask::x', 'first\n: :add-mask::x'],
    ['first\r::add-mask::x', 'first\n: :add-mask::x'],
    ['  ::stop-commands::x', '  : :stop-commands::x'],
    [':\u0000:set-env::x', ': :set-env::x'],
    ['##[set-env name=a]b', '## [set-env name=a]b'],
    ['x ###[group]', 'x ### [group]'],
    ['#\u0007#[group]', '## [group]'],
    ['##vso[task.setvariable variable=a]b', '## vso[task.setvariable variable=a]b'],
    ['a::b and C::D', 'a::b and C::D'],
    ['# heading', '# heading'],
  ])('%j', (text, wanted) => {
    expect(redactor().clean(text)).toBe(wanted);
  });
});

describe('whole values', () => {
  test('all texts in lists and plain objects are cleaned, at any depth', () => {
    const value = {
      a: 'x secret',
      list: ['secret', { b: ['secret'] }],
      number: 1,
      nothing: null,
      none: undefined,
      yes: true,
    };
    expect(redactor('secret').cleanAll(value)).toEqual({
      a: 'x [redacted]',
      list: ['[redacted]', { b: ['[redacted]'] }],
      number: 1,
      nothing: null,
      none: undefined,
      yes: true,
    });
  });

  test('what was given is not changed', () => {
    const value = Object.freeze({ list: Object.freeze(['secret']) });
    redactor('secret').cleanAll(value);
    expect(value.list).toEqual(['secret']);
  });

  test('secrets, addresses and dates stay what they are', () => {
    const value = { secret: new Secret('secret'), url: new URL('https://x.example/'), date: new Date(0) };
    const cleaned = redactor('secret').cleanAll(value);
    expect(cleaned.secret).toBe(value.secret);
    expect(cleaned.url).toBe(value.url);
    expect(cleaned.date).toBe(value.date);
  });
});
