import { expect, test } from 'vitest';
import { normalized, runCli } from '../support/cli.ts';
import { buildWheel } from '../support/distributions.ts';

test('publishes a sample of its own, from detecting the identity to reading the files back', async () => {
  const { exitCode, stdout, stderr } = await runCli(['rehearse']);
  expect(normalized(stderr)).toMatchInlineSnapshot(`
    "detect       GitHub Actions: \`GITHUB_ACTIONS\` is \`true\`
    authenticate trusted publishing: this GitHub Actions job has an identity
    audience     \`pypi\` (asked from the embedded index)
    check        2 files: names agree with the metadata inside
    identity     token for \`repo:octo/demo:ref:refs/heads/main\`, good for 5 min
    mint         an API token of the embedded index, good for 15 min
    upload       pypi_oidc_sample-1.0.0-py3-none-any.whl  N kB  uploaded in N ms
    upload       pypi_oidc_sample-1.0.0.tar.gz  N kB  uploaded in N ms
    "
  `);
  expect(normalized(stdout)).toMatchInlineSnapshot(`
    "installable  pypi_oidc_sample-1.0.0-py3-none-any.whl  sha256 SHA256…
    installable  pypi_oidc_sample-1.0.0.tar.gz  sha256 SHA256…
    The rehearsal passed. \`pypi-oidc upload\` does the same on PyPI from a CI job.
    "
  `);
  expect(exitCode).toBe(0);
  expect(`${stdout}${stderr}`.trimEnd().split('\n').length).toBeLessThan(24);
});

test('rehearses files of the user', async () => {
  const wheel = await buildWheel({ filename: 'demo_kit-2.0-py3-none-any.whl' });
  const { exitCode, stdout } = await runCli(['rehearse', wheel]);
  expect(normalized(stdout)).toContain('installable  demo_kit-2.0-py3-none-any.whl');
  expect(exitCode).toBe(0);
});

test('stops at a file that PyPI would refuse, before anything is minted', async () => {
  const wheel = await buildWheel({ filename: 'Demo-2.0-py3-none-any.whl' });
  const { exitCode, stdout, stderr } = await runCli(['rehearse', wheel]);
  expect(stderr).toContain('[filename-not-normalized]');
  expect(stderr).not.toContain('mint ');
  expect(stdout).toContain('The rehearsal failed');
  expect(exitCode).toBe(5);
});

test('ignores the identity and the tokens of the machine it runs on', async () => {
  const env = { PYPI_TOKEN: 'pypi-not-a-real-token', ACTIONS_ID_TOKEN_REQUEST_URL: 'http://127.0.0.1:9/' };
  const { exitCode, stderr } = await runCli(['rehearse'], { env });
  expect(stderr).not.toContain('PYPI_TOKEN');
  expect(exitCode).toBe(0);
});

test('prints one JSON document with `--json`', async () => {
  const { stdout } = await runCli(['rehearse', '--json', '--quiet']);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 1,
    command: 'rehearse',
    ok: true,
    files: [
      { filename: 'pypi_oidc_sample-1.0.0-py3-none-any.whl', outcome: 'uploaded' },
      { filename: 'pypi_oidc_sample-1.0.0.tar.gz', outcome: 'uploaded' },
    ],
    installable: [
      { filename: 'pypi_oidc_sample-1.0.0-py3-none-any.whl' },
      { filename: 'pypi_oidc_sample-1.0.0.tar.gz' },
    ],
  });
});
