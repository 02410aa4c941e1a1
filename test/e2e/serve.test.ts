import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { normalized, type RunningProcess, type RunResult, runCli } from '../support/cli.ts';
import { buildSdist, buildWheel, temporaryDirectory } from '../support/distributions.ts';

interface Serving {
  readonly url: string;
  readonly uploadUrl: string;
  readonly simpleUrl: string;
  readonly environment: Record<string, string>;
}

/** Run `serve --json` while `use` works with it; resolves to how it ended. */
async function whileServing(
  args: readonly string[],
  use: (serving: Serving) => Promise<void>,
  cwd: string,
): Promise<RunResult> {
  const started: RunningProcess[] = [];
  const ended = runCli(['serve', '--port', '0', '--json', ...args], {
    cwd,
    onStart: (process) => started.push(process),
  });
  const [process] = started;
  if (process === undefined) throw new Error('`serve` did not start');
  // The document is complete with the brace at the start of a line.
  await Promise.race([process.untilStdout('\n}\n'), ended]);
  try {
    await use(JSON.parse(process.outputSoFar().stdout) as Serving);
  } finally {
    process.kill('SIGTERM');
  }
  return ended;
}

test('other shells can publish to it as a simulated GitHub job, any project when none was named', async () => {
  const directory = await temporaryDirectory();
  const wheel = await buildWheel({ filename: 'anything-1.0-py3-none-any.whl', directory });
  const { exitCode, stderr } = await whileServing(
    [],
    async ({ uploadUrl, simpleUrl, environment }) => {
      const upload = await runCli(['upload', '--repository-url', uploadUrl, wheel], { env: environment });
      expect(upload.exitCode).toBe(0);
      expect(await (await fetch(`${simpleUrl}anything/`)).text()).toContain('anything-1.0-py3-none-any.whl');
    },
    directory,
  );
  expect(exitCode).toBe(0);
  expect(normalized(stderr)).toMatchInlineSnapshot(`
    "200  GET /_/oidc/audience
    200  GET /_ci/github/idtoken
    200  POST /_/oidc/mint-token
    200  POST /legacy/
    202  POST /_/oidc/burn-token
    200  GET /simple/anything/
    note         Stopped after 6 requests. What was uploaded is gone.
    "
  `);
});

test('with named projects it answers as PyPI does for others', async () => {
  const directory = await temporaryDirectory();
  const sdist = await buildSdist({ filename: 'other-1.0.tar.gz', directory });
  await whileServing(
    ['--project', 'demo', 'demo-two'],
    async ({ uploadUrl, environment }) => {
      const upload = await runCli(['upload', '--repository-url', uploadUrl, sdist], { env: environment });
      expect(upload.stderr).toContain('Non-user identities cannot create new projects');
      expect(upload.exitCode).toBe(1);
    },
    directory,
  );
});

test('keeps files and state in a directory', async () => {
  const directory = await temporaryDirectory();
  const sdist = await buildSdist({ filename: 'kept-1.0.tar.gz', directory });
  await whileServing(
    ['--dir', 'index'],
    async ({ uploadUrl, environment }) => {
      await runCli(['upload', '--repository-url', uploadUrl, sdist], { env: environment });
    },
    directory,
  );
  await whileServing(
    ['--dir', 'index'],
    async ({ simpleUrl }) => {
      expect(await (await fetch(`${simpleUrl}kept/`)).text()).toContain('kept-1.0.tar.gz');
    },
    directory,
  );
});

test('writes the variables of the simulated job to a file that only its owner reads', async () => {
  const directory = await temporaryDirectory();
  await whileServing(
    ['--write-env', 'job.env'],
    async ({ environment }) => {
      const path = join(directory, 'job.env');
      expect((await stat(path)).mode & 0o077).toBe(0);
      const lines = (await readFile(path, 'utf8')).trim().split('\n');
      expect(lines).toContain('GITHUB_ACTIONS=true');
      expect(lines).toHaveLength(Object.keys(environment).length);
    },
    directory,
  );
});

test.each([
  ['a port out of range', ['--port', '70000'], 2, 'from 0 to 65535'],
  ['an unknown fault', ['--fault', 'upload:explode'], 1, 'upload:explode'],
  ['a missing publishers file', ['--publishers', 'missing.json'], 2, '--project'],
] as const)('refuses %s', async (_, args, expected, said) => {
  const directory = await temporaryDirectory();
  const { exitCode, stderr } = await runCli(['serve', ...args], { cwd: directory });
  expect(stderr).toContain(said);
  expect(exitCode).toBe(expected);
});
