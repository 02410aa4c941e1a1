import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { Fault } from '../../src/local-index/fault.ts';
import { parseFault } from '../../src/local-index/fault-syntax.ts';
import { LocalIndexError } from '../../src/local-index/local-index-error.ts';
import type { LocalIndex } from '../../src/local-index/server.ts';
import { Secret } from '../../src/secret.ts';
import { basic, identityToken, listedFiles, mint, mintedToken, sdist, testIndex, upload, wheel } from './support.ts';

describe('the command-line form', () => {
  test.each<[string, Fault]>([
    ['upload:status=503', { route: 'upload', kind: 'answer', status: 503, body: 'json' }],
    ['upload:status=503:times=2', { route: 'upload', kind: 'answer', status: 503, body: 'json', times: 2 }],
    ['mint:html=200', { route: 'mint', kind: 'answer', status: 200, body: 'html' }],
    [
      'upload:text=429:retry-after=7',
      { route: 'upload', kind: 'answer', status: 429, body: 'text', retryAfterSeconds: 7 },
    ],
    ['upload:reset=after:stored', { route: 'upload', kind: 'reset', when: 'after', isProcessed: true }],
    ['simple:reset', { route: 'simple', kind: 'reset', when: 'before' }],
    ['audience:delay=250', { route: 'audience', kind: 'delay', milliseconds: 250 }],
    ['mint:malformed-json', { route: 'mint', kind: 'malformed-json' }],
    ['upload:expired-token:skip=1', { route: 'upload', kind: 'expired-token', skip: 1 }],
    ['identity:wrong-audience', { route: 'identity', kind: 'wrong-audience' }],
    ['identity:expired-identity', { route: 'identity', kind: 'expired-identity' }],
    ['upload:early=403', { route: 'upload', kind: 'early', status: 403 }],
    ['upload:bandwidth=1000:times=all', { route: 'upload', kind: 'bandwidth', bytesPerSecond: 1000, times: Infinity }],
    ['simple:truncated', { route: 'simple', kind: 'truncated' }],
    ['upload:race:times=4', { route: 'upload', kind: 'race', times: 4 }],
    ['simple:stale', { route: 'simple', kind: 'stale', seconds: 600 }],
    ['simple:stale=30', { route: 'simple', kind: 'stale', seconds: 30 }],
    [
      'mint:status=429:retry-after-date=30',
      { route: 'mint', kind: 'answer', status: 429, body: 'json', retryAfterSeconds: 30, retryAfterIsDate: true },
    ],
    ['mint:echo-secret:not-stored', { route: 'mint', kind: 'echo-secret', isProcessed: false }],
  ])('%s', (text, fault) => {
    expect(parseFault(text)).toEqual(fault);
  });

  test.each([
    ['', 'no route'],
    ['download:status=503', '`download`'],
    ['upload', 'what should happen'],
    ['upload:explode', '`explode` is unknown'],
    ['upload:status', 'needs a whole number'],
    ['upload:status=999', '999'],
    ['upload:reset=later', '`reset` is'],
    ['upload:bandwidth=0', '1 or more'],
    ['upload:times=x', '`times` is unknown'],
    ['upload:status=503:times=none', 'needs a whole number'],
    ['simple:race', 'does not apply to simple'],
    ['simple:early=403', 'does not apply to simple'],
    ['upload:stale', 'does not apply to upload'],
    ['upload:wrong-audience', 'does not apply to upload'],
    ['upload:expired-token=1', 'takes no value'],
    ['upload:status=503:often', 'option `often` is unknown'],
    ['upload:delay=5:retry-after=1', 'goes with a status'],
  ])('%j is refused', (text, reason) => {
    expect(() => parseFault(text)).toThrow(LocalIndexError);
    expect(() => parseFault(text)).toThrow(reason);
  });
});

async function withFaults(...faults: string[]) {
  const { index, clock } = await testIndex({ apiTokens: [new Secret('local')] });
  index.setFaults(faults.map(parseFault));
  return { index, clock };
}

describe('answers in place of the real one', () => {
  test('come as often as asked for, after those that are let through', async () => {
    const { index } = await withFaults('upload:status=503:times=2:skip=1');
    const status = async (version: string) => (await upload(index, 'local', sdist('alpha', version))).status;
    expect([await status('1'), await status('2'), await status('3'), await status('4')]).toEqual([200, 503, 503, 200]);
    expect(await listedFiles(index, 'alpha')).toEqual(['alpha-1.tar.gz', 'alpha-4.tar.gz']);
  });

  test('hide an upload that was stored when they say so', async () => {
    const { index } = await withFaults('upload:html=502:stored');
    const answer = await upload(index, 'local', sdist('alpha', '1.0'));
    expect(answer).toMatchObject({ status: 502, contentType: 'text/html; charset=UTF-8' });
    expect(await listedFiles(index, 'alpha')).toEqual(['alpha-1.0.tar.gz']);
  });

  test.each([
    ['', null],
    [':retry-after=3', '3'],
    [':retry-after-date=90', 'Tue, 01 Sep 2026 12:01:30 GMT'],
  ])('carry Retry-After: %j', async (option, expected) => {
    const { index } = await withFaults(`simple:text=429${option}`);
    const response = await fetch(`${index.simpleUrl}alpha/`);
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe(expected);
  });

  test('spend the identity token when they replace the answer of a mint', async () => {
    const { index } = await withFaults('mint:status=503');
    const identity = await identityToken(index.gitHubEnvironment());
    expect((await mint(index, identity)).status).toBe(503);
    expect((await mint(index, identity)).body.errors?.[0]?.code).toBe('invalid-reuse-token');
  });

  test('can be broken JSON', async () => {
    const { index } = await withFaults('audience:malformed-json');
    const response = await fetch(`${index.url}/_/oidc/audience`);
    expect(response.headers.get('content-type')).toBe('application/json');
    await expect(response.json()).rejects.toThrow();
  });

  test('can claim that the API token expired', async () => {
    const { index } = await withFaults('upload:expired-token');
    expect((await upload(index, 'local', sdist('alpha', '1.0'))).code).toBe('403 Invalid API Token: token is expired');
  });

  test('can repeat the secrets that were sent', async () => {
    const { index } = await withFaults('upload:echo-secret', 'mint:echo-secret');
    const refused = await upload(index, 'local', sdist('alpha', '1.0'));
    expect(refused.status).toBe(400);
    expect(refused.code).toContain(basic('local'));
    expect(refused.code).toContain('__token__:local');
    const identity = await identityToken(index.gitHubEnvironment());
    const { status, body } = await mint(index, identity);
    expect(status).toBe(422);
    expect(body.errors?.[0]?.description).toContain(identity);
    expect(JSON.stringify(index.requests)).not.toContain(identity);
  });
});

describe('broken connections', () => {
  test.each(['before', 'body', 'after'])('%s the body was read', async (when) => {
    const { index } = await withFaults(`upload:reset=${when}`);
    await expect(upload(index, 'local', sdist('alpha', '1.0'))).rejects.toThrow();
    expect(index.requests.at(-1)).toMatchObject({ path: '/legacy/', status: 'reset' });
    expect((await upload(index, 'local', sdist('alpha', '1.0'))).status).toBe(200);
  });

  test('after the file was stored', async () => {
    const { index } = await withFaults('upload:reset=after:stored');
    await expect(upload(index, 'local', sdist('alpha', '1.0'))).rejects.toThrow();
    expect(await listedFiles(index, 'alpha')).toEqual(['alpha-1.0.tar.gz']);
  });

  test('in the middle of the answer', async () => {
    const { index } = await withFaults('upload:truncated', 'simple:truncated:skip=1');
    await expect(upload(index, 'local', sdist('alpha', '1.0'))).rejects.toThrow();
    expect(await listedFiles(index, 'alpha')).toEqual(['alpha-1.0.tar.gz']);
    await expect(listedFiles(index, 'alpha')).rejects.toThrow();
    expect(index.requests.at(-1)).toMatchObject({ status: 200 });
    expect(await listedFiles(index, 'alpha')).toEqual(['alpha-1.0.tar.gz']);
  });
});

/** Send the head and a part of a request; gives what comes back until `wanted`, then sends the rest. */
function sendInParts(index: LocalIndex, wanted: string): Promise<{ early: string; whole: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect(Number(new URL(index.url).port), '127.0.0.1');
    let answer = '';
    let early: string | undefined;
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
      if (early === undefined && answer.includes(wanted)) {
        early = answer;
        socket.write('b'.repeat(1000));
      }
    });
    socket.on('error', reject).on('end', () => resolve({ early: early ?? '', whole: answer }));
    const head = 'POST /legacy/ HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\nContent-Length: 2000\r\n\r\n';
    socket.write(head + 'a'.repeat(1000));
  });
}

describe('an early answer', () => {
  test('comes while the body is still being sent, and the rest of it is taken', async () => {
    const { index } = await withFaults('upload:early=403');
    const { early, whole } = await sendInParts(index, '"title"');
    expect(early).toMatch(/^HTTP\/1\.1 403 /);
    expect(early.toLowerCase()).toContain('connection: close');
    expect(whole).toBe(early);
    expect(index.requests.at(-1)).toMatchObject({ status: 403, receivedBytes: 2000 });
  });

  test('to an exchange spends the identity token', async () => {
    const { index } = await withFaults('mint:early=503');
    const identity = await identityToken(index.gitHubEnvironment());
    expect((await mint(index, identity)).status).toBe(503);
    await expect.poll(async () => (await mint(index, identity)).body.errors?.[0]?.code).toBe('invalid-reuse-token');
  });

  test('can belong to a file that is stored all the same', async () => {
    const { index } = await withFaults('upload:early=502:stored');
    expect((await upload(index, 'local', sdist('alpha', '1.0'))).status).toBe(502);
    await expect.poll(() => listedFiles(index, 'alpha')).toEqual(['alpha-1.0.tar.gz']);
  });
});

describe('a slow line', () => {
  test('slows uploads down', async () => {
    const { index } = await withFaults('upload:bandwidth=4000');
    const file = sdist('alpha', '1.0', randomBytes(600).toString('hex'));
    const started = performance.now();
    expect((await upload(index, 'local', file)).status).toBe(200);
    const seconds = (performance.now() - started) / 1000;
    expect(seconds).toBeGreaterThan(file.bytes.length / 4000);
  });

  test('slows answers down, and goes together with other faults', async () => {
    const { index } = await withFaults('simple:bandwidth=1000', 'simple:delay=100', 'simple:html=500');
    const started = performance.now();
    const response = await fetch(`${index.simpleUrl}alpha/`);
    const text = await response.text();
    expect(response.status).toBe(500);
    expect(performance.now() - started).toBeGreaterThan(95 + text.length);
  });
});

describe('simultaneous first files of a release', () => {
  const tags = ['py3-none-any', 'cp311-cp311-win_amd64', 'cp312-cp312-win_amd64'];

  test('fail but for one, as on PyPI', async () => {
    const { index } = await withFaults('upload:race:times=all');
    const statuses = async (version: string) => {
      const answers = await Promise.all(tags.map((tag) => upload(index, 'local', wheel('alpha', version, tag))));
      return answers.map(({ status }) => status).sort();
    };
    expect(await statuses('1.0')).toEqual([200, 500, 500]);
    expect(await listedFiles(index, 'alpha')).toHaveLength(1);
    // Now the release exists.
    expect(await statuses('1.0')).toEqual([200, 200, 200]);
    expect(await listedFiles(index, 'alpha')).toHaveLength(3);
  });

  test('one after the other are none', async () => {
    const { index } = await withFaults('upload:race:times=all');
    for (const tag of tags) {
      expect((await upload(index, 'local', wheel('alpha', '1.0', tag))).status).toBe(200);
    }
  });
});

test('a stale simple index does not know yet what was uploaded lately', async () => {
  const { index, clock } = await withFaults();
  await upload(index, 'local', sdist('alpha', '1.0'));
  clock.advance(700);
  await upload(index, 'local', sdist('alpha', '1.1'));
  await upload(index, 'local', sdist('beta', '1.0'));
  index.setFaults([parseFault('simple:stale:times=3')]);
  expect(await listedFiles(index, 'Alpha')).toEqual(['alpha-1.0.tar.gz']);
  expect((await fetch(`${index.simpleUrl}beta/`)).status).toBe(404);
  expect(await listedFiles(index, 'alpha')).toEqual(['alpha-1.0.tar.gz', 'alpha-1.1.tar.gz']);
});

describe('identity tokens', () => {
  test.each(['wrong-audience', 'expired-identity'])('that cannot be used: %s', async (kind) => {
    const { index } = await withFaults(`identity:${kind}`);
    const environment = index.gitHubEnvironment();
    const { body } = await mint(index, await identityToken(environment));
    expect(body.errors?.[0]?.code).toBe('invalid-token');
    expect((await mint(index, await identityToken(environment))).status).toBe(200);
  });
});

test('a delayed answer comes late, and closing does not wait for it', async () => {
  const { index } = await withFaults('audience:delay=50', 'simple:delay=60000');
  const started = performance.now();
  expect((await fetch(`${index.url}/_/oidc/audience`)).status).toBe(200);
  expect(performance.now() - started).toBeGreaterThan(45);
  const waiting = fetch(`${index.simpleUrl}alpha/`).catch(() => 'ended');
  await new Promise((resolve) => setTimeout(resolve, 20));
  await index.close();
  expect(await Promise.race([waiting.then(() => 'done'), new Promise((resolve) => setTimeout(resolve, 5000))])).toBe(
    'done',
  );
});

test('faults of a route leave the others alone, and can be replaced', async () => {
  const { index } = await withFaults('upload:status=500:times=9');
  expect((await mint(index, await identityToken(index.gitHubEnvironment()))).status).toBe(200);
  index.setFaults([]);
  expect((await upload(index, await mintedToken(index), sdist('alpha', '1.0'))).status).toBe(200);
});
