/**
 * Verification of identity tokens (JWT) as PyPI does it: RS256 only, key by `kid`, 30 seconds of leeway, an audience
 * that is one string, string `sub` and `jti`. Two stages, because the issuer must be read before it can be trusted.
 * @see https://docs.pypi.org/trusted-publishers/internals/
 */

import { compactVerify, importJWK, type JWK } from 'jose';
import { ServerCrash } from './answers.ts';
import type { Claims } from './publisher-matching.ts';
import { pythonInteger } from './python-values.ts';

export interface UnverifiedToken {
  readonly token: string;
  readonly keyId: string | undefined;
  readonly claims: Claims;
}

const leewaySeconds = 30;

/**
 * The parts of a token that are needed to find its key; nothing is trusted yet. `undefined` when it cannot be parsed.
 * @throws {ServerCrash} for an issuer that is neither text nor null, which PyPI does not catch.
 */
export function readUnverified(token: string): UnverifiedToken | undefined {
  const parts = token.split('.');
  if (parts.length !== 3 || !parts.every(isBase64Url)) {
    return undefined;
  }
  const header = decodeObject(parts[0]);
  const claims = decodeObject(parts[1]);
  if (header === undefined || claims === undefined || !('iss' in claims)) {
    return undefined;
  }
  // No critical extension is known, and a payload that is not encoded (RFC 7797) has to be declared as one.
  if ('crit' in header || header['b64'] === false) {
    return undefined;
  }
  const keyId = header['kid'];
  if ('kid' in header && typeof keyId !== 'string') {
    return undefined;
  }
  if (typeof claims['iss'] !== 'string' && claims['iss'] !== null) {
    throw new ServerCrash('The iss claim is not a string.');
  }
  return { token, keyId: typeof keyId === 'string' ? keyId : undefined, claims };
}

/**
 * The claims, once signature and standard claims hold; `undefined` otherwise.
 * @param keys public keys of the issuer that the token names.
 */
export async function verifyIdentityToken(
  unverified: UnverifiedToken,
  keys: readonly JWK[],
  audience: string,
  nowMs: number,
): Promise<Claims | undefined> {
  const { token, keyId, claims } = unverified;
  const jwk = keys.find((key) => key.kid !== undefined && key.kid !== '' && key.kid === keyId);
  if (jwk === undefined) {
    return undefined;
  }
  try {
    await compactVerify(token.replace(/=+$/, ''), await importJWK(jwk, 'RS256'), { algorithms: ['RS256'] });
  } catch {
    return undefined;
  }
  return standardClaimsHold(claims, audience, nowMs / 1000) ? claims : undefined;
}

/** Times may be anything that Python's `int` takes. Null counts as absent for the required ones only. */
function standardClaimsHold(claims: Claims, audience: string, nowSeconds: number): boolean {
  const { aud, sub, jti } = claims as Readonly<Record<string, unknown>>;
  const expires = pythonInteger(claims['exp']);
  const issued = pythonInteger(claims['iat']);
  const notBefore = 'nbf' in claims ? pythonInteger(claims['nbf']) : 0;
  return (
    expires !== undefined &&
    expires > nowSeconds - leewaySeconds &&
    issued !== undefined &&
    issued <= nowSeconds + leewaySeconds &&
    notBefore !== undefined &&
    notBefore <= nowSeconds + leewaySeconds &&
    aud === audience &&
    (sub === undefined || typeof sub === 'string') &&
    (jti === undefined || typeof jti === 'string')
  );
}

/** Canonical base64url; padding is optional, but has to be right. */
function isBase64Url(part: string): boolean {
  const match = /^([A-Za-z0-9_-]*)(={0,2})$/.exec(part);
  if (match === null || (match[2] !== '' && part.length % 4 !== 0)) {
    return false;
  }
  return Buffer.from(match[1] ?? '', 'base64url').toString('base64url') === match[1];
}

function decodeObject(part: string | undefined): Record<string, unknown> | undefined {
  let value: unknown;
  try {
    const bytes = Buffer.from((part ?? '').replaceAll('=', ''), 'base64url');
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch {
    return undefined;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
