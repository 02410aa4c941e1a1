/** Lookup and checks of claims, in the cases that no recorded answer in the project shows. */

import { describe, expect, test } from 'vitest';
import { type Claims, matchPublisher } from '../../src/local-index/publisher-matching.ts';
import { completePublishers, type ProviderName, type Publisher } from '../../src/local-index/publishers.ts';

const gitHub: Publisher = {
  provider: 'github',
  owner: 'octo',
  owner_id: '4242',
  repository: 'demo',
  workflow_filename: 'release.yml',
};
const gitLab: Publisher = {
  provider: 'gitlab',
  namespace: 'grp/sub',
  project: 'demo',
  workflow_filepath: '.gitlab-ci.yml',
};
const google: Publisher = { provider: 'google', email: 'a@example.org' };
const activeState: Publisher = { provider: 'activestate', organization: 'acme', project: 'widget', actor_id: '7' };
const publishers: Record<ProviderName, Publisher> = {
  github: gitHub,
  gitlab: gitLab,
  google,
  activestate: activeState,
};
const good: Record<ProviderName, Claims> = {
  github: {
    iss: 'https://token.actions.githubusercontent.com',
    repository: 'octo/demo',
    repository_owner: 'octo',
    repository_owner_id: '4242',
    job_workflow_ref: 'octo/demo/.github/workflows/release.yml@refs/heads/main',
    ref: 'refs/heads/main',
    sha: 'bbbb',
    jti: 'one',
    event_name: 'push',
  },
  gitlab: {
    iss: 'https://gitlab.com',
    project_path: 'grp/sub/demo',
    sub: 'project_path:grp/sub/demo:ref_type:branch',
    ci_config_ref_uri: 'gitlab.com/grp/sub/demo//.gitlab-ci.yml@refs/heads/main',
    ref_path: 'refs/heads/main',
    sha: 'bbbb',
    jti: 'one',
  },
  google: { iss: 'https://accounts.google.com', email: 'a@example.org', email_verified: true },
  activestate: {
    iss: 'https://platform.activestate.com/api/v1/oauth/oidc',
    sub: 'org:acme:project:widget',
    organization: 'acme',
    project: 'widget',
    actor_id: '7',
    builder: 'pypi-publisher',
  },
};

function outcome(provider: ProviderName, changes: Claims, publisher: object = {}, isUsed = false): string {
  const candidates = completePublishers([{ ...publishers[provider], ...publisher }]);
  try {
    matchPublisher(provider, { ...good[provider], ...changes }, candidates, () => {
      if (isUsed) {
        throw new Error('already used');
      }
    });
    return 'matches';
  } catch (error) {
    return error instanceof Error ? `${error.name === 'ServerCrash' ? 'crash' : error.message}` : '';
  }
}

const required: Record<ProviderName, string[]> = {
  github: [
    'repository',
    'repository_owner',
    'repository_owner_id',
    'job_workflow_ref',
    'ref',
    'sha',
    'jti',
    'event_name',
  ],
  gitlab: ['project_path', 'sub', 'ci_config_ref_uri', 'ref_path', 'sha', 'jti'],
  google: ['email', 'email_verified'],
  activestate: ['sub', 'organization', 'project', 'actor_id', 'builder'],
};

describe.each(Object.keys(required) as ProviderName[])('required claims of %s', (provider) => {
  test('match as they are', () => {
    expect(outcome(provider, {})).toBe('matches');
  });

  test.each(required[provider].flatMap((name) => [[name, undefined] as const, [name, null] as const]))(
    '%s may not be %s',
    (name, value) => {
      expect(outcome(provider, { [name]: value })).toBe(`Missing claim '${name}'`);
    },
  );
});

const notFound = 'Publisher with matching claims was not found';
const reference = 'octo/demo/.github/workflows/release.yml';

test.each([
  ['github', { repository: 5 }, 'crash'],
  ['github', { repository: '' }, 'crash'],
  ['github', { repository_owner: 5 }, 'crash'],
  ['github', { repository_owner_id: 4242 }, 'crash'],
  [
    'github',
    { repository_owner_id: 4242, job_workflow_ref: 'x' },
    'Could not job extract workflow filename from OIDC claims',
  ],
  ['github', { job_workflow_ref: '' }, 'Could not job extract workflow filename from OIDC claims'],
  ['github', { ref: '', sha: '' }, 'The ref and sha claims are empty'],
  ['github', { ref: '', sha: 5, job_workflow_ref: `${reference}@5` }, 'matches'],
  ['github', { ref: 'refs/heads/main', sha: '' }, 'matches'],
  [
    'github',
    { ref: 'x', sha: 'x' },
    `The job_workflow_ref claim does not match, expecting one of ['${reference}@x'], got '${reference}@refs/heads/main'`,
  ],
  [
    'github',
    { ref: 'a', sha: 'B' },
    `The job_workflow_ref claim does not match, expecting one of ['${reference}@B', '${reference}@a'], got '${reference}@refs/heads/main'`,
  ],
  ['github', { environment: 5 }, 'crash'],
  ['github', { environment: 5, repository: 'octo/other' }, notFound],
  ['github', { environment: 0 }, 'matches'],
  ['github', { event_name: 5 }, 'matches'],
  ['gitlab', { project_path: 'GRP/sub/Demo', sub: 'PROJECT_PATH:grp/SUB/demo' }, 'matches'],
  ['gitlab', { project_path: 'demo' }, 'crash'],
  ['gitlab', { sub: '' }, "Check failed for required claim 'sub'"],
  ['gitlab', { sub: 'project_path' }, "Check failed for required claim 'sub'"],
  ['gitlab', { sub: 'project_path:grp/sub/demo' }, 'matches'],
  ['gitlab', { ref_path: '' }, 'The ref_path and sha claims are empty'],
  [
    'gitlab',
    { ci_config_ref_uri: 'gitlab.com/grp/sub/demo//ci/.yml@x' },
    'Could not extract workflow filename from OIDC claims',
  ],
  ['gitlab', { environment: 5 }, 'matches'],
  ['google', { email: 5 }, 'crash'],
  ['google', { email: 'A@example.org' }, notFound],
  ['google', { email_verified: false }, "Check failed for required claim 'email_verified'"],
  ['google', { email_verified: 'true' }, "Check failed for required claim 'email_verified'"],
  ['activestate', { actor_id: 7 }, 'crash'],
  ['activestate', { builder: 'PyPI-publisher' }, "Check failed for required claim 'builder'"],
  ['activestate', { sub: 'org:acme:project:other' }, "Invalid 'subject' claim"],
] as const)('%s, %j: %s', (provider, changes, expected) => {
  expect(outcome(provider, changes)).toBe(expected);
});

test('a used token is noticed between the reference and the event', () => {
  expect(outcome('github', { event_name: 'pull_request_target' }, {}, true)).toBe('already used');
  expect(outcome('github', { ref: 'x', sha: 'y' }, {}, true)).toContain('does not match');
  expect(outcome('gitlab', {}, {}, true)).toBe('already used');
  expect(outcome('google', {}, {}, true)).toBe('matches');
});

test('an environment is compared without letter case on GitHub, with it on GitLab', () => {
  expect(outcome('github', { environment: 'PyPI' }, { environment: 'pypi' })).toBe('matches');
  expect(outcome('gitlab', { environment: 'PyPI' }, { environment: 'pypi' })).toBe(notFound);
  expect(outcome('github', {}, { environment: 'pypi' })).toBe(notFound);
});
