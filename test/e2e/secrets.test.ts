import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runCli } from '../support/cli.ts';
import { buildSdist, temporaryDirectory } from '../support/distributions.ts';
import { type Failure, markers, type Route, startEchoingServer } from '../support/echoing-server.ts';

const json = { 'content-type': 'application/json' };

/** Answers that repeat all they were sent, in every place where an answer can hold text. */
function status(code: number): Failure {
  return (echo, _, response) => {
    const errors = [{ code: 'invalid-publisher', description: echo }];
    response
      .writeHead(code, { ...json, 'x-echo': 'yes' })
      .end(JSON.stringify({ code: `${code} ${echo}`, message: echo, errors }));
  };
}

const html: Failure = (echo, _, response) => {
  response
    .writeHead(200, { 'content-type': 'text/html' })
    .end(`<html><title>Log in ${echo}</title><h1>${echo}</h1></html>`);
};
const badJson: Failure = (echo, _, response) => {
  response.writeHead(200, json).end(`{"token": "${echo}`);
};
const reset: Failure = (_, request) => {
  request.socket.resetAndDestroy();
};

interface Provoked {
  readonly failures?: Partial<Record<Route, Failure>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly repositoryUrl?: string;
}

/** The ten failures, at every place where they can happen. */
const provoked: Readonly<Record<string, Provoked>> = {
  'upload 401': { failures: { upload: status(401) } },
  'upload 403': { failures: { upload: status(403) } },
  'upload 422': { failures: { upload: status(422) } },
  'upload 500': { failures: { upload: status(500) } },
  'upload reset': { failures: { upload: reset } },
  'upload HTML answer': { failures: { upload: html } },
  'upload redirect': {
    failures: { upload: (echo, _, r) => r.writeHead(302, { location: `/${encodeURIComponent(echo)}` }).end(echo) },
  },
  'mint 401': { failures: { mint: status(401) } },
  'mint 403': { failures: { mint: status(403) } },
  'mint 422': { failures: { mint: status(422) } },
  'mint 500': { failures: { mint: status(500) } },
  'mint reset': { failures: { mint: reset } },
  'mint HTML answer': { failures: { mint: html } },
  'mint bad JSON': { failures: { mint: badJson } },
  'identity 401': { failures: { identity: status(401) } },
  'identity 403': { failures: { identity: status(403) } },
  'identity 422': { failures: { identity: status(422) } },
  'identity 500': { failures: { identity: status(500) } },
  'identity reset': { failures: { identity: reset } },
  'identity HTML answer': { failures: { identity: html } },
  'identity bad JSON': { failures: { identity: badJson } },
  'audience 500': { failures: { audience: status(500) } },
  'audience HTML answer': { failures: { audience: html } },
  'audience bad JSON': { failures: { audience: badJson } },
  'expired token': { claims: { exp: 1 } },
  'wrong audience': { claims: { aud: 'testpypi' } },
  'refused connection': { repositoryUrl: 'http://127.0.0.1:9/legacy/' },
};

const commands = [
  ['upload', '--verbose', '--retries', '1', 'demo-1.0.tar.gz'],
  ['upload', '--json', '--retries', '0', 'demo-1.0.tar.gz'],
  ['upload', '--dry-run', 'demo-1.0.tar.gz'],
  ['mint-token', '--verbose'],
  ['whoami', '--all', '--verbose'],
] as const;

describe.concurrent('no token is in any output when something fails', () => {
  test.each(Object.entries(provoked))('%s', async (_, { failures = {}, claims, repositoryUrl }) => {
    const server = await startEchoingServer(failures, claims);
    const url = repositoryUrl ?? `${server.url}/legacy/`;
    const directory = await temporaryDirectory();
    await buildSdist({ filename: 'demo-1.0.tar.gz', directory });
    for (const command of commands) {
      const { stdout, stderr } = await runCli([...command, '--repository-url', url], {
        cwd: directory,
        env: server.environment,
      });
      const printed = `${stdout}${stderr}`;
      expect(printed).not.toBe('');
      expectNoSecrets(withoutIntended(printed, command[0]));
    }
    // Nothing is left on disk either.
    expect(await readdir(directory)).toEqual(['demo-1.0.tar.gz']);
    expectNoSecrets((await readFile(join(directory, 'demo-1.0.tar.gz'))).toString('latin1'));
  });
});

/** All but the lines that hand a token to the runner for masking, and the token that `mint-token` is asked for. */
function withoutIntended(output: string, command: string): string {
  const unmasked = output.replace(/^::add-mask::.*$/gm, '');
  return command === 'mint-token' ? unmasked.replace(/^pypi-AgEI\S+$/m, '') : unmasked;
}

function expectNoSecrets(output: string): void {
  for (const marker of Object.values(markers)) {
    expect(output).not.toContain(marker);
    // In part, too; and as Basic authentication carries it.
    expect(output).not.toContain(marker.slice(0, 12));
    const encoded = Buffer.from(`__token__:pypi-AgEI${marker}`).toString('base64');
    expect(output).not.toContain(encoded.slice(16, 40));
  }
}

test('the markers are really in play: every secret reaches the server', async () => {
  const seen: string[] = [];
  const record: Failure = (echo, _, response) => {
    seen.push(echo);
    response.writeHead(400, json).end('{}');
  };
  const server = await startEchoingServer({ upload: record });
  const directory = await temporaryDirectory();
  await buildSdist({ filename: 'demo-1.0.tar.gz', directory });
  await runCli(['upload', '--repository-url', `${server.url}/legacy/`, 'demo-1.0.tar.gz'], {
    cwd: directory,
    env: server.environment,
  });
  const basic = Buffer.from(`__token__:pypi-AgEI${markers.apiToken}`).toString('base64');
  expect(seen.join('')).toContain(basic);
});

test('every token is masked before the request that uses it', async () => {
  const server = await startEchoingServer({});
  const directory = await temporaryDirectory();
  await buildSdist({ filename: 'demo-1.0.tar.gz', directory });
  const { stderr } = await runCli(
    ['upload', '--verbose', '--repository-url', `${server.url}/legacy/`, 'demo-1.0.tar.gz'],
    {
      cwd: directory,
      env: server.environment,
    },
  );
  const position = (text: string): number => {
    const at = stderr.indexOf(text);
    expect(at, text).toBeGreaterThanOrEqual(0);
    return at;
  };
  const maskedIdentity = stderr.search(new RegExp(`::add-mask::.*${markers.identityToken}`));
  const maskedApiToken = position(`::add-mask::pypi-AgEI${markers.apiToken}`);
  expect(maskedIdentity).toBeGreaterThanOrEqual(0);
  expect(maskedIdentity).toBeLessThan(position('/_/oidc/mint-token'));
  expect(maskedApiToken).toBeLessThan(position('/legacy/'));
});
