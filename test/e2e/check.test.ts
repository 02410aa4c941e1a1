import { expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { buildSdist, buildWheel, minimalMetadata, temporaryDirectory, writeTo } from '../support/distributions.ts';

test('passes files whose names agree with their metadata', async () => {
  const directory = await temporaryDirectory();
  await buildWheel({ filename: 'demo-1.0-py3-none-any.whl', directory });
  await buildSdist({ filename: 'demo-1.0.tar.gz', directory });
  expect(await runCli(['check', '*'], { cwd: directory })).toMatchInlineSnapshot(`
    {
      "exitCode": 0,
      "stderr": "",
      "stdout": "passed  demo-1.0-py3-none-any.whl
    passed  demo-1.0.tar.gz
    2 files checked: 0 errors, 0 warnings.
    ",
    }
  `);
});

test('reports all findings of all files at once', async () => {
  const directory = await temporaryDirectory();
  const metadata = minimalMetadata('other-2.0-py3-none-any.whl');
  await buildWheel({ filename: 'demo-1.0-py3-none-any.whl', directory, metadata });
  await buildSdist({ filename: 'Demo.Kit-1.0.tar.gz', directory });
  await buildWheel({ filename: 'fine-1.0-py3-none-any.whl', directory });
  await writeTo({ directory, filename: 'broken-1.0-py3-none-any.whl' }, 'not a zip archive');
  expect(await runCli(['check', '*'], { cwd: directory })).toMatchInlineSnapshot(`
    {
      "exitCode": 5,
      "stderr": "error Demo.Kit-1.0.tar.gz [filename-not-normalized]
          The sdist must be named \`demo_kit-1.0.tar.gz\`.
          Update the build backend (setuptools 69.3 or later, for one) and build again.
    error broken-1.0-py3-none-any.whl [archive-unreadable]
          \`broken-1.0-py3-none-any.whl\` is not a wheel: it is a file of an unknown kind, where a wheel is a ZIP archive.
          Build the wheel again: \`python -m build --wheel\`.
    error demo-1.0-py3-none-any.whl (Name) [filename-project-mismatch]
          The file name says project \`demo\`, the metadata inside says \`other\`.
          Build it again: the file name must begin with \`other-\`. Files must not be renamed.
    error demo-1.0-py3-none-any.whl (Version) [filename-version-mismatch]
          The file name says version \`1.0\`, the metadata inside says \`2.0\`.
          Empty the build directory and build again: files must not be renamed.
    ",
      "stdout": "failed  Demo.Kit-1.0.tar.gz
    failed  broken-1.0-py3-none-any.whl
    failed  demo-1.0-py3-none-any.whl
    passed  fine-1.0-py3-none-any.whl
    4 files checked: 4 errors, 0 warnings.
    ",
    }
  `);
});

test('`--strict` fails on warnings', async () => {
  const directory = await temporaryDirectory();
  const metadata = `${minimalMetadata('demo-1.0.tar.gz')}X-Colour: green\n`;
  await buildSdist({ filename: 'demo-1.0.tar.gz', directory, metadata });
  expect((await runCli(['check', 'demo-1.0.tar.gz'], { cwd: directory })).exitCode).toBe(0);
  expect((await runCli(['check', '--strict', 'demo-1.0.tar.gz'], { cwd: directory })).exitCode).toBe(5);
});

test('annotates the files on GitHub', async () => {
  const directory = await temporaryDirectory();
  await buildSdist({ filename: 'Demo-1.0.tar.gz', directory });
  const { stderr } = await runCli(['check', 'Demo-1.0.tar.gz'], { cwd: directory, env: { GITHUB_ACTIONS: 'true' } });
  expect(stderr).toContain(
    '::error file=Demo-1.0.tar.gz,title=pypi-oidc%3A filename-not-normalized::The sdist must be named',
  );
});

test('text from a file cannot become a command of the CI', async () => {
  const directory = await temporaryDirectory();
  const metadata =
    'Metadata-Version: 2.1\nName: demo\nVersion: 1.0\nX-Y: a\n::set-env name=PATH::/tmp: b\n##[error]x: y\n';
  await buildSdist({ filename: 'demo-1.0.tar.gz', directory, metadata });
  const { stdout, stderr } = await runCli(['check', 'demo-1.0.tar.gz'], {
    cwd: directory,
    env: { GITHUB_ACTIONS: 'true' },
  });
  expect(`${stdout}${stderr}`).not.toMatch(/^\s*::set-env/m);
  expect(`${stdout}${stderr}`).not.toContain('##[');
});
