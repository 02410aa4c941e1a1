/** Entering trusted publishers on the pages: forms, what is refused, and that the next exchange goes by it. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Publisher } from '../../src/local-index/publishers.ts';
import { type LocalIndex, startLocalIndex } from '../../src/local-index/server.ts';
import { Clock, identityToken, mint, sdist, testIndex, upload } from './support.ts';

const somebodyElse = { provider: 'google', email: 'somebody@example.org', projects: ['alpha'] } satisfies Publisher;
const alphaPage = '/manage/project/alpha/settings/publishing/';
const accountPage = '/manage/account/publishing/';

const providers = {
  github: { owner: 'octo', repository: 'demo', workflow_filename: 'release.yml', environment: 'pypi' },
  gitlab: {
    namespace: 'group/subgroup',
    project: 'demo',
    workflow_filepath: '.gitlab-ci.yml',
    environment: 'Production',
    issuer_url: 'https://gitlab.com',
  },
  google: { email: 'publisher@demo.iam.gserviceaccount.com', sub: '104242424242424242424' },
  activestate: { organization: 'octo', project: 'demo', actor: 'octocat' },
} as const;
type Provider = keyof typeof providers;
const providerNames = Object.keys(providers) as Provider[];

/** An identity token of a job that fits the entries above. */
async function fittingIdentity(index: LocalIndex, provider: Provider): Promise<string> {
  switch (provider) {
    case 'github':
      return await identityToken(index.gitHubEnvironment({ environment: 'pypi', ownerId: '31337' }));
    case 'gitlab':
      return await index.identityToken('gitlab', { namespace: 'group/subgroup', environment: 'Production' });
    case 'google':
      return await index.identityToken('google', { email: providers.google.email });
    case 'activestate':
      return await index.identityToken('activestate', { actorId: '00000000-1111-8000-8000-000000000000' });
    default:
      return provider satisfies never;
  }
}

async function get(index: LocalIndex, path: string): Promise<string> {
  return await (await fetch(index.url + path)).text();
}

function formToken(page: string): string {
  return /name="form_token" value="([^"]+)"/.exec(page)?.[1] ?? '';
}

/** Submit a form as a browser does, with the token of the page. */
async function submit(
  index: LocalIndex,
  path: string,
  entries: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = { origin: index.url, 'sec-fetch-site': 'same-origin' },
): Promise<{ readonly status: number; readonly location: string | null; readonly text: string }> {
  const token = formToken(await get(index, path));
  const body = new URLSearchParams({ form_token: token, ...entries });
  const response = await fetch(index.url + path, { method: 'POST', redirect: 'manual', headers, body });
  return { status: response.status, location: response.headers.get('location'), text: await response.text() };
}

/** The form of a provider on a page. */
function formOf(page: string, provider: Provider): string {
  const start = page.indexOf(`name="provider" value="${provider}"`);
  return page.slice(page.lastIndexOf('<details', start), page.indexOf('</form>', start));
}

function enteredValue(form: string, provider: Provider, field: string): string | undefined {
  const selected = new RegExp(`id="${provider}-${field}"[^>]*>.*?<option selected>([^<]*)<`).exec(form)?.[1];
  return selected ?? new RegExp(`id="${provider}-${field}"[^>]* value="([^"]*)"`).exec(form)?.[1];
}

describe.for(providerNames)('%s', (provider) => {
  const entries: Readonly<Record<string, string>> = providers[provider];

  test('has its form filled from the address', async () => {
    const { index } = await testIndex({ publishers: [somebodyElse] });
    const page = await get(index, `${alphaPage}?${new URLSearchParams({ provider, ...entries })}`);
    const form = formOf(page, provider);
    expect(form).toContain(' open>');
    for (const [field, value] of Object.entries(entries)) {
      expect([field, enteredValue(form, provider, field)]).toEqual([field, value]);
    }
    for (const other of providerNames.filter((name) => name !== provider)) {
      expect(formOf(page, other)).not.toContain(' open>');
    }
  });

  test('is added by its form, and the next exchange succeeds', async () => {
    const { index } = await testIndex({ publishers: [somebodyElse] });
    const refused = await mint(index, await fittingIdentity(index, provider));
    expect(refused.body.errors?.[0]?.code).toBe('invalid-publisher');
    const answer = await submit(index, alphaPage, { provider, ...entries });
    expect([answer.status, answer.location]).toEqual([303, alphaPage]);
    const page = await get(index, alphaPage);
    expect(page).toContain('Run the job again.');
    expect(await get(index, alphaPage)).not.toContain('Run the job again.');
    const { body } = await mint(index, await fittingIdentity(index, provider));
    expect((await upload(index, body.token ?? '', sdist('alpha', '1.0'))).status).toBe(200);
  });

  test('can wait for a new project', async () => {
    const { index } = await testIndex({ publishers: [] });
    await mint(index, await fittingIdentity(index, provider));
    const answer = await submit(index, accountPage, { provider, project_name: 'New_Project', ...entries });
    expect([answer.status, answer.location]).toEqual([303, accountPage]);
    expect(await get(index, accountPage)).toContain('<strong>New_Project: ');
    const { body } = await mint(index, await fittingIdentity(index, provider));
    expect((await upload(index, body.token ?? '', sdist('new-project', '1.0'))).status).toBe(200);
    expect(index.control.pendingCount()).toBe(0);
    expect(await get(index, '/manage/project/new-project/settings/publishing/')).toContain('>Remove<');
  });

  test('can be removed again', async () => {
    const { index } = await testIndex({ publishers: [somebodyElse] });
    await mint(index, await fittingIdentity(index, provider));
    await submit(index, alphaPage, { provider, ...entries });
    const references = [...(await get(index, alphaPage)).matchAll(/name="remove" value="([^"]+)"/g)];
    expect(references.length).toBe(2);
    const answer = await submit(index, alphaPage, { remove: references[1]?.[1] ?? '' });
    expect(answer.status).toBe(303);
    const { body } = await mint(index, await fittingIdentity(index, provider));
    expect(body.errors?.[0]?.code).toBe('invalid-publisher');
  });
});

const bad: readonly (readonly [Provider, string, string, string])[] = [
  ['github', 'owner', '', 'Owner is required'],
  ['github', 'owner', '-octo', 'letter or digit first'],
  ['github', 'owner', 'octo/demo', 'letters, digits and hyphens'],
  ['github', 'repository', 'octo/demo', 'without the owner'],
  ['github', 'workflow_filename', '.github/workflows/release.yml', 'without directories'],
  ['github', 'workflow_filename', 'release', '.yml or .yaml'],
  ['github', 'environment', 'x'.repeat(256), 'at most 255 characters'],
  ['github', 'environment', ' pypi', 'spaces at the beginning'],
  ['github', 'environment', 'a;b', 'Leave out control characters'],
  ['github', 'environment', 'a\u0007b', 'Leave out control characters'],
  ['gitlab', 'namespace', 'a__b', 'side by side'],
  ['gitlab', 'namespace', '/group', 'Begin and end'],
  ['gitlab', 'namespace', 'gr oup', 'letters, digits'],
  ['gitlab', 'project', 'demo.git', '.git or .atom'],
  ['gitlab', 'project', 'group/demo', 'letters, digits'],
  ['gitlab', 'workflow_filepath', '/ci.yml', 'without a slash'],
  ['gitlab', 'workflow_filepath', 'ci.txt', '.yml or .yaml'],
  ['gitlab', 'environment', 'prod!', 'letters, digits, spaces'],
  ['gitlab', 'issuer_url', 'https://gitlab.example.org', 'one of the instances'],
  ['google', 'email', 'nobody', 'email address'],
  ['activestate', 'organization', 'ab', '3 to 40'],
  ['activestate', 'project', 'a--b', 'two hyphens'],
  ['activestate', 'actor', '-octocat', 'two hyphens'],
];

test.for(bad)('%s: %s must not be "%s"', async ([provider, field, value, message]) => {
  const { index } = await testIndex({ publishers: [somebodyElse] });
  const answer = await submit(index, alphaPage, { provider, ...providers[provider], [field]: value });
  // As on PyPI, where a form that is shown again is no error of the request.
  expect(answer.status).toBe(200);
  const form = formOf(answer.text, provider);
  const error = new RegExp(`id="${provider}-${field}-error">([^<]*)<`).exec(form)?.[1];
  expect(error).toContain(message);
  expect(form).toMatch(new RegExp(`id="${provider}-${field}"[^>]*${provider}-${field}-error" aria-invalid="true"`));
  expect(form.match(/class="error"/g)?.length).toBe(1);
  expect(await get(index, alphaPage)).not.toMatch(/Remove [^G]|Remove Go[^o]/);
  expect([...(await get(index, alphaPage)).matchAll(/name="remove"/g)].length).toBe(1);
});

describe('pending publishers', () => {
  const first = { provider: 'github', ...providers.github };

  test('take nothing from the address', async () => {
    const { index } = await testIndex();
    const page = await get(
      index,
      `${accountPage}?${new URLSearchParams({ ...first, provider: 'gitlab', owner: 'mallory' })}`,
    );
    expect(page).not.toContain('mallory');
    expect(formOf(page, 'github')).toContain(' open>');
  });

  test.for([
    ['alpha', 'too similar to an existing project'],
    ['4lpha', undefined],
    ['os', 'Python Standard Library'],
    ['-x', 'letter or digit at both ends'],
    ['', 'is required'],
  ] as const)('for the name "%s": %s', async ([name, problem]) => {
    const { index } = await testIndex();
    const answer = await submit(index, accountPage, { ...first, project_name: name });
    const error = /id="github-project_name-error">([^<]*)</.exec(answer.text)?.[1];
    expect(answer.status).toBe(problem === undefined ? 303 : 200);
    problem === undefined ? expect(error).toBeUndefined() : expect(error).toContain(problem);
  });

  test('are for one project each, and three in all', async () => {
    const { index } = await testIndex();
    expect((await submit(index, accountPage, { ...first, project_name: 'one' })).status).toBe(303);
    const same = await submit(index, accountPage, { ...first, project_name: 'two' });
    expect([same.status, same.text.includes('is pending for one already')]).toEqual([200, true]);
    for (const name of ['two', 'three']) {
      expect((await submit(index, accountPage, { ...first, environment: name, project_name: name })).status).toBe(303);
    }
    const fourth = await submit(index, accountPage, { ...first, environment: 'four', project_name: 'four' });
    expect([fourth.status, fourth.text.includes('3 pending publishers at a time')]).toEqual([200, true]);
    const reference = /name="remove" value="([^"]+)"/.exec(await get(index, accountPage))?.[1] ?? '';
    expect((await submit(index, accountPage, { remove: reference })).status).toBe(303);
    expect(index.control.pendingCount()).toBe(2);
  });
});

test('a second project shares the publisher: one token serves both', async () => {
  const { index } = await testIndex({ publishers: [{ ...somebodyElse, projects: ['alpha', 'beta'] }] });
  const form = { provider: 'github', ...providers.github };
  await submit(index, alphaPage, { ...form, owner: 'OCTO', environment: 'PyPI' });
  await mint(index, await identityToken(index.gitHubEnvironment({ environment: 'pypi' })));
  const again = await submit(index, alphaPage, form);
  expect(again.status).toBe(303);
  await submit(index, '/manage/project/Beta/settings/publishing/', form);
  const { body } = await mint(index, await identityToken(index.gitHubEnvironment({ environment: 'PYPI' })));
  expect((await upload(index, body.token ?? '', sdist('alpha', '1.0'))).status).toBe(200);
  expect((await upload(index, body.token ?? '', sdist('beta', '1.0'))).status).toBe(200);
  const twice = await submit(index, alphaPage, form);
  expect([twice.status, twice.text.includes('is a publisher of this project already')]).toEqual([200, true]);
});

describe('forms from elsewhere are refused', () => {
  const form = { provider: 'github', ...providers.github };
  const foreign = 'https://pages.example';

  test.for([
    ['another origin', { origin: foreign }, {}],
    ['a page without origin', { origin: 'null' }, {}],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }, {}],
    ['what the browser calls cross-site', { 'sec-fetch-site': 'cross-site' }, {}],
    ['what the browser calls same-site', { 'sec-fetch-site': 'same-site' }, {}],
    ['without the token of the page', {}, { form_token: '' }],
    ['with another token', {}, { form_token: 'x'.repeat(43) }],
    ['as plain text', { 'content-type': 'text/plain' }, {}],
  ] as const)('%s', async ([, headers, changes]) => {
    const { index } = await testIndex({ publishers: [somebodyElse] });
    const sent: Record<string, string> = { ...headers };
    const { status, text } = await submit(index, alphaPage, { ...form, ...changes }, sent);
    expect(status).toBe(403);
    expect(text).toContain('Nothing was changed');
    expect([...(await get(index, alphaPage)).matchAll(/name="remove"/g)].length).toBe(1);
  });

  test('and so is the form of an earlier run', async () => {
    const { index } = await testIndex({ publishers: [somebodyElse] });
    const { index: other } = await testIndex({ publishers: [somebodyElse] });
    const token = formToken(await get(other, alphaPage));
    expect((await submit(index, alphaPage, { ...form, form_token: token }, {})).status).toBe(403);
  });
});

test('what was entered survives a restart in a kept folder', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'pypi-oidc-test-'));
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true });
  });
  const options = { now: new Clock().now, directory, publishers: [somebodyElse] };
  const first = await startLocalIndex(options);
  await submit(first, alphaPage, { provider: 'github', ...providers.github });
  await submit(first, accountPage, { provider: 'gitlab', ...providers.gitlab, project_name: 'one' });
  await submit(first, accountPage, { provider: 'google', email: 'a@example.org', sub: '', project_name: 'two' });
  await mint(first, await first.identityToken('google', { email: 'a@example.org' }));
  await first.close();
  const second = await startLocalIndex(options);
  onTestFinished(async () => {
    await second.close();
  });
  expect(second.control.pendingCount()).toBe(1);
  expect(second.control.projectNames()).toEqual(['alpha', 'two']);
  const page = await get(second, alphaPage);
  expect(page).toContain('GitHub octo/demo');
  expect(await get(second, '/manage/project/two/settings/publishing/')).toContain('Google a@example.org');
});
