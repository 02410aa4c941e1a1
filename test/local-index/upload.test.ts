import { describe, expect, test } from 'vitest';
import { deserializeMacaroon, narrowMacaroon, serializeMacaroon } from '../../src/local-index/macaroon.ts';
import { Secret } from '../../src/secret.ts';
import { sendForm, uploadParts } from './replay-http.ts';
import {
  basic,
  blake2b256,
  listedFiles,
  mintedToken,
  sdist,
  sha256,
  testIndex,
  uniqueText,
  upload,
  wheel,
} from './support.ts';

describe('an accepted upload', () => {
  test('is stored with digests, size and time, and can be downloaded unchanged', async () => {
    const { index, clock } = await testIndex();
    const distribution = wheel('alpha', '1.0');
    const answer = await upload(index, await mintedToken(index), distribution, { set: { requires_python: '>=3.8' } });
    expect(answer).toMatchObject({ status: 200, code: '200 OK' });
    const page = await fetch(`${index.simpleUrl}alpha/`, {
      headers: { accept: 'application/vnd.pypi.simple.v1+json' },
    });
    const { files } = (await page.json()) as { files: Record<string, unknown>[] };
    expect(files).toEqual([
      {
        filename: 'alpha-1.0-py3-none-any.whl',
        url: expect.stringContaining(`${index.url}/files/`),
        hashes: { sha256: sha256(distribution.bytes) },
        size: distribution.bytes.length,
        'upload-time': new Date(clock.timeMs).toISOString().replace('Z', '000Z'),
        'requires-python': '>=3.8',
        yanked: false,
        provenance: null,
        'core-metadata': { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
        'data-dist-info-metadata': { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
    ]);
    const url = String(files[0]?.['url']);
    const download = await fetch(url);
    expect(Buffer.from(await download.arrayBuffer())).toEqual(distribution.bytes);
    expect(download.headers.get('content-length')).toBe(String(distribution.bytes.length));
    const metadata = await (await fetch(`${url}.metadata`)).text();
    expect(metadata).toContain('Name: alpha\n');
    expect(files[0]?.['core-metadata']).toEqual({ sha256: sha256(Buffer.from(metadata)) });
    const head = await fetch(url, { method: 'HEAD' });
    expect(head.headers.get('content-length')).toBe(String(distribution.bytes.length));
    expect(await head.text()).toBe('');
  });

  test('may be larger than what a process keeps in memory for it', async () => {
    const { index } = await testIndex();
    const distribution = sdist('alpha', '1.0');
    // Bytes after the end of the gzip stream: the archive stays readable, the file is 40 MB.
    const bytes = Buffer.concat([distribution.bytes, Buffer.alloc(40_000_000)]);
    const answer = await upload(index, await mintedToken(index), { ...distribution, bytes });
    expect(answer.code).toBe('200 OK');
    expect(index.requests.at(-1)?.upload?.sizeBytes).toBe(bytes.length);
  });
});

describe('authentication', () => {
  test('takes Basic with `__token__`, Bearer and token, and nothing else', async () => {
    const literal = `my-${uniqueText()}`;
    const { index } = await testIndex({ apiTokens: [new Secret(literal)] });
    const tries = async (authorization: string) =>
      (await upload(index, '', sdist('alpha', '1.0'), { authorization })).code;
    const unknown = expect.stringContaining('403 Invalid or non-existent authentication information.');
    expect(await tries(basic(literal))).toBe('200 OK');
    expect(await tries(basic(` ${literal} \n`))).toBe('200 OK');
    expect(await tries(`Bearer ${literal}`)).toBe('200 OK');
    expect(await tries(`BEARER ${literal}`)).toBe('200 OK');
    expect(await tries(`token ${literal}`)).toBe('200 OK');
    expect(await tries(literal)).toEqual(unknown);
    expect(await tries(`Bearer  ${literal}`)).toEqual(unknown);
    expect(await tries(basic(`${literal}x`))).toEqual(unknown);
    expect(await tries('Basic %%%')).toEqual(unknown);
    const password = `Basic ${Buffer.from(`alice:${literal}`).toString('base64')}`;
    expect(await tries(password)).toMatch(/^403 Username\/Password authentication is no longer supported/);
  });

  test('a user token creates projects, a minted one does not', async () => {
    const { index } = await testIndex({ apiTokens: [new Secret('local')] });
    expect((await upload(index, 'local', sdist('brand-new', '1.0'))).status).toBe(200);
    const refused = await upload(index, await mintedToken(index), sdist('brand-newer', '1.0'));
    expect(refused.code).toMatch(/^400 Non-user identities cannot create new projects/);
  });

  test('tells every caveat that is not met', async () => {
    const { index, clock } = await testIndex();
    index.control.createProject('beta');
    const token = await mintedToken(index);
    const macaroon = deserializeMacaroon(token);
    if (macaroon === undefined) {
      throw new Error('No macaroon.');
    }
    const narrowed = (caveat: unknown) => serializeMacaroon(narrowMacaroon(macaroon, JSON.stringify(caveat)));
    const code = async (used: string, name = 'alpha', version = '1.0') =>
      (await upload(index, used, sdist(name, version))).code;
    expect(await code(token, 'beta')).toContain(
      "403 Invalid API Token: OIDC scoped token is not valid for project 'beta', " +
        "project-scoped token is not valid for project: 'beta'",
    );
    expect(await code(serializeMacaroon({ ...macaroon, signature: Buffer.alloc(32) }))).toBe(
      '403 Invalid API Token: signatures do not match',
    );
    expect(await code(narrowed([1, ['beta']]))).toBe(
      "403 Invalid API Token: project-scoped token is not valid for project: 'alpha'",
    );
    expect(await code(narrowed([99, 'x']))).toBe('403 Invalid API Token: caveat has unknown tag: 99');
    expect(await code(narrowed([1, ['alpha']]))).toBe('200 OK');
    clock.advance(899);
    expect(await code(token, 'alpha', '2.0')).toBe('200 OK');
    clock.advance(1);
    // PyPI checks the caveats it issued a second time, and lists their reasons again.
    expect(await code(token, 'alpha', '3.0')).toBe('403 Invalid API Token: token is expired, token is expired');
    const detached = await mintedToken(index);
    index.control.detachPublishers('alpha');
    expect(await code(detached)).toContain("OIDC scoped token is not valid for project 'alpha'");
  });
});

describe('refusals', () => {
  test.each([
    ['an unknown action', { set: { ':action': 'nope' } }, 404, undefined],
    ['an old action', { set: { ':action': 'submit' } }, 410, 'Project pre-registration is no longer required'],
    ['another protocol', { set: { protocol_version: '2' } }, 400, 'Unknown protocol version.'],
    ['no name', { unset: ['name'] }, 400, "'' is an invalid value for Name. Error: This field is required."],
    ['UNKNOWN as name', { set: { name: 'UNKNOWN' } }, 400, "'' is an invalid value for Name."],
    ['a bad name', { set: { name: '-x' } }, 400, "'-x' is an invalid value for Name."],
    ['an unknown filetype', { set: { filetype: 'bdist_egg' } }, 400, 'Invalid value for filetype. Error: Use a known'],
    ['a digest of the wrong form', { set: { sha256_digest: 'zz' } }, 400, 'Invalid value for sha256_digest.'],
    ['pyversion of an sdist', { set: { pyversion: 'py3' } }, 400, "Invalid value for pyversion. Error: Use 'source'"],
    ['no digest', { unset: ['sha256_digest'] }, 400, 'Error: Include at least one message digest.'],
    ['a wrong digest', { set: { sha256_digest: '0'.repeat(64) } }, 400, 'The digest supplied does not match'],
    ['no metadata version', { unset: ['metadata_version'] }, 400, 'None is not a valid metadata version.'],
    ['an unknown metadata version', { set: { metadata_version: '9' } }, 400, "'9' is not a valid metadata version."],
    ['no version', { unset: ['version'] }, 400, "'version' is a required field."],
    ['a bad version', { set: { version: '1..0' } }, 400, "'1..0' is invalid for 'version'."],
    ['a local version', { set: { version: '1.0+x' } }, 400, "The use of local versions in '1.0+x' is not allowed."],
    ['a repeated field', { add: [['name', 'beta']] }, 400, "'name' has invalid data."],
    [
      'a field too new',
      { add: [['license_file', 'X']] },
      400,
      'license-file introduced in metadata version 2.4, not 2.1.',
    ],
    ['a long summary', { set: { summary: 'x'.repeat(513) } }, 400, "'summary' field must be 512 characters or less."],
    ['a wrong extension', { filename: 'alpha-1.0.egg' }, 400, 'Invalid file extension: Use'],
    ['another name in the file name', { filename: 'beta-1.0.tar.gz' }, 400, "Start filename for 'alpha' with 'alpha'."],
    ['another version in the file name', { filename: 'alpha-2.0.tar.gz' }, 400, "should be 'alpha-1.0.tar.gz'."],
    ['a path as file name', { filename: 'a/alpha-1.0.tar.gz' }, 400, "Cannot upload a file with '/' or"],
  ] as const)('%s', async (_name, options, status, text) => {
    const { index } = await testIndex({ apiTokens: [new Secret('local')] });
    const answer = await upload(index, 'local', sdist('alpha', '1.0'), options);
    expect(answer.status).toBe(status);
    if (text !== undefined) {
      expect(answer.code).toMatch(new RegExp(`^${status} `));
      expect(answer.code).toContain(text);
    }
    expect(await listedFiles(index, 'alpha')).toEqual([]);
  });

  test('come one at a time, in the order of the server', async () => {
    const { index } = await testIndex({ apiTokens: [new Secret('local')] });
    const wrong: Record<string, string> = { protocol_version: '9', name: '-x', filetype: 'x', metadata_version: '9' };
    const code = async (token: string) => (await upload(index, token, sdist('alpha', '1.0'), { set: wrong })).code;
    expect(await code('unknown')).toContain('Invalid or non-existent authentication');
    expect(await code('local')).toBe('400 Unknown protocol version.');
    wrong['protocol_version'] = '1';
    expect(await code('local')).toContain('is an invalid value for Name');
    wrong['name'] = 'alpha';
    expect(await code('local')).toContain('Invalid value for filetype');
    wrong['filetype'] = 'sdist';
    expect(await code('local')).toContain('is not a valid metadata version');
  });

  test('a body that is cut or no form at all is refused as such', async () => {
    const { index } = await testIndex();
    const post = async (body: string, type: string) => {
      const headers = { 'content-type': type, accept: 'application/json' };
      const response = await fetch(`${index.uploadUrl}?:action=file_upload`, { method: 'POST', body, headers });
      return `${response.status} ${await response.text()}`;
    };
    const part = '--b\r\nContent-Disposition: form-data; name="name"\r\n\r\nalpha';
    expect(await post(part, 'multipart/form-data; boundary=b')).toContain('400 Invalid Form Data.');
    expect(await post('x', 'multipart/form-data')).toContain('400 Invalid Form Data.');
    expect(await post('x', 'text/plain')).toContain('400 Invalid Form Data.');
  });

  test('other parts with a file name are refused, `gpg_signature` excepted', async () => {
    const { index } = await testIndex({ apiTokens: [new Secret('local')] });
    const send = async (name: string) => {
      const form = new FormData();
      form.append(':action', 'file_upload');
      form.append(name, new Blob(['x']), 'x.asc');
      const headers = { authorization: basic('local'), accept: 'text/plain' };
      return await (await fetch(index.uploadUrl, { method: 'POST', body: form, headers })).text();
    };
    expect(await send('summary')).toContain('400 summary: Should not be a tuple.');
    expect(await send('gpg_signature')).toContain("400 '' is an invalid value for Name.");
  });
});

describe('a file that may exist already', () => {
  test('is a success when nothing differs, a refusal when name or bytes collide', async () => {
    const { index } = await testIndex();
    const token = await mintedToken(index);
    const first = wheel('alpha', '1.0');
    expect((await upload(index, token, first)).status).toBe(200);
    expect(await upload(index, token, first)).toMatchObject({ status: 200, code: '200 OK' });
    const changed = { ...first, bytes: Buffer.concat([Buffer.from('x'), first.bytes]) };
    const blake = await blake2b256(changed.bytes);
    expect((await upload(index, token, changed)).code).toContain(
      `400 File already exists ('alpha-1.0-py3-none-any.whl', with blake2_256 hash '${blake}').`,
    );
    const renamed = { ...first, filename: 'alpha-1.0-py2-none-any.whl' };
    expect((await upload(index, token, renamed)).code).toContain(
      "400 File already exists ('alpha-1.0-py2-none-any.whl', with",
    );
    expect(await listedFiles(index, 'alpha')).toEqual(['alpha-1.0-py3-none-any.whl']);
  });

  test('keeps its name used after deletion, while the bytes may come under another', async () => {
    const { index } = await testIndex();
    const token = await mintedToken(index);
    const first = wheel('alpha', '1.0');
    await upload(index, token, first);
    index.control.deleteFile(first.filename);
    expect((await upload(index, token, first)).code).toMatch(/^400 This filename was previously used/);
    expect((await upload(index, token, { ...first, filename: 'alpha-1.0-py2-none-any.whl' })).status).toBe(200);
  });

  test('is checked for its digests first', async () => {
    const { index } = await testIndex();
    const token = await mintedToken(index);
    await upload(index, token, sdist('alpha', '1.0'));
    const again = await upload(index, token, sdist('alpha', '1.0'), { set: { sha256_digest: '0'.repeat(64) } });
    expect(again.code).toMatch(/^400 The digest supplied does not match/);
  });
});

describe('a release', () => {
  test('takes files for 14 days', async () => {
    const { index, clock } = await testIndex({ apiTokens: [new Secret('local')] });
    await upload(index, 'local', wheel('alpha', '1.0'));
    clock.advance(14 * 24 * 3600);
    expect((await upload(index, 'local', wheel('alpha', '1.0', 'py2-none-any'))).status).toBe(200);
    clock.advance(1);
    const late = await upload(index, 'local', sdist('alpha', '1.0'));
    expect(late.code).toBe('400 Uploading new files to releases older than 14 days is not allowed.');
    expect((await upload(index, 'local', wheel('alpha', '1.0'))).status).toBe(200);
  });

  test('takes one source distribution, equal versions counting as one', async () => {
    const { index } = await testIndex({ apiTokens: [new Secret('local')] });
    await upload(index, 'local', sdist('alpha', '1.0'));
    const second = await upload(index, 'local', sdist('alpha', '1.0.0'));
    expect(second.code).toBe('400 Only one sdist may be uploaded per release.');
  });

  test('keeps the metadata of its first file', async () => {
    const { index } = await testIndex({ apiTokens: [new Secret('local')] });
    await upload(index, 'local', wheel('alpha', '1.0'), { set: { summary: 'first' } });
    await upload(index, 'local', sdist('alpha', '1.0'), { set: { summary: 'second' } });
    const { info } = (await (await fetch(`${index.url}/pypi/alpha/json`)).json()) as { info: { summary: string } };
    expect(info.summary).toBe('first');
  });
});

describe('archives', () => {
  test.each([
    ['an sdist that is no archive', 'alpha-1.0.tar.gz', Buffer.from('no archive'), 'File is not a tarfile'],
    ['a wheel that is no archive', 'alpha-1.0-py3-none-any.whl', Buffer.from('no archive'), 'File is not a zipfile'],
  ])('%s', async (_name, filename, bytes, text) => {
    const { index } = await testIndex();
    const answer = await upload(index, await mintedToken(index), { filename, bytes, name: 'alpha', version: '1.0' });
    expect(answer.code).toBe(`400 Invalid distribution file. ${text}`);
  });

  test('an sdist may have something after its end', async () => {
    const { index } = await testIndex();
    const file = sdist('alpha', '1.0');
    const bytes = Buffer.concat([file.bytes, Buffer.from('garbage')]);
    expect((await upload(index, await mintedToken(index), { ...file, bytes })).code).toBe('200 OK');
  });

  test('a wheel needs its dist-info folder under its own name', async () => {
    const { index } = await testIndex();
    const other = { ...wheel('alpha', '2.0'), filename: 'alpha-1.0-py3-none-any.whl', version: '1.0' };
    const answer = await upload(index, await mintedToken(index), other);
    expect(answer.code).toContain('WHEEL not found at alpha-1.0.dist-info/WHEEL');
  });
});

describe('new projects', () => {
  test.each([
    ['json', "The name 'json' isn't allowed (conflict with Python Standard Library module name)."],
    ['a.l.p.h.a', "The name 'a.l.p.h.a' is too similar to an existing project."],
    ['evil', "The name 'evil' isn't allowed."],
  ])('may not be called %s', async (name, text) => {
    const { index } = await testIndex({ apiTokens: [new Secret('local')] });
    index.control.prohibitName('evil');
    expect((await upload(index, 'local', sdist(name, '1.0'))).code).toContain(`400 ${text}`);
    expect(index.control.projectNames()).toEqual(['alpha']);
  });

  test('are not left behind by a refused first file', async () => {
    const { index } = await testIndex({ apiTokens: [new Secret('local')] });
    await upload(index, 'local', sdist('gamma', '1.0'), { set: { sha256_digest: '0'.repeat(64) } });
    expect((await fetch(`${index.simpleUrl}gamma/`)).status).toBe(404);
  });
});

describe('attestations', () => {
  const attestation = (name: string, digest: string, type = 'https://docs.pypi.org/attestations/publish/v1') => {
    const statement = { subject: [{ name, digest: { sha256: digest } }], predicateType: type, predicate: null };
    return {
      version: 1,
      verification_material: { certificate: 'AAAA', transparency_entries: [{ logIndex: '1' }] },
      envelope: { statement: Buffer.from(JSON.stringify(statement)).toString('base64'), signature: 'AAAA' },
    };
  };

  test('that fit the file are served by the integrity API', async () => {
    const { index } = await testIndex();
    const file = sdist('alpha', '1.0');
    const attestations = [attestation(file.filename, sha256(file.bytes))];
    const set = { attestations: JSON.stringify(attestations) };
    expect((await upload(index, await mintedToken(index), file, { set })).code).toBe('200 OK');
    const answer = await fetch(`${index.url}/integrity/alpha/1.0/${file.filename}/provenance`);
    expect(await answer.json()).toMatchObject({
      attestation_bundles: [{ publisher: { kind: 'GitHub', repository: 'octo/demo' }, attestations }],
    });
  });

  test.each([
    ['junk', 'Malformed attestations'],
    ['[]', 'Malformed attestations: an empty attestation set is not permitted'],
    [JSON.stringify([attestation('other-1.0.tar.gz', '00')]), 'Could not verify the uploaded artifact'],
    [JSON.stringify([attestation('alpha-1.0.tar.gz', '00')]), 'Could not verify the uploaded artifact'],
  ])('%s', async (text, refusal) => {
    const { index } = await testIndex();
    const answer = await upload(index, await mintedToken(index), sdist('alpha', '1.0'), {
      set: { attestations: text },
    });
    expect(answer.code).toContain(`400 Invalid attestations supplied during upload: ${refusal}`);
  });

  test('need trusted publishing', async () => {
    const { index } = await testIndex({ apiTokens: [new Secret('local')] });
    const answer = await upload(index, 'local', sdist('alpha', '1.0'), { set: { attestations: '[]' } });
    expect(answer.code).toContain('Attestations are only supported when using Trusted Publishing');
  });
});

describe('the form of an answer', () => {
  const bad = { set: { protocol_version: '9' } };

  test.each([
    ['application/json', 'application/json'],
    ['application/json, */*;q=0.1', 'application/json'],
    ['text/plain, application/json;q=0.5', 'application/json'],
    ['application/json, text/html', 'text/html; charset=UTF-8'],
    ['*/*', 'text/html; charset=UTF-8'],
    ['application/json; charset=utf-8', 'text/plain; charset=UTF-8'],
    ['application/xml', 'text/plain; charset=UTF-8'],
  ])('for Accept: %s is %s', async (accept, type) => {
    const { index } = await testIndex({ apiTokens: [new Secret('local')] });
    const answer = await upload(index, 'local', sdist('alpha', '1.0'), { ...bad, accept });
    expect(answer).toMatchObject({ status: 400, contentType: type, reason: 'Unknown protocol version.' });
    expect(answer.text).toContain('Unknown protocol version.');
  });

  test('puts a message with line breaks and other letters safely into the status line', async () => {
    const { index } = await testIndex({ apiTokens: [new Secret('local')] });
    const answer = await upload(index, 'local', sdist('alpha', '1.0'), { set: { name: '日\n本' } });
    expect(answer.reason).toMatch(/^'\?.*\?' is an invalid value for Name\./);
    expect(answer.code).toContain("400 '?\\");
  });
});

describe('addresses', () => {
  test('without the slash redirect, and methods other than POST are refused', async () => {
    const { index } = await testIndex();
    const redirected = await fetch(`${index.url}/legacy`, { method: 'POST', body: 'x', redirect: 'manual' });
    expect(redirected.status).toBe(308);
    expect(redirected.headers.get('location')).toBe('/legacy/');
    const read = await fetch(`${index.uploadUrl}?:action=file_upload`);
    expect(read.status).toBe(405);
    expect(read.headers.get('allow')).toBe('POST');
    expect((await fetch(index.uploadUrl)).status).toBe(404);
  });
});

describe('switches and states', () => {
  test('refuse uploads as the site does', async () => {
    const { index } = await testIndex({ apiTokens: [new Secret('local')] });
    const minted = await mintedToken(index);
    const code = async (token: string) => (await upload(index, token, sdist('alpha', uniqueVersion()))).code;
    index.control.setFlag('read-only');
    expect(await code(minted)).toBe('403 Read-only mode: Uploads are temporarily disabled.');
    index.control.setFlag('read-only', false);
    index.control.setFlag('disallow-new-upload');
    expect(await code(minted)).toMatch(/^403 New uploads are temporarily disabled/);
    index.control.setFlag('disallow-new-upload', false);
    index.control.setLifecycle('alpha', 'quarantined');
    expect(await code(minted)).toMatch(/^403 The given token isn't allowed to upload to project 'alpha'/);
    expect(await code('local')).toBe('200 OK');
    index.control.setLifecycle('alpha', 'archived');
    expect(await code('local')).toMatch(/^403 The user 'local' isn't allowed to upload to project 'alpha'/);
  });
});

let versions = 0;
function uniqueVersion(): string {
  versions += 1;
  return `1.${versions}`;
}

describe('the content type of the file', () => {
  test.each([
    ['image/png', 400],
    ['image/svg+xml; charset=utf-8', 400],
    ['', 400],
    ['IMAGE/PNG', 200],
    ['text/plain', 200],
  ])('in the letters of a content type, %s: %i', async (type, status) => {
    const { index } = await testIndex({ apiTokens: [new Secret('local')] });
    const made = sdist('alpha', '1.0');
    const fields = [
      ['metadata_version', '2.1'],
      ['name', 'alpha'],
      ['version', '1.0'],
    ] as const;
    const parts = [{ name: ':action', value: 'file_upload' }, ...(await uploadParts(made, fields))].map((part) =>
      part.name === 'content' ? { ...part, contentType: type } : part,
    );
    const headers = { authorization: basic('local'), accept: 'application/json' };
    expect((await sendForm(index.uploadUrl, 'POST', headers, parts)).status).toBe(status);
  });
});
