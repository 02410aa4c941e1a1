/**
 * What an identity token says. Read without verifying the signature (the index verifies), to stop early with a better
 * message than the index can give, and to show people what the index will see.
 */

import { decodeJwt, decodeProtectedHeader } from 'jose';
import * as z from 'zod/mini';
import type { Secret } from '../secret.ts';
import { IdentityError, type IdentityToken } from './provider.ts';

/** All claims as they came, with the registered ones (RFC 7519 §4.1) typed. Times are seconds since the epoch. */
export type Claims = z.infer<typeof claimsSchema>;

const claimsSchema = z.looseObject({
  iss: z.string(),
  aud: z.union([z.string(), z.array(z.string())]),
  exp: z.number(),
  iat: z.optional(z.number()),
  nbf: z.optional(z.number()),
  sub: z.optional(z.string()),
  jti: z.optional(z.string()),
});

/** The value of a claim when it is a non-empty string. */
export function textClaim(claims: Claims, name: string): string | undefined {
  const value = claims[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Clock difference that PyPI allows, in seconds. */
const leewaySeconds = 30;

/**
 * Read a token's claims and refuse what any index would refuse: not a JWT, another audience, expired.
 *
 * @param source who gave the token, for messages
 * @throws {IdentityError} `IDENTITY_TOKEN_INVALID`; the token itself is in no message
 */
export function readIdentityToken(
  token: Secret,
  expected: { audience: string; nowMs: number; source: string },
): IdentityToken {
  const claims = decodeClaims(token, expected.source);
  const { aud, exp, iat, nbf } = claims;
  const nowSeconds = expected.nowMs / 1000;
  if (Array.isArray(aud)) {
    throw invalid(
      `The identity token of ${expected.source} is made out to a list of audiences (${aud.join(', ')}).`,
      `PyPI accepts a single text only: ask for the audience \`${expected.audience}\` alone, not as a list.`,
    );
  }
  if (aud !== expected.audience) {
    throw invalid(
      `The identity token of ${expected.source} is made out to the audience \`${aud}\`, but this index wants \`${expected.audience}\`.`,
      'A token is good for one index only: request it for the index that you upload to.',
    );
  }
  if (exp + leewaySeconds <= nowSeconds) {
    const ago = Math.round(nowSeconds - exp);
    throw invalid(
      `The identity token of ${expected.source} expired ${ago} s ago.`,
      'Request it right before it is used. If it is fresh, the clock of this machine is wrong.',
    );
  }
  const begins = Math.max(nbf ?? 0, iat ?? 0);
  if (begins - leewaySeconds > nowSeconds) {
    throw invalid(
      `The identity token of ${expected.source} is valid only in ${Math.round(begins - nowSeconds)} s.`,
      'The clock of this machine runs behind: correct it, then run the same command again.',
    );
  }
  return { token, claims };
}

function decodeClaims(token: Secret, source: string): Claims {
  const malformed = (what: string) =>
    invalid(
      `What ${source} gave is not an identity token: ${what}.`,
      'A token has three parts separated by dots. Check where it comes from: it may be cut off, or another kind of token.',
    );
  let decoded: unknown;
  try {
    decodeProtectedHeader(token.reveal());
    decoded = decodeJwt(token.reveal());
  } catch {
    throw malformed('it cannot be read as a JWT');
  }
  const claims = claimsSchema.safeParse(decoded);
  if (claims.success) return claims.data;
  const names = claims.error.issues.map((issue) => `\`${issue.path.join('.')}\``);
  throw malformed(`the claim ${names.join(', ')} is missing or has the wrong type`);
}

function invalid(message: string, hint: string): IdentityError {
  return new IdentityError('IDENTITY_TOKEN_INVALID', { message, hint });
}
