/**
 * A certificate authority for one run of the index, and the certificate that it signs for 127.0.0.1 and localhost. The
 * authority's private key is used once and forgotten: who trusts it trusts this one server and nothing else, ever.
 *
 * Written by hand on `node:crypto`, which can sign but not build certificates: a library for it would be a quarter of
 * the whole package. Extensions are those that OpenSSL (with Python's strict flag) and webpki (uv) insist on.
 * @see RFC 5280; ITU-T X.690 for the encoding
 */

import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export interface ServerCertificate {
  /** The authority, PEM: what clients have to trust. */
  readonly authority: string;
  /** The server's certificate, PEM. */
  readonly certificate: string;
  /** The server's private key, PEM. */
  readonly key: string;
}

const dayMs = 86_400_000;
const lifetimeDays = 30;

/** @param nowMs the certificates are good from a day before until thirty days after */
export function issueServerCertificate(nowMs: number): ServerCertificate {
  const authority = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const server = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const issuer = distinguishedName(`pypi-oidc embedded index ${randomBytes(4).toString('hex')}`);
  const validity = sequence(utcTime(nowMs - dayMs), utcTime(nowMs + lifetimeDays * dayMs));
  const issued = { issuer, validity, signingKey: authority.privateKey, authorityKey: authority.publicKey };
  return {
    authority: certificate({
      ...issued,
      subject: issuer,
      publicKey: authority.publicKey,
      extensions: [
        extension(oid.basicConstraints, sequence(boolean(true), integer(0)), true),
        // keyCertSign and cRLSign; the first byte counts unused bits.
        extension(oid.keyUsage, der(0x03, Buffer.of(1, 0b0000_0110)), true),
      ],
    }),
    certificate: certificate({
      ...issued,
      subject: distinguishedName('localhost'),
      publicKey: server.publicKey,
      extensions: [
        extension(oid.basicConstraints, sequence(), true),
        extension(oid.keyUsage, der(0x03, Buffer.of(7, 0b1000_0000)), true),
        extension(oid.extendedKeyUsage, sequence(objectIdentifier(oid.serverAuthentication))),
        extension(
          oid.subjectAlternativeName,
          sequence(der(0x82, Buffer.from('localhost')), der(0x87, Buffer.of(127, 0, 0, 1))),
        ),
      ],
    }),
    key: server.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

interface CertificateContent {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly validity: Buffer;
  readonly publicKey: KeyObject;
  readonly signingKey: KeyObject;
  readonly authorityKey: KeyObject;
  readonly extensions: readonly Buffer[];
}

/** Object identifiers, as their encoded content in hexadecimal. */
const oid = {
  ecdsaWithSha256: '2a8648ce3d040302',
  commonName: '550403',
  subjectKeyIdentifier: '551d0e',
  keyUsage: '551d0f',
  subjectAlternativeName: '551d11',
  basicConstraints: '551d13',
  authorityKeyIdentifier: '551d23',
  extendedKeyUsage: '551d25',
  serverAuthentication: '2b06010505070301',
} as const;

function certificate(content: CertificateContent): string {
  const algorithm = sequence(objectIdentifier(oid.ecdsaWithSha256));
  const extensions = sequence(
    ...content.extensions,
    extension(oid.subjectKeyIdentifier, der(0x04, keyIdentifier(content.publicKey))),
    extension(oid.authorityKeyIdentifier, sequence(der(0x80, keyIdentifier(content.authorityKey)))),
  );
  const toBeSigned = sequence(
    // Version 3.
    der(0xa0, integer(2)),
    // A positive number, not beginning with zero bits.
    der(0x02, Buffer.concat([Buffer.of(0x01), randomBytes(15)])),
    algorithm,
    content.issuer,
    content.validity,
    content.subject,
    spki(content.publicKey),
    der(0xa3, extensions),
  );
  const signature = sign('sha256', toBeSigned, content.signingKey);
  const whole = sequence(toBeSigned, algorithm, der(0x03, Buffer.concat([Buffer.of(0), signature])));
  const lines = whole.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function spki(key: KeyObject): Buffer {
  return key.export({ type: 'spki', format: 'der' });
}

/** Any function of the key will do, if authority and server agree; this is not RFC 5280's SHA-1. */
function keyIdentifier(key: KeyObject): Buffer {
  return createHash('sha256').update(spki(key)).digest().subarray(0, 20);
}

function extension(identifier: string, value: Buffer, isCritical = false): Buffer {
  const critical = isCritical ? [boolean(true)] : [];
  return sequence(objectIdentifier(identifier), ...critical, der(0x04, value));
}

function distinguishedName(commonName: string): Buffer {
  return sequence(der(0x31, sequence(objectIdentifier(oid.commonName), der(0x0c, Buffer.from(commonName)))));
}

function utcTime(milliseconds: number): Buffer {
  const text = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(0x17, Buffer.from(text.slice(2)));
}

function objectIdentifier(content: string): Buffer {
  return der(0x06, Buffer.from(content, 'hex'));
}

function integer(value: number): Buffer {
  return der(0x02, Buffer.of(value));
}

function boolean(value: boolean): Buffer {
  return der(0x01, Buffer.of(value ? 0xff : 0));
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return der(0x30, Buffer.concat(parts));
}

/** Tag, length, content. */
function der(tag: number, content: Buffer): Buffer {
  const { length } = content;
  if (length < 0x80) {
    return Buffer.concat([Buffer.of(tag, length), content]);
  }
  const head = length < 0x100 ? Buffer.of(tag, 0x81, length) : Buffer.of(tag, 0x82, length >> 8, length & 0xff);
  return Buffer.concat([head, content]);
}
