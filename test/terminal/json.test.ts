import { describe, expect, test } from 'vitest';
import { Secret } from '../../src/secret.ts';
import { jsonDocument } from '../../src/terminal/json.ts';
import type { Result } from '../../src/terminal/result.ts';
import { finding, results } from '../support/results.ts';

function document(result: Result, ok = true): unknown {
  return JSON.parse(jsonDocument('command', ok, result));
}

test.each(Object.values(results))('the document of every kind has version, command and verdict: $kind', (result) => {
  expect(document(result)).toMatchObject({ schema: 1, command: 'command', ok: true });
  expect(document(result, false)).toMatchObject({ ok: false });
  expect(document(result)).not.toHaveProperty('kind');
});

describe('the members', () => {
  test('of an upload: a row for each file, whatever became of it', () => {
    expect(document(results.upload, false)).toMatchInlineSnapshot(`
      {
        "command": "command",
        "files": [
          {
            "attempts": 1,
            "durationMs": 2400,
            "filename": "demo-1.0-py3-none-any.whl",
            "kind": "wheel",
            "outcome": "uploaded",
            "path": "dist/demo-1.0-py3-none-any.whl",
            "project": "demo",
            "sha256": "abababababababababababababababababababababababababababababababab",
            "sizeBytes": 12345,
            "version": "1.0",
          },
          {
            "explanation": "File already exists",
            "filename": "demo-1.0.tar.gz",
            "hint": "Raise the version.",
            "kind": "sdist",
            "outcome": "refused",
            "path": "dist/demo-1.0.tar.gz",
            "project": "demo",
            "sha256": "abababababababababababababababababababababababababababababababab",
            "sizeBytes": 999,
            "status": 400,
            "version": "1.0",
          },
        ],
        "findings": [
          {
            "code": "file-large",
            "file": "dist/demo-1.0.tar.gz",
            "hint": "Build it again.",
            "location": "PKG-INFO",
            "message": "The name is bad.",
            "severity": "warning",
            "spec": "PEP 625",
          },
        ],
        "ignored": [
          {
            "path": "dist/notes.txt",
            "reason": "unknown",
          },
        ],
        "index": {
          "title": "PyPI",
          "uploadUrl": "https://upload.pypi.org/legacy/",
        },
        "ok": false,
        "releases": [
          "https://pypi.org/project/demo/1.0/",
        ],
        "schema": 1,
      }
    `);
  });

  test('of a plan', () => {
    expect(document(results.plan)).toMatchObject({
      dryRun: true,
      index: { title: 'PyPI', uploadUrl: 'https://upload.pypi.org/legacy/' },
      credentials: 'an API token, `PYPI_TOKEN` (set in the environment)',
      files: [{ filename: 'demo-1.0-py3-none-any.whl', sha256: 'ab'.repeat(32) }, { filename: 'demo-1.0.tar.gz' }],
      totalBytes: 13_344,
      findings: [],
    });
    expect(document({ ...results.plan, credentials: undefined })).toMatchObject({ credentials: null });
  });

  test('of a check', () => {
    expect(document(results.check, false)).toMatchObject({
      strict: false,
      files: [{ path: 'dist/demo-1.0-py3-none-any.whl', findings: [{ code: 'file-large' }] }, { findings: [finding] }],
      ignored: [{ path: 'dist/notes.txt', reason: 'unknown' }],
    });
  });

  test('of an identity: claims by their names, absent ones as null', () => {
    expect(document(results.whoami)).toMatchObject({
      provider: { title: 'GitHub Actions' },
      audience: { value: 'pypi', source: 'index' },
      claims: { repository: 'octo/demo', environment: null, actor: 'octo' },
      publisher: { fields: [{ label: 'Owner', value: 'octo' }, {}] },
      problems: [{ severity: 'refused' }, { severity: 'advice' }],
    });
  });

  test('of a minted token: the token, and whole seconds', () => {
    expect(document(results['minted-token'])).toMatchObject({ token: 'api-token', expires: 1_767_226_500 });
  });

  test('of a rehearsal', () => {
    expect(document(results.rehearsal)).toMatchObject({
      files: [{ outcome: 'uploaded' }],
      installable: [{ filename: 'demo-1.0-py3-none-any.whl' }],
      projects: ['demo'],
    });
  });

  test('of a serving index', () => {
    expect(document(results.serving)).toMatchObject({
      url: 'http://127.0.0.1:1',
      environment: { GITHUB_ACTIONS: 'true' },
    });
    const environment = { PYPI_ID_TOKEN: new Secret('eyJhbGciOiJSUzI1NiJ9.e30.x') };
    expect(document({ ...results.serving, environment })).toMatchObject({
      environment: { PYPI_ID_TOKEN: 'eyJhbGciOiJSUzI1NiJ9.e30.x' },
    });
  });

  test('of a failure', () => {
    expect(document(results.failure, false)).toEqual({
      schema: 1,
      command: 'command',
      ok: false,
      error: { code: 'USAGE_INVALID', message: 'That is wrong.', hint: 'Do it right.' },
    });
  });
});

test.each(['##[error]x', 'a ###[group]', '####', '##vso[x]', '\\##[x]', '::set-output::x\n::y'])(
  'no text in it can be taken for a command of a CI: %j',
  (message) => {
    const text = jsonDocument('command', false, { ...results.failure, message });
    expect(text).not.toContain('##');
    expect(text).not.toMatch(/^\s*::/m);
    expect(JSON.parse(text)).toMatchObject({ error: { message } });
  },
);
