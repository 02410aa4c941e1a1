import { X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { connect } from 'node:tls';
import { expect, test } from 'vitest';
import { issueServerCertificate } from '../../src/local-index/tls.ts';
import { mint, testIndex } from './support.ts';

const dayMs = 86_400_000;

test('the certificate is for 127.0.0.1 and localhost, signed by an authority that signs nothing else', () => {
  const nowMs = Date.UTC(2026, 8, 1);
  const issued = issueServerCertificate(nowMs);
  const authority = new X509Certificate(issued.authority);
  const server = new X509Certificate(issued.certificate);
  expect(server.verify(authority.publicKey)).toBe(true);
  expect(server.checkIssued(authority)).toBe(true);
  expect(authority.verify(authority.publicKey)).toBe(true);
  expect([authority.ca, server.ca]).toEqual([true, false]);
  expect(server.checkHost('localhost')).toBe('localhost');
  expect(server.checkIP('127.0.0.1')).toBe('127.0.0.1');
  expect(server.checkHost('example.org')).toBeUndefined();
  expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(Date.parse(server.validFrom)).toBe(nowMs - dayMs);
  expect(Date.parse(server.validTo)).toBe(nowMs + 30 * dayMs);
  expect(server.serialNumber).not.toBe(authority.serialNumber);
  expect(new X509Certificate(issueServerCertificate(nowMs).authority).fingerprint).not.toBe(authority.fingerprint);
});

/** Status of a GET over https. */
function get(url: string, ca: string | undefined): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, ca === undefined ? {} : { ca }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}

test('an index with TLS is reached by whoever trusts its authority', async () => {
  const { index } = await testIndex({ tls: true, now: Date.now });
  expect(index.url).toMatch(/^https:\/\/localhost:\d+$/);
  expect(index.uploadUrl).toBe(`${index.url}/legacy/`);
  const path = '/_/oidc/audience';
  expect(await get(index.url + path, index.certificateAuthority)).toBe(200);
  expect(await get(index.url.replace('localhost', '127.0.0.1') + path, index.certificateAuthority)).toBe(200);
  await expect(get(index.url + path, undefined)).rejects.toThrow(/certificate/);
  const { ACTIONS_ID_TOKEN_REQUEST_URL: tokenUrl } = index.gitHubEnvironment();
  expect(tokenUrl?.startsWith(`${index.url}/`)).toBe(true);
});

test('its metadata server has no TLS, as the real one', async () => {
  const { index } = await testIndex({ tls: true, now: Date.now });
  const { GCE_METADATA_HOST: host } = await index.jobEnvironment('google');
  expect(index.url).not.toContain(host);
  const response = await fetch(`http://${host}/computeMetadata/v1/instance/zone`, {
    headers: { 'metadata-flavor': 'Google' },
  });
  expect(response.status).toBe(200);
});

test('a reset over TLS ends the connection, and closing the index ends all', async () => {
  const { index } = await testIndex({ tls: true, now: Date.now });
  index.setFaults([{ route: 'audience', kind: 'reset', when: 'before' }]);
  await expect(get(`${index.url}/_/oidc/audience`, index.certificateAuthority)).rejects.toThrow();
  expect(index.requests.at(-1)?.status).toBe('reset');
  const socket = connect({ host: '127.0.0.1', port: Number(new URL(index.url).port), ca: index.certificateAuthority });
  const ended = new Promise((resolve) => socket.on('error', resolve).on('close', resolve));
  await new Promise((resolve) => socket.once('secureConnect', resolve));
  await index.close();
  await ended;
});

test('without TLS there is no authority', async () => {
  const { index } = await testIndex();
  expect(index.certificateAuthority).toBeUndefined();
  expect((await mint(index, await index.identityToken('github'))).status).toBe(200);
});
