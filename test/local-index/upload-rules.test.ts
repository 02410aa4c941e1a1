/** Rules that an upload is judged by, in the cases that no recorded answer in the project shows. */

import { expect, test } from 'vitest';
import { unmetCaveats } from '../../src/local-index/caveats.ts';
import { FormFields } from '../../src/local-index/form-fields.ts';
import { emailProblem } from '../../src/local-index/metadata-rules/email-addresses.ts';
import { isLicenseExpression } from '../../src/local-index/metadata-rules/license-expression.ts';
import { isSpecifierSet, parseRequirement } from '../../src/local-index/metadata-rules/requirements.ts';
import { isAcceptedUrl } from '../../src/local-index/metadata-rules/urls.ts';
import { preferredType } from '../../src/local-index/negotiation.ts';
import { isStandardLibraryName } from '../../src/local-index/standard-library-names.ts';
import { PayloadProblem, tokenInPayload } from '../../src/local-index/token-payload.ts';

const project = { id: 'p1', name: 'New_Proj', normalizedName: 'new-proj' };
const context = { nowSeconds: 100, project, userId: 'u', publisher: undefined, isOpen: false };

test.each([
  ['[0, 101, 100]', []],
  ['[0, 100, 0]', ['token is expired']],
  ['[0, 200, 101]', ['token is expired']],
  ['[0, 200]', ['Not enough values']],
  ['[0, "200", 0]', ['invalid values for fields']],
  ['[1, ["new-proj"], "more"]', []],
  ['[1, ["New_Proj"]]', ["project-scoped token is not valid for project: 'New_Proj'"]],
  ['[2, ["p1"]]', []],
  ['[3, "other"]', ['current user does not match user restriction in token']],
  ['[4, "x"]', ['OIDC scoped token used outside of an OIDC identified request']],
  ['[99]', ['caveat has unknown tag: 99']],
  ['["a"]', ['caveat has unknown tag: a']],
  ['[]', ['caveat array cannot be empty']],
  ['5', ['caveat must be an array']],
  [
    '{"version": 1, "permissions": {"projects": ["other"]}}',
    ["project-scoped token is not valid for project: 'New_Proj'"],
  ],
  ['{"exp": 200, "nbf": 0}', []],
  ['nonsense', ['unknown error']],
])('the caveat %s', (caveat, expected) => {
  expect(unmetCaveats([caveat], context)).toEqual(expected);
});

test.each([
  ['', 'EOF while parsing a value at line 1 column 0'],
  ['{"token"', 'EOF while parsing an object at line 1 column 8'],
  ["{'token'", 'key must be a string at line 1 column 2'],
  ['{"token": "a",}', 'trailing comma at line 1 column 15'],
  ['{"token": "a" "b"}', 'expected `,` or `}` at line 1 column 15'],
  ['{\n"token" 1}', 'expected `:` at line 2 column 9'],
  ['{"token": "a\nb"}', 'control character (\\u0000-\\u001F) found while parsing a string at line 2 column 0'],
  ['[1', 'EOF while parsing a list at line 1 column 2'],
  ['-', 'EOF while parsing a value at line 1 column 1'],
])('the payload %j', (body, problem) => {
  expect(() => tokenInPayload(body)).toThrow(`Invalid JSON: ${problem} [type=json_invalid, `);
});

test('a payload problem never repeats a token', () => {
  try {
    tokenInPayload('{"Token": "secret"}');
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(PayloadProblem);
    expect(String(error)).not.toContain('secret');
  }
});

test.each([
  ['json', 'text/html'],
  ['application/json;q=2', 'text/html'],
  ['', undefined],
  ['application/json; charset=utf-8', undefined],
  ['application/*', 'application/json'],
  ['text/html;q=0, */*', 'application/json'],
  ['APPLICATION/JSON;q=0.5;ext=1', 'application/json'],
])('Accept: %s', (accept, expected) => {
  expect(preferredType(accept, ['text/html', 'application/json'])).toBe(expected);
});

test('the last occurrence of a field decides whether it is dropped', () => {
  const form = new FormFields([
    ['a', 'UNKNOWN'],
    ['a', 'kept'],
    ['b', 'lost'],
    ['b', ' UNKNOWN\n'],
    ['c', 'one'],
    ['c', 'x\0y'],
    ['d', 'unknown'],
  ]);
  expect([form.all('a'), form.all('b'), form.all('c'), form.all('d')]).toEqual([
    ['UNKNOWN', 'kept'],
    [],
    ['x\\x00y'],
    ['unknown'],
  ]);
  expect([form.first('a'), form.last('a')]).toEqual(['UNKNOWN', 'kept']);
});

test('names of the standard library, with the packages that modules are in', () => {
  const names = [
    'json',
    'xml-etree',
    'concurrent-futures',
    'main',
    'site',
    'test',
    'dataclasses',
    'asyncio-base-events',
  ];
  expect(names.filter((name) => !isStandardLibraryName(name))).toEqual([]);
  expect(['requests', 'aix', 'asyncio-base', 'futures', ''].filter(isStandardLibraryName)).toEqual([]);
});

test.each([
  ['MIT', true],
  ['mit OR (Apache-2.0 WITH LLVM-exception)', true],
  ['GPL-2.0+', true],
  ['LicenseRef-My.Own-1', true],
  ['LicenseRef-a+', false],
  ['MIT Apache-2.0', false],
  ['()', false],
  ['MIT AND', false],
  ['Apache-2.0 WITH MIT', false],
  ['NONE', false],
])('the license expression %s: %s', (text, expected) => {
  expect(isLicenseExpression(text)).toBe(expected);
});

test.each([
  ['a', false],
  ['a[b, c] (>=1,<2) ; python_version < "3" and (os.name == "nt" or extra == "x")', false],
  ['a @ https://x.org/a.whl', true],
  ['a @ https://x.org/a.whl ; extra == "b"', true],
  ['a>=1.*', undefined],
  ['a==1.*', false],
  ['a; nothing == "b"', undefined],
  ['a[b', undefined],
  ['a b', undefined],
  ['a; "a" not in python_version', false],
])('the requirement %s', (text, hasUrl) => {
  expect(parseRequirement(text)?.hasUrl).toBe(hasUrl);
});

test.each([
  ['>=3.8,', true],
  ['', true],
  ['3.8', false],
  ['~=3', false],
  ['>=3.8.*', false],
  ['===anything', true],
])('the specifier %s: %s', (text, expected) => {
  expect(isSpecifierSet(text)).toBe(expected);
});

test.each([
  ['a@example.org', undefined],
  ['Foo Bar', 'Foo'],
  ['a@b@c', undefined],
  ['Doe, Jane <a@example.org>', undefined],
  ['"Doe, Jane" <a@x.local>', 'a@x.local'],
  ['Jane (work) <a@example>', 'a@example'],
  ['a@example..org', 'a@example..org'],
])('the address field %s', (field, refused) => {
  expect(emailProblem(field)?.address).toBe(refused);
});

test.each([
  ['HTTPS:foo', true],
  ['https://x.org:99999', false],
  ['https://x.org:65535/a b', true],
  ['//x.org', false],
  ['git+https://x.org', false],
])('the URL %s: %s', (url, expected) => {
  expect(isAcceptedUrl(url)).toBe(expected);
});
