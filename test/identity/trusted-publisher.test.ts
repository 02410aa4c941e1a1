import { describe, expect, test } from 'vitest';
import { expectedPublisher, identityProblems, matchedClaims } from '../../src/identity/trusted-publisher.ts';
import { gitHubClaims } from '../support/identity-tokens.ts';

type Changes = Readonly<Record<string, unknown>>;

function form(changes: Changes = {}): Record<string, string> {
  const publisher = expectedPublisher(gitHubClaims(changes));
  return Object.fromEntries(publisher?.fields.map(({ field, value }) => [field, value]) ?? []);
}

function problems(changes: Changes = {}): readonly string[] {
  return identityProblems(gitHubClaims(changes)).map(({ severity, kind }) => `${severity}: ${kind}`);
}

describe('the publisher that matches', () => {
  test('has the labels and fields of the form on PyPI', () => {
    expect(expectedPublisher(gitHubClaims())).toEqual({
      provider: 'github',
      title: 'GitHub',
      fields: [
        { label: 'Owner', field: 'owner', value: 'octo', from: ['repository', 'repository_owner'] },
        { label: 'Repository name', field: 'repository', value: 'demo', from: ['repository'] },
        { label: 'Workflow name', field: 'workflow_filename', value: 'release.yml', from: ['job_workflow_ref'] },
        { label: 'Environment name', field: 'environment', value: 'pypi', from: ['environment'] },
      ],
    });
  });

  test.each<[Changes, Changes]>([
    [{ repository: 'Octo-Org/De.Mo_x' }, { owner: 'Octo-Org', repository: 'De.Mo_x' }],
    [{ repository: undefined }, { owner: '', repository: '' }],
    [{ environment: 'PyPI Release' }, { environment: 'pypi release' }],
    [{ environment: undefined }, { environment: '' }],
    [{ environment: '' }, { environment: '' }],
    [{ job_workflow_ref: 'octo/demo/.github/workflows/a.yaml@refs/heads/main' }, { workflow_filename: 'a.yaml' }],
    [{ job_workflow_ref: 'octo/demo/.github/workflows/a.yml@refs/heads/b.yml@c' }, { workflow_filename: 'a.yml' }],
    [{ job_workflow_ref: 'octo/demo/.github/workflows/a.b.yml@c0ffee' }, { workflow_filename: 'a.b.yml' }],
    [{ job_workflow_ref: 'other/shared/.github/workflows/pub.yml@v1' }, { workflow_filename: 'pub.yml' }],
    [{ job_workflow_ref: 'octo/demo/.github/workflows/a.toml@x' }, { workflow_filename: '' }],
    [{ job_workflow_ref: undefined }, { workflow_filename: '' }],
  ])('from %j has %j', (changes, wanted) => {
    expect(form(changes)).toMatchObject(wanted);
  });

  test.each([
    'https://gitlab.com',
    'https://github.example.com/_services/token',
    'https://token.actions.githubusercontent.com/',
  ])('is unknown for the issuer %s', (iss) => {
    expect(expectedPublisher(gitHubClaims({ iss }))).toBeUndefined();
    expect(matchedClaims(gitHubClaims({ iss }))).toEqual(['sub']);
  });

  test('is matched on these claims', () => {
    expect(matchedClaims(gitHubClaims())).toEqual([
      'repository',
      'repository_owner',
      'repository_owner_id',
      'job_workflow_ref',
      'environment',
      'event_name',
      'ref',
      'sha',
    ]);
  });
});

describe('what PyPI will say to it', () => {
  test.each<[string, Changes, readonly string[]]>([
    ['a push in an environment', {}, []],
    ['a push in no environment', { environment: undefined }, ['advice: no-environment']],
    ['a release', { event_name: 'release' }, []],
    ['a pull request of the repository itself', { event_name: 'pull_request' }, []],
    ['pull_request_target', { event_name: 'pull_request_target' }, ['refused: pull-request-target']],
    ['an event whose name only looks like it', { event_name: 'PULL_REQUEST_TARGET' }, []],
    ['another issuer', { iss: 'https://github.example.com/_services/token' }, ['refused: issuer-unknown']],
    ['a missing claim', { repository_owner_id: undefined }, ['refused: claims-incomplete']],
    ['a claim of another type', { repository_owner_id: 123 }, ['refused: claims-incomplete']],
    ['no jti', { jti: undefined }, ['refused: claims-incomplete']],
    [
      'several things at once',
      { event_name: 'pull_request_target', environment: undefined, jti: undefined },
      ['refused: claims-incomplete', 'refused: pull-request-target', 'advice: no-environment'],
    ],
  ])('%s', (_, changes, wanted) => {
    expect(problems(changes)).toEqual(wanted);
  });

  test('names the claims that are missing', () => {
    expect(identityProblems(gitHubClaims({ jti: undefined, repository: undefined }))).toMatchObject([
      { message: 'The identity token lacks claims that PyPI requires: repository, jti.' },
    ]);
  });

  describe('of a called workflow', () => {
    const workflow = 'octo/demo/.github/workflows';
    test.each([
      ['same repository, same ref', `${workflow}/called.yml@refs/tags/v1`, 'advice: reusable-workflow'],
      ['same repository, at the commit of the run', `${workflow}/called.yml@c0ffee`, 'advice: reusable-workflow'],
      [
        'same repository, pinned to another ref',
        `${workflow}/called.yml@refs/heads/main`,
        'refused: reusable-workflow',
      ],
      ['other repository', 'octo/shared/.github/workflows/called.yml@refs/tags/v1', 'refused: reusable-workflow'],
      [
        'a repository whose name begins alike',
        'octo/demo2/.github/workflows/called.yml@refs/tags/v1',
        'refused: reusable-workflow',
      ],
    ])('%s', (_, reference, wanted) => {
      expect(problems({ job_workflow_ref: reference })).toEqual([wanted]);
    });

    test('it says which file counts', () => {
      const [works] = identityProblems(gitHubClaims({ job_workflow_ref: `${workflow}/called.yml@refs/tags/v1` }));
      expect(works?.message).toBe(
        'The job comes from a called workflow: PyPI matches `called.yml`, not `release.yml`.',
      );
      const [refused] = identityProblems(gitHubClaims({ job_workflow_ref: 'octo/shared/w/called.yml@v1' }));
      expect(refused).toMatchObject({
        message:
          'PyPI does not support reusable workflows: the job comes from `octo/shared/w/called.yml@v1`, called by `octo/demo/.github/workflows/release.yml@refs/tags/v1`.',
        hint: expect.stringContaining('top-level workflow file'),
      });
    });

    test('nothing is said when the token does not name the caller', () => {
      expect(problems({ workflow_ref: undefined })).toEqual([]);
    });
  });
});
