import { describe, expect, test } from 'vitest';
import { LocalIndexError } from '../../src/local-index/local-index-error.ts';
import { parsePublishers } from '../../src/local-index/publishers.ts';

describe('a publishers file', () => {
  test("lists publishers of every provider; what may be left out has PyPI's default", () => {
    const text = JSON.stringify([
      {
        provider: 'github',
        owner: 'octo',
        owner_id: '4242',
        repository: 'demo',
        workflow_filename: 'release.yml',
        projects: ['alpha'],
        pending: ['new-project'],
      },
      { provider: 'gitlab', namespace: 'grp/sub', project: 'demo', workflow_filepath: '.gitlab-ci.yml' },
      { provider: 'google', email: 'svc@example.iam.gserviceaccount.com' },
      { provider: 'activestate', organization: 'acme', project: 'widget', actor_id: '7' },
    ]);
    expect(parsePublishers(text)).toMatchObject([
      { provider: 'github', environment: '', projects: ['alpha'], pending: ['new-project'] },
      { provider: 'gitlab', issuer_url: 'https://gitlab.com', environment: '', projects: [] },
      { provider: 'google', sub: '' },
      { provider: 'activestate', actor: '' },
    ]);
  });

  const github = { provider: 'github', owner: 'octo', repository: 'demo', workflow_filename: 'release.yml' };
  test.each([
    ['text that is no JSON', '[', 'not JSON'],
    ['an object', '{}', 'not a JSON array'],
    ['an unknown provider', JSON.stringify([{ provider: 'jenkins' }]), 'entry 1, provider'],
    ['a missing field', JSON.stringify([github, { ...github, owner: undefined }]), 'entry 2, owner'],
    [
      'a workflow with a folder',
      JSON.stringify([{ ...github, workflow_filename: 'a/b.yml' }]),
      'entry 1, workflow_filename',
    ],
    ['a misspelt field', JSON.stringify([{ ...github, enviroment: 'pypi' }]), 'enviroment'],
    ['a project name PyPI refuses', JSON.stringify([{ ...github, projects: ['-x'] }]), 'entry 1, projects, 0'],
    ['two pending projects', JSON.stringify([{ ...github, pending: ['a', 'b'] }]), 'entry 1, pending'],
  ])('is refused with its place: %s', (_name, text, place) => {
    try {
      parsePublishers(text, 'publishers.json');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(LocalIndexError);
      expect(error).toMatchObject({ code: 'LOCAL_INDEX_FAILED' });
      expect(String(error)).toContain('publishers.json');
      expect(String(error)).toContain(place);
    }
  });
});
