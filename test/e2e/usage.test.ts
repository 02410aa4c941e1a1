import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { buildSdist, temporaryDirectory, writeTo } from '../support/distributions.ts';

test('prints its version', async () => {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  for (const flag of ['--version', '-V']) {
    expect(await runCli([flag])).toEqual({ exitCode: 0, stdout: `${manifest.version}\n`, stderr: '' });
  }
});

test('prints help that fits 80 columns', async () => {
  const { exitCode, stdout, stderr } = await runCli(['--help']);
  expect(stdout).toMatchInlineSnapshot(`
    "Usage: pypi-oidc [options] [command]

    Publish Python distributions to PyPI from any CI job through Trusted Publishing:
    no stored secret.

    Options:
      -V, --version                  print the version
      -h, --help                     show help

    Commands:
      upload [options] [files...]    check distributions and upload them
      check [options] [files...]     check distributions; no network at all
      whoami [options]               show the identity of this job, and what to
                                     enter on the index for it
      mint-token [options]           print a short-lived API token for another tool
      rehearse [options] [files...]  the whole of \`upload\` here, against an embedded
                                     index
      serve [options]                run the embedded index for other tools, with a
                                     simulated CI identity
      help [command]                 display help for command

    Examples:
      pypi-oidc upload                   publish dist/* as this CI job's publisher
      pypi-oidc upload -r testpypi       the same on TestPyPI
      pypi-oidc upload --dry-run         what would be sent; mints nothing
      pypi-oidc whoami                   what to enter on PyPI for this job
      pypi-oidc rehearse                 try the whole flow here, without an account

    Exit codes:
      0 done             3 no identity     6 some files uploaded, some not
      1 upload failed    4 mint refused    130 interrupted
      2 usage            5 check failed
    "
  `);
  expect(stderr).toBe('');
  expect(exitCode).toBe(0);
  for (const command of ['upload', 'check', 'whoami', 'mint-token', 'rehearse', 'serve']) {
    const help = await runCli([command, '--help']);
    expect(help.exitCode).toBe(0);
    expect(Math.max(...help.stdout.split('\n').map((line) => line.length))).toBeLessThanOrEqual(80);
  }
});

test('without a command it shows the usage and fails', async () => {
  const { exitCode, stdout, stderr } = await runCli([]);
  expect(stderr).toContain('Usage: pypi-oidc');
  expect(stdout).toBe('');
  expect(exitCode).toBe(2);
});

describe('usage errors end with exit code 2 and the next step', () => {
  const cases: readonly (readonly [what: string, args: readonly string[], said: string])[] = [
    ['unknown flag', ['upload', '--repositry', 'pypi'], 'Did you mean --repository?'],
    ['unknown command', ['uplaod'], 'Did you mean upload?'],
    ['unknown repository', ['upload', '-r', 'testpipy'], 'Known names: `pypi`, `testpypi`'],
    ['near repository', ['upload', '-r', 'test'], 'Did you mean `testpypi`?'],
    [
      'a page instead of the upload address',
      ['upload', '--repository-url', 'https://pypi.org/simple/'],
      'https://upload.pypi.org/legacy/',
    ],
    ['plain http', ['upload', '--repository-url', 'http://index.example.org/legacy/'], 'Use an https:// address'],
    ['no URL', ['upload', '--repository-url', 'upload.pypi.org/legacy/'], 'is not an http(s) URL'],
    [
      'credentials in the address',
      ['upload', '--repository-url', 'https://me:hunter2@index.example.org/'],
      'TWINE_PASSWORD',
    ],
    ['bad number', ['upload', '--retries', 'many'], 'a whole number from 0 to 100'],
    ['bad mode', ['upload', '--trusted-publishing', 'maybe'], '`auto`, `always` or `never`'],
    ['nothing matches', ['upload', 'nowhere/*.whl'], 'python -m build'],
    ['named file is no distribution', ['check', 'notes.txt'], 'notes.txt'],
    ['unreadable token file', ['upload', '--token-file', 'missing', 'demo-1.0.tar.gz'], '`--token-file`'],
    ['unreadable certificates', ['upload', '--ca-cert', 'missing.pem', 'demo-1.0.tar.gz'], '`--ca-cert`'],
    [
      'contradiction',
      ['upload', '--trusted-publishing', 'always', '--token-file', 'token', 'demo-1.0.tar.gz'],
      'contradict',
    ],
  ];
  test.each(cases)('%s', async (_, args, said) => {
    const directory = await temporaryDirectory();
    await buildSdist({ filename: 'demo-1.0.tar.gz', directory });
    await writeTo({ directory, filename: 'notes.txt' }, 'notes');
    await writeTo({ directory, filename: 'token' }, 'pypi-something');
    const { exitCode, stdout, stderr } = await runCli(args, { cwd: directory });
    expect(stderr).toContain(said);
    expect(stderr).not.toContain('hunter2');
    expect(stderr).not.toMatch(/^ +at /m);
    expect(stdout).toBe('');
    expect(exitCode).toBe(2);
  });
});

test('without an identity it says what was looked for, exit code 3', async () => {
  const directory = await temporaryDirectory();
  await buildSdist({ filename: 'demo-1.0.tar.gz', directory });
  expect(await runCli(['upload', 'demo-1.0.tar.gz'], { cwd: directory })).toMatchInlineSnapshot(`
    {
      "exitCode": 3,
      "stderr": "check        1 file: names agree with the metadata inside
    error: This job has no identity that can be exchanged for a PyPI token.
      Looked for:
        GitHub Actions: \`GITHUB_ACTIONS\` is not \`true\`

      Run this in a CI job with an identity, set \`PYPI_TOKEN\` to an API token, or try the whole flow here with \`pypi-oidc rehearse\`.
    ",
      "stdout": "",
    }
  `);
});

test('a GitHub job without the permission is told how to get it, exit code 3', async () => {
  const directory = await temporaryDirectory();
  await buildSdist({ filename: 'demo-1.0.tar.gz', directory });
  const env = { GITHUB_ACTIONS: 'true', GITHUB_EVENT_NAME: 'pull_request' };
  expect(await runCli(['upload', 'demo-1.0.tar.gz'], { cwd: directory, env })).toMatchInlineSnapshot(`
    {
      "exitCode": 3,
      "stderr": "check        1 file: names agree with the metadata inside
    ::error title=pypi-oidc::This GitHub Actions job may not request an identity token: it lacks the permission \`id-token: write\`. Give the publishing job this permission, and nothing more:%0A%0A    permissions:%0A      id-token: write%0A%0APull requests from forks never get identity tokens: publish on a push, a tag or a release.
    error: This GitHub Actions job may not request an identity token: it lacks the permission \`id-token: write\`.
      Give the publishing job this permission, and nothing more:

          permissions:
            id-token: write

      Pull requests from forks never get identity tokens: publish on a push, a tag or a release.
    ",
      "stdout": "",
    }
  `);
});

test('with `--json` a failure is one JSON document too', async () => {
  const { exitCode, stdout } = await runCli(['upload', '--json', '-r', 'nowhere']);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: 1,
    command: 'upload',
    ok: false,
    error: { code: 'REPOSITORY_UNKNOWN' },
  });
  expect(exitCode).toBe(2);
});
