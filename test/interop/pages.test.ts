/**
 * The pages of the embedded index in a real browser, with scripts switched off, on a wide and on a narrow screen: from
 * a refused exchange over the form to an upload, as a maintainer does it on PyPI.
 */

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { writeSampleDistributions } from '../../src/distributions/sample.ts';
import { type LocalIndex, startLocalIndex } from '../../src/local-index/server.ts';
import { startChromium } from '../support/chromium.ts';
import { cleanEnvironment, runProgram } from './program.ts';

const mintRefused = 4;
const job = { repository: 'octo/demo', workflowFilename: 'release.yml', environment: 'pypi' } as const;
const somebodyElse = { provider: 'google', email: 'somebody@example.org', projects: ['demo'] } as const;

let browser: Browser;
let folder: string;

beforeAll(async () => {
  browser = await startChromium();
  folder = await mkdtemp(join(tmpdir(), 'pypi-oidc-pages-'));
});

afterAll(async () => {
  await browser?.close();
  if (folder !== undefined) await rm(folder, { recursive: true, force: true });
});

async function startIndex(): Promise<LocalIndex> {
  const publishers = [{ ...somebodyElse, projects: [...somebodyElse.projects] }];
  const index = await startLocalIndex({ now: Date.now, publishers });
  onTestFinished(async () => {
    await index.close();
  });
  return index;
}

/** A page that fails the test for whatever the browser complains about. */
async function openPage(width: number, scheme: 'light' | 'dark' = 'light'): Promise<Page> {
  const context = await browser.newContext({
    viewport: { width, height: 850 },
    colorScheme: scheme,
    javaScriptEnabled: false,
  });
  const complaints: string[] = [];
  const page = await context.newPage();
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('requestfailed', (request) => complaints.push(`${request.method()} ${request.url()}`));
  onTestFinished(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });
  return page;
}

/** Nothing sticks out at the side, with all details opened, too. */
async function expectNoOverflow(page: Page): Promise<void> {
  const widths = await page.evaluate(`(() => {
    const measure = () => document.documentElement.scrollWidth;
    const closed = measure();
    for (const element of document.querySelectorAll('td details, th details')) element.open = true;
    return { closed, opened: measure(), screen: innerWidth };
  })()`);
  const { closed, opened, screen } = widths as { closed: number; opened: number; screen: number };
  expect([page.url(), closed <= screen, opened <= screen]).toEqual([page.url(), true, true]);
}

/** Upload a release of `demo` as the job. */
async function upload(index: LocalIndex, project: string, version: string) {
  const { wheel, sdist } = await writeSampleDistributions(await mkdtemp(join(folder, 'dist-')), {
    name: project,
    version,
  });
  return await runProgram(
    ['upload', '--repository-url', index.uploadUrl, wheel, sdist],
    cleanEnvironment(index.gitHubEnvironment(job)),
  );
}

describe.for([1280, 390])('%i pixels wide', (width) => {
  test('a refused job gets its publisher by the printed link, and then uploads', async () => {
    const index = await startIndex();
    const refused = await upload(index, 'demo', '1.0.0');
    expect(refused.exitCode, refused.stderr).toBe(mintRefused);
    const link = /^ +(https?:\/\/\S+\/settings\/publishing\/\?\S+)$/m.exec(refused.stderr)?.[1] ?? '';
    expect(link, refused.stderr).toContain(`${index.url}/manage/project/demo/settings/publishing/?provider=github&`);
    const page = await openPage(width);
    await page.goto(link);
    await expectNoOverflow(page);
    const form = page.getByRole('form', { name: 'GitHub' });
    expect(await form.getByLabel('Owner', { exact: true }).inputValue()).toBe('octo');
    expect(await form.getByLabel('Environment name', { exact: true }).inputValue()).toBe('pypi');
    await form.getByRole('button', { name: 'Add' }).click();
    expect(page.url()).toBe(`${index.url}/manage/project/demo/settings/publishing/`);
    expect(await page.getByRole('status').textContent()).toContain('Added GitHub octo/demo');
    expect(await page.getByRole('button', { name: 'Remove GitHub octo/demo' }).count()).toBe(1);

    const done = await upload(index, 'demo', '1.0.0');
    expect(done.exitCode, done.stderr).toBe(0);
    for (const path of ['/', '/project/demo/', '/project/demo/1.0.0/']) {
      await page.goto(index.url + path);
      expect(await page.getByRole('row', { name: 'demo-1.0.0.tar.gz' }).count()).toBeGreaterThan(0);
      await expectNoOverflow(page);
    }

    await page.goto(`${index.url}/manage/project/demo/settings/publishing/`);
    await page.getByRole('button', { name: 'Remove GitHub octo/demo' }).click();
    expect(await page.getByRole('button', { name: /^Remove GitHub/ }).count()).toBe(0);
    expect((await upload(index, 'demo', '1.0.1')).exitCode).toBe(mintRefused);
  });

  test('a new project begins with a pending publisher', async () => {
    const index = await startIndex();
    const page = await openPage(width, 'dark');
    await page.goto(index.url);
    await page.getByRole('navigation').getByRole('link', { name: 'Pending publishers' }).click();
    const form = page.getByRole('form', { name: 'GitHub' });
    await form.getByLabel('PyPI Project Name', { exact: true }).fill('brand-new');
    await form.getByLabel('Owner', { exact: true }).fill('octo');
    await form.getByLabel('Repository name', { exact: true }).fill('demo');
    await form.getByLabel('Workflow name', { exact: true }).fill('.github/workflows/release.yml');
    await form.getByRole('button', { name: 'Add' }).click();
    const workflow = form.getByLabel('Workflow name', { exact: true });
    expect(await workflow.getAttribute('aria-invalid')).toBe('true');
    expect(await form.getByText('without directories').isVisible()).toBe(true);
    await expectNoOverflow(page);
    await workflow.fill('release.yml');
    await form.getByRole('button', { name: 'Add' }).click();
    expect(await page.getByRole('listitem').filter({ hasText: 'brand-new: GitHub octo/demo' }).count()).toBe(1);
    await expectNoOverflow(page);
    const done = await upload(index, 'brand-new', '1.0.0');
    expect(done.exitCode, done.stderr).toBe(0);
    await page.goto(`${index.url}/project/brand-new/`);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('brand-new 1.0.0');
  });

  test.for([
    [
      'GitHub',
      { provider: 'github', owner: 'octo', repository: 'demo', workflow_filename: 'r.yml', environment: 'pypi' },
    ],
    [
      'GitLab',
      {
        provider: 'gitlab',
        namespace: 'group/subgroup',
        project: 'demo',
        workflow_filepath: '.gitlab-ci.yml',
        environment: 'production',
        issuer_url: 'https://gitlab.com',
      },
    ],
    ['Google', { provider: 'google', email: 'publisher@demo.iam.gserviceaccount.com', sub: '104242424242424242424' }],
    ['ActiveState', { provider: 'activestate', organization: 'octo', project: 'demo', actor: 'octocat' }],
  ] as const)('%s: the address fills the form, and the form can be sent', async ([title, query]) => {
    const labels = {
      github: ['Owner', 'Repository name', 'Workflow name', 'Environment name'],
      gitlab: ['Namespace', 'Project name', 'Top-level pipeline file path', 'Environment name', 'GitLab instance'],
      google: ['Email', 'Subject (optional)'],
      activestate: ['Organization', 'ActiveState Project name', 'Actor Username'],
    } as const;
    const index = await startIndex();
    const page = await openPage(width);
    await page.goto(`${index.url}/manage/project/demo/settings/publishing/?${new URLSearchParams(query)}`);
    const form = page.getByRole('form', { name: title });
    const shown = labels[query.provider].map((label) => form.getByLabel(label, { exact: true }).inputValue());
    expect(await Promise.all(shown)).toEqual(Object.values(query).slice(1));
    await expectNoOverflow(page);
    await form.getByRole('button', { name: 'Add' }).click();
    expect(await page.getByRole('button', { name: new RegExp(`^Remove ${title}`) }).count()).toBe(
      query.provider === 'google' ? 2 : 1,
    );
  });
});

test('the form of another web page changes nothing', async () => {
  const index = await startIndex();
  const target = `${index.url}/manage/project/demo/settings/publishing/`;
  const fields = { provider: 'github', owner: 'mallory', repository: 'demo', workflow_filename: 'release.yml' };
  const inputs = Object.entries(fields).map(([name, value]) => `<input name="${name}" value="${value}">`);
  const stray = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(
      `<link rel="icon" href="data:,"><form method="post" action="${target}">${inputs.join('')}<button>Go</button></form>`,
    );
  });
  await new Promise<void>((resolve) => {
    stray.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    stray.close();
  });
  const address = stray.address();
  const context = await browser.newContext();
  onTestFinished(async () => {
    await context.close();
  });
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`);
  const [response] = await Promise.all([
    page.waitForResponse((candidate) => candidate.request().method() === 'POST'),
    page.getByRole('button', { name: 'Go' }).click(),
  ]);
  expect(response.status()).toBe(403);
  await page.goto(target);
  expect(await page.getByText('mallory').count()).toBe(0);
});
