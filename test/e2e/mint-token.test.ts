import { expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { localIndexFor } from '../support/local-index.ts';

test('prints a token on stdout, and nothing else there', async () => {
  const index = await localIndexFor(['demo']);
  const { exitCode, stdout, stderr } = await runCli(['mint-token', '--repository-url', index.uploadUrl], {
    env: index.gitHubEnvironment(),
  });
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^pypi-[A-Za-z0-9_-]+\n$/);
  const token = stdout.trim();
  const shown = stderr.split('\n').filter((line) => line.includes(token));
  expect(shown).toEqual([`::add-mask::${token}`]);
});

test('the token is good for uploads', async () => {
  const index = await localIndexFor(['demo']);
  const { stdout } = await runCli(['mint-token', '--json', '--repository-url', index.uploadUrl], {
    env: index.gitHubEnvironment(),
  });
  const { token, expires } = JSON.parse(stdout) as { token: string; expires: number };
  expect(expires - Date.now() / 1000).toBeGreaterThan(800);
  const answer = await fetch(index.uploadUrl, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    body: new URLSearchParams({ ':action': 'file_upload', protocol_version: '1', name: 'demo' }),
  });
  // The token is accepted: what is refused is the form, which has no version.
  expect(answer.status).toBe(400);
});

test('outside of GitHub no mask command is printed', async () => {
  const { stdout, stderr } = await runCli(['rehearse']);
  expect(`${stdout}${stderr}`).not.toContain('::add-mask::');
});
