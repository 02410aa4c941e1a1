import { describe, expect, test } from 'vitest';
import type { UploadAnswer } from '../../src/package-index/legacy-upload.ts';
import { explainRefusal, type RefusalKind } from '../../src/package-index/refusal.ts';

type Refused = Extract<UploadAnswer, { kind: 'refused' }>;

function kindOf(status: number, explanation: string, more: Partial<Refused> = {}): RefusalKind {
  return explainRefusal({ kind: 'refused', status, explanation, foreign: undefined, headers: {}, ...more }).kind;
}

function hintOf(status: number, more: Partial<Refused>): string {
  return explainRefusal({ kind: 'refused', status, explanation: '', foreign: undefined, headers: {}, ...more }).hint;
}

describe('what PyPI says', () => {
  test.each<[number, string, RefusalKind]>([
    [403, 'Invalid API Token: token is expired', 'token-expired'],
    [403, 'Invalid API Token: token is expired, token is expired', 'token-expired'],
    [403, 'Invalid API Token: signatures do not match', 'token-invalid'],
    [403, 'Invalid or non-existent authentication information. See https://pypi.org/help/', 'token-invalid'],
    [
      403,
      "Invalid API Token: OIDC scoped token is not valid for project 'demo', project-scoped token is not valid for project: 'demo'",
      'token-for-other-project',
    ],
    [403, "Invalid API Token: project-scoped token is not valid for project: 'demo'", 'token-for-other-project'],
    [403, "The given token isn't allowed to upload to project 'demo'", 'permission-denied'],
    [403, "The user 'octo' isn't allowed to upload to project 'demo'. See https://pypi.org/help/", 'permission-denied'],
    [403, 'Read-only mode: Uploads are temporarily disabled.', 'read-only'],
    [403, 'New uploads are temporarily disabled. See https://pypi.org/help/', 'read-only'],
    [403, 'Username/Password authentication is no longer supported. Migrate to API Tokens', 'permission-denied'],
    [403, 'Forbidden', 'permission-denied'],
    [403, '', 'permission-denied'],
    [400, 'Non-user identities cannot create new projects. This was probably caused by', 'project-missing'],
    [400, 'File already exists (demo-1.0.tar.gz, with blake2_256 hash aa). See https://pypi.org/help/', 'file-exists'],
    [400, 'This filename was previously used by a file that has since been deleted.', 'name-used-before'],
    [400, 'This filename was previously used', 'name-used-before'],
    [400, 'Uploading new files to releases older than 14 days is not allowed.', 'release-too-old'],
    [400, 'Only one sdist may be uploaded per release.', 'second-sdist'],
    [400, 'File too large. Limit for project demo is 100 MB.', 'too-large'],
    [400, 'Project size too large. Limit for project demo total size is 10 GB.', 'too-large'],
    [400, 'Invalid distribution file. ZIP archive not accepted', 'other'],
    [400, '', 'other'],
    [409, 'conflict', 'other'],
    [413, 'Request Entity Too Large', 'too-large'],
    [413, '', 'too-large'],
    [429, 'Too many new projects created', 'rate-limited'],
    [429, '', 'rate-limited'],
    [401, 'whatever', 'token-invalid'],
    [404, '', 'not-the-upload-api'],
    [405, '', 'not-the-upload-api'],
    [410, '', 'not-the-upload-api'],
    [500, 'Internal Server Error', 'server-fault'],
    [503, '', 'server-fault'],
  ])('%i %s → %s', (status, explanation, kind) => {
    expect(kindOf(status, explanation)).toBe(kind);
  });

  test('counts with its own status only', () => {
    expect(kindOf(400, 'Invalid API Token: token is expired')).toBe('other');
    expect(kindOf(500, 'File already exists')).toBe('server-fault');
  });

  test('may come as a page', () => {
    expect(kindOf(403, 'Invalid API Token: token is expired', { foreign: 'html' })).toBe('token-expired');
    expect(kindOf(503, 'Service Unavailable', { foreign: 'html' })).toBe('server-fault');
  });
});

describe('what does not come from an upload API', () => {
  test.each<[number, Refused['foreign']]>([
    [200, 'html'],
    [400, 'html'],
    [302, 'redirect'],
    [304, 'redirect'],
    [600, 'unexpected-body'],
  ])('%i, %s', (status, foreign) => {
    const kind = kindOf(status, 'Sign in', { foreign });
    expect(kind).toBe('not-the-upload-api');
  });

  test('a redirect names the host it leads to, not the rest of the address', () => {
    const headers = { location: 'https://login.example/sso?ticket=abc' };
    const hint = hintOf(302, { foreign: 'redirect', headers });
    expect(hint).toBe('Credentials are never sent on after a redirect (to login.example): correct `--repository-url`.');
  });

  test.each([301, 308])('%i within the host is often a missing slash', (status) => {
    expect(hintOf(status, { foreign: 'redirect', headers: { location: '/legacy/' } })).toBe(
      'Credentials are never sent on after a redirect (to another path): correct `--repository-url`, often by a slash at its end.',
    );
  });

  test('a redirect to nowhere', () => {
    expect(hintOf(302, { foreign: 'redirect' })).toBe(
      'Credentials are never sent on after a redirect: correct `--repository-url`.',
    );
  });
});

test('every refusal ends in a next step', () => {
  for (const status of [200, 302, 400, 401, 403, 404, 409, 413, 418, 429, 500, 600]) {
    expect(hintOf(status, {})).toMatch(/\S.{20,}/);
  }
});
