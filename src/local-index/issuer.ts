/**
 * The simulated identity issuers: one key pair, which the index trusts in the name of every real issuer and nobody else
 * trusts at all, and the documents that an issuer publishes. Tokens are really signed (RS256). What they say is in
 * `jobs/`.
 * @see https://openid.net/specs/openid-connect-discovery-1_0.html
 */

import { randomUUID } from 'node:crypto';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { buildkiteIssuer } from './jobs/buildkite.ts';
import { circleCiIssuer } from './jobs/circleci.ts';
import { builtInIssuers } from './publisher-matching.ts';
import type { PublisherConfiguration } from './publishers.ts';

/** One key pair, made when it is first needed. */
export class Issuer {
  #keys: Promise<{ readonly privateKey: CryptoKey; readonly jwk: JWK }> | undefined;

  /** The public keys, as the issuer publishes them. */
  async keySet(): Promise<{ readonly keys: readonly JWK[] }> {
    const { jwk } = await this.#keyPair();
    return { keys: [jwk] };
  }

  /** A signed token; `kid` and the algorithm are those of the published key. */
  async sign(claims: Record<string, unknown>): Promise<string> {
    const { privateKey, jwk } = await this.#keyPair();
    return await new SignJWT(claims)
      .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: jwk.kid ?? '' })
      .sign(privateKey);
  }

  /** The OpenID Connect discovery document, with keys at `keySetUrl`. */
  discovery(issuer: string, keySetUrl: string): Record<string, unknown> {
    return {
      issuer,
      jwks_uri: keySetUrl,
      subject_types_supported: ['public', 'pairwise'],
      response_types_supported: ['id_token'],
      id_token_signing_alg_values_supported: ['RS256'],
      scopes_supported: ['openid'],
    };
  }

  #keyPair(): Promise<{ readonly privateKey: CryptoKey; readonly jwk: JWK }> {
    this.#keys ??= makeKeys();
    return this.#keys;
  }
}

/** Issuers of GitLab instances other than gitlab.com, as publishers name them. */
export function customIssuers(publishers: readonly PublisherConfiguration[]): string[] {
  const urls = publishers.flatMap((item) => (item.provider === 'gitlab' ? [item.issuer_url] : []));
  return [...new Set(urls)].filter((url) => url !== builtInIssuers.gitlab);
}

/** All simulated issuers by their name under `/_issuers/`; an instance of GitLab is called by its host. */
export function issuersByName(publishers: readonly PublisherConfiguration[]): ReadonlyMap<string, string> {
  const custom = customIssuers(publishers).map((url) => [url.replace(/^https?:\/\//, ''), url] as const);
  return new Map([
    ...Object.entries(builtInIssuers),
    ['circleci', circleCiIssuer],
    ['buildkite', buildkiteIssuer],
    ...custom,
  ]);
}

async function makeKeys(): Promise<{ readonly privateKey: CryptoKey; readonly jwk: JWK }> {
  const { privateKey, publicKey } = await generateKeyPair('RS256');
  const jwk = { ...(await exportJWK(publicKey)), kid: randomUUID(), alg: 'RS256', use: 'sig' };
  return { privateKey, jwk };
}
