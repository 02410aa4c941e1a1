import { describe, expect, test } from 'vitest';
import { explainRefusedMint } from '../../src/credentials/refused-mint.ts';
import { indexAtUrl, namedIndex, type PackageIndex } from '../../src/package-index/index-url.ts';
import { MintError } from '../../src/package-index/oidc.ts';
import { gitHubClaims } from '../support/identity-tokens.ts';

interface Case {
  readonly code?: string;
  readonly description?: string;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly index?: PackageIndex;
  readonly projects?: readonly string[];
}

function explain({ code = 'invalid-publisher', description = 'words', claims, index, projects }: Case): MintError {
  const error = new MintError('MINT_REFUSED', {
    message: 'PyPI did not exchange the identity token.',
    hint: 'the hint of before',
    indexCode: code,
    description,
    status: 422,
  });
  const request = { index: index ?? namedIndex('pypi'), projects: projects ?? ['demo'] };
  return explainRefusedMint(error, gitHubClaims(claims), request);
}

test('all facts stay, and the first error is the cause', () => {
  const error = explain({});
  expect(error).toMatchObject({
    code: 'MINT_REFUSED',
    message: 'PyPI did not exchange the identity token.',
    indexCode: 'invalid-publisher',
    description: 'words',
    status: 422,
    cause: { hint: 'the hint of before' },
  });
});

describe('no publisher', () => {
  test('the values to enter, and where', () => {
    expect(explain({}).hint).toMatchInlineSnapshot(`
      "PyPI knows no trusted publisher for this job. It must have exactly these values (GitHub):

          Owner             octo
          Repository name   demo
          Workflow name     release.yml
          Environment name  pypi

      Enter them here, pre-filled for a project that exists:
          https://pypi.org/manage/project/demo/settings/publishing/?provider=github&owner=octo&repository=demo&workflow_filename=release.yml&environment=pypi
      or, for a project that does not exist yet, here:
          https://pypi.org/manage/account/publishing/

      If the page shows these values already: compare letter case, the workflow’s file name (not its title), the environment,
      and whether the publisher was entered on PyPI or on TestPyPI."
    `);
  });

  test('an empty environment is to be left empty; each project has its page', () => {
    const claims = { environment: undefined };
    expect(explain({ claims, projects: ['one', 'two'], index: namedIndex('testpypi') }).hint).toMatchInlineSnapshot(`
      "TestPyPI knows no trusted publisher for this job. It must have exactly these values (GitHub):

          Owner             octo
          Repository name   demo
          Workflow name     release.yml
          Environment name  (leave empty)

      Enter them here, pre-filled for a project that exists:
          https://test.pypi.org/manage/project/one/settings/publishing/?provider=github&owner=octo&repository=demo&workflow_filename=release.yml
          https://test.pypi.org/manage/project/two/settings/publishing/?provider=github&owner=octo&repository=demo&workflow_filename=release.yml
      or, for a project that does not exist yet, here:
          https://test.pypi.org/manage/account/publishing/

      If the page shows these values already: compare letter case, the workflow’s file name (not its title), the environment,
      and whether the publisher was entered on PyPI or on TestPyPI."
    `);
  });

  test('without a known project the link has a place for it', () => {
    expect(explain({ projects: [] }).hint).toContain(
      'https://pypi.org/manage/project/PROJECT/settings/publishing/?provider=github',
    );
  });

  test('an index without known pages gets no links', () => {
    const { hint } = explain({ index: indexAtUrl('https://packages.example.org/legacy/') });
    expect(hint).toMatchInlineSnapshot(`
      "packages.example.org knows no trusted publisher for this job. It must have exactly these values (GitHub):

          Owner             octo
          Repository name   demo
          Workflow name     release.yml
          Environment name  pypi

      Enter them in the settings of the project on the index.

      If the page shows these values already: compare letter case, the workflow’s file name (not its title), the environment,
      and whether the publisher was entered on PyPI or on TestPyPI."
    `);
  });

  test('claims of an unknown issuer are not put into the words of a form', () => {
    expect(explain({ claims: { iss: 'https://other.example' } }).hint).toBe(
      'Compare the identity of this job (`pypi-oidc whoami`) with the trusted publisher on the index.',
    );
  });
});

test.each<[string, Case, string]>([
  ['spent', { code: 'invalid-reuse-token' }, 'use one uploader for each job'],
  ['unverifiable', { code: 'invalid-token' }, 'the clock of this machine may be wrong'],
  ['switched off', { code: 'not-enabled' }, 'PyPI has switched trusted publishing off'],
  ['project exists', { code: 'invalid-pending-publisher' }, 'add this job’s trusted publisher in the settings'],
  [
    'unknown issuer',
    { code: 'invalid-payload', description: 'unknown trusted publishing issuer', claims: { iss: 'https://x.example' } },
    'The index does not know the issuer https://x.example',
  ],
  ['payload', { code: 'invalid-payload', description: 'malformed JWT' }, 'the hint of before'],
  ['a later code', { code: 'some-later-code' }, 'the hint of before'],
])('%s', (_, input, text) => {
  expect(explain(input).hint).toContain(text);
});
