/**
 * Verification of identity tokens (JWT) as PyPI does it: RS256 only, key by `kid`, 30 seconds of leeway, an audience
 * that is one string, string `sub` and `jti`. Two stages, because the issuer must be read before it can be trusted.
 * @see https://docs.pypi.org/trusted-publishers/internals/
 */

import { compactVerify, importJWK, type JWK } from 'jose';
import { ServerCrash } from './answers.ts';
import type { Claims } from './publisher-matching.ts';

export interface UnverifiedToken {
  readonly token: string;
  readonly keyId: string | undefined;
  readonly claims: Claims;
}

const leewaySeconds = 30;

/**
 * The parts of a token that are needed to find its key; nothing is trusted yet. `undefined` when it cannot be parsed.
 * @throws {ServerCrash} for an issuer that is no string, which PyPI does not catch.
 */
export function readUnverified(token: string): UnverifiedToken | undefined {
  const parts = token.split('.');
  if (parts.length !== 3 || !parts.every((part) => /^[A-Za-z0-9_-]*$/.test(part))) {
    return undefined;
  }
  const header = decodeObject(parts[0]);
  const claims = decodeObject(parts[1]);
  if (header === undefined || claims === undefined || 'crit' in header || !('iss' in claims)) {
    return undefined;
  }
  const keyId = header['kid'];
  if (keyId !== undefined && typeof keyId !== 'string') {
    return undefined;
  }
  if (typeof claims['iss'] !== 'string') {
    throw new ServerCrash('The iss claim is not a string.');
  }
  return { token, keyId, claims };
}

/**
 * The claims, once signature and standard claims hold; `undefined` otherwise.
 * @param keys public keys of the issuer that the token names.
 * @throws {ServerCrash} for an expiry written as a numeric string, which PyPI does not catch.
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
    await compactVerify(token, await importJWK(jwk, 'RS256'), { algorithms: ['RS256'] });
  } catch {
    return undefined;
  }
  return standardClaimsHold(claims, audience, nowMs / 1000) ? claims : undefined;
}

function standardClaimsHold(claims: Claims, audience: string, nowSeconds: number): boolean {
  const { iat, exp, nbf, aud, sub, jti } = claims as Readonly<Record<string, unknown>>;
  if (typeof exp === 'string' && /^\d+$/.test(exp)) {
    throw new ServerCrash('The exp claim is a numeric string.');
  }
  return (
    typeof exp === 'number' &&
    exp > nowSeconds - leewaySeconds &&
    typeof iat === 'number' &&
    iat <= nowSeconds + leewaySeconds &&
    (nbf === undefined || (typeof nbf === 'number' && nbf <= nowSeconds + leewaySeconds)) &&
    aud === audience &&
    (sub === undefined || typeof sub === 'string') &&
    (jti === undefined || typeof jti === 'string')
  );
}

function decodeObject(part: string | undefined): Record<string, unknown> | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(part ?? '', 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}
