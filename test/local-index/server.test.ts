import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { LocalIndexError } from '../../src/local-index/local-index-error.ts';
import { startLocalIndex } from '../../src/local-index/server.ts';
import { Secret } from '../../src/secret.ts';
import {
  Clock,
  identityToken,
  listedFiles,
  mint,
  mintedToken,
  releasePublisher,
  sdist,
  testIndex,
  upload,
  wheel,
} from './support.ts';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pypi-oidc-test-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

describe('the records', () => {
  test('tell what was asked and answered, with the form of uploads', async () => {
    const seen: string[] = [];
    const { index } = await testIndex({
      onRequest: (request) => {
        seen.push(`${request.method} ${request.path} ${request.status}`);
      },
    });
    const file = sdist('alpha', '1.0');
    await upload(index, await mintedToken(index), file);
    expect(seen).toEqual(['GET /_ci/github/idtoken 200', 'POST /_/oidc/mint-token 200', 'POST /legacy/ 200']);
    expect(index.requests[0]?.audience).toBe('pypi');
    const record = index.requests[2];
    expect(record).toMatchObject({ authentication: 'basic', accept: 'application/json' });
    expect(record?.upload).toMatchObject({ filename: 'alpha-1.0.tar.gz', sizeBytes: file.bytes.length });
    expect(record?.upload?.fields).toContainEqual(['name', 'alpha']);
    expect(record?.receivedBytes).toBeGreaterThan(file.bytes.length);
  });

  test('hold no secret, whatever was sent', async () => {
    const { index } = await testIndex();
    const environment = index.gitHubEnvironment();
    const identity = await identityToken(environment);
    const token = (await mint(index, identity)).body.token ?? '';
    await upload(index, token, sdist('alpha', '1.0'));
    await upload(index, token, sdist('alpha', '1.1'), { authorization: token });
    await fetch(`${index.simpleUrl}?token=${token}`);
    const records = JSON.stringify(index.requests);
    for (const secret of [identity, token, environment['ACTIONS_ID_TOKEN_REQUEST_TOKEN'] ?? '', 'Basic ']) {
      expect(records).not.toContain(secret);
    }
  });

  test('are bounded', async () => {
    const { index } = await testIndex();
    for (let batch = 0; batch < 11; batch += 1) {
      await Promise.all(Array.from({ length: 100 }, () => fetch(`${index.url}/_/oidc/audience`)));
    }
    expect(index.requests.length).toBe(1000);
  });
});

describe('state', () => {
  test("in a folder of one's own survives a restart, without any token", async () => {
    const directory = temporaryFolder();
    const clock = new Clock();
    const publishers = [
      releasePublisher,
      { ...releasePublisher, environment: 'new', projects: [], pending: ['gamma'] },
    ];
    const options = { now: clock.now, directory, publishers, apiTokens: [new Secret('local-secret')] };
    const file = wheel('alpha', '1.0');
    const first = await startLocalIndex(options);
    const token = await mintedToken(first);
    await upload(first, token, file);
    await upload(first, 'local-secret', sdist('alpha', '1.0'));
    await mint(first, await identityToken(first.gitHubEnvironment({ environment: 'new' })));
    first.control.deleteFile('alpha-1.0.tar.gz');
    await first.close();
    const stored = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    for (const entry of stored) {
      const content = readFileSync(join(entry.parentPath, entry.name), 'latin1');
      expect(content).not.toContain(token);
      expect(content).not.toContain('local-secret');
    }

    const second = await startLocalIndex(options);
    onTestFinished(async () => {
      await second.close();
    });
    expect(await listedFiles(second, 'alpha')).toEqual([file.filename]);
    expect(second.control.pendingCount()).toBe(0);
    const gamma = await mint(second, await identityToken(second.gitHubEnvironment({ environment: 'new' })));
    expect((await upload(second, gamma.body.token ?? '', sdist('gamma', '1.0'))).status).toBe(200);
    expect((await upload(second, 'local-secret', file)).code).toBe('200 OK');
    expect((await upload(second, 'local-secret', sdist('alpha', '1.0'))).code).toContain('previously used');
    expect((await upload(second, token, sdist('alpha', '2.0'))).code).toContain('Invalid or non-existent');
  });

  test('is otherwise gone when the index is closed', async () => {
    const before = new Set(readdirSync(tmpdir()));
    const index = await startLocalIndex({ now: new Clock().now });
    const folders = readdirSync(tmpdir()).filter((name) => name.startsWith('pypi-oidc-index-') && !before.has(name));
    expect(folders.length).toBeGreaterThan(0);
    await index.close();
    expect(existsSync(join(tmpdir(), folders[0] ?? ''))).toBe(folders.length > 1);
    await expect(fetch(index.simpleUrl)).rejects.toThrow();
  });

  test('leaves no received file behind after a refusal or a broken connection', async () => {
    const directory = temporaryFolder();
    const { index } = await testIndex({ directory });
    await upload(index, 'unknown', sdist('alpha', '1.0'));
    await new Promise<void>((resolve, reject) => {
      const socket = connect(Number(new URL(index.url).port), '127.0.0.1', () => {
        const head =
          'POST /legacy/ HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 9999\r\n\r\n';
        const part =
          '--b\r\nContent-Disposition: form-data; name="content"; filename="alpha-1.0.tar.gz"\r\n\r\nabcdefgh'.padEnd(
            2000,
            'x',
          );
        socket.write(head + part, () => {
          setTimeout(() => {
            socket.destroy();
            resolve();
          }, 50);
        });
      });
      socket.on('error', reject);
    });
    await expect.poll(() => readdirSync(join(directory, 'incoming'))).toEqual([]);
    await expect.poll(() => index.requests.at(-1)?.status).toBe('reset');
    expect((await upload(index, await mintedToken(index), sdist('alpha', '1.0'))).status).toBe(200);
  });
});

describe('starting', () => {
  test('listens on the loopback interface only', async () => {
    const { index } = await testIndex();
    expect(index.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(index.uploadUrl).toBe(`${index.url}/legacy/`);
    expect(index.simpleUrl).toBe(`${index.url}/simple/`);
  });

  test('says when the port is taken', async () => {
    const { index } = await testIndex();
    const port = Number(new URL(index.url).port);
    const started = startLocalIndex({ now: new Clock().now, port });
    await expect(started).rejects.toThrow(LocalIndexError);
    await expect(started).rejects.toThrow(`port ${port}`);
  });

  test('says when the folder holds something else', async () => {
    const directory = temporaryFolder();
    writeFileSync(join(directory, 'state.json'), '{"format": 7}');
    await expect(startLocalIndex({ now: new Clock().now, directory })).rejects.toThrow(LocalIndexError);
  });

  test('says which publisher is malformed', async () => {
    const publishers = [{ ...releasePublisher, workflow_filename: 'release' }];
    await expect(startLocalIndex({ now: new Clock().now, publishers })).rejects.toThrow('entry 1, workflow_filename');
  });
});

test('several files of a new version may come at the same moment', async () => {
  const { index } = await testIndex();
  const token = await mintedToken(index);
  const tags = ['py3-none-any', 'cp311-cp311-win_amd64', 'cp312-cp312-win_amd64', 'cp313-cp313-win_amd64'];
  const answers = await Promise.all(tags.map((tag) => upload(index, token, wheel('alpha', '1.0', tag))));
  expect(answers.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
  const same = await Promise.all(Array.from({ length: 4 }, () => upload(index, token, sdist('alpha', '1.0'))));
  expect(same.map((answer) => answer.status)).toEqual([200, 200, 200, 200]);
  expect((await listedFiles(index, 'alpha')).length).toBe(5);
});
