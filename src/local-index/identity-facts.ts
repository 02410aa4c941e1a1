/** Who is behind an exchange or an upload, as facts to show to people: the claims that publishers are matched by, never a token. */

import * as z from 'zod/mini';
import type { Claims } from './publisher-matching.ts';
import type { ProviderName } from './publishers.ts';

export const identityFactsSchema = z.object({
  provider: z.enum(['github', 'gitlab', 'google', 'activestate']),
  /** Claims that matter for matching, as text, in the order people compare them. */
  claims: z.record(z.string(), z.string()),
});

/** A publisher's identity, or the name of the index's user. */
export const uploaderSchema = z.union([z.object({ user: z.string() }), identityFactsSchema]);

export type IdentityFacts = z.infer<typeof identityFactsSchema>;
export type Uploader = z.infer<typeof uploaderSchema>;

/** A minted API token, as far as it may be told. */
export interface Grant {
  readonly identity: IdentityFacts;
  /** Projects at the time of minting, normalised names; `undefined` on an index with open projects. */
  readonly projectNames: readonly string[] | undefined;
  readonly mintedAtMs: number;
  readonly expiresAtMs: number;
  /** When it was given back, if it was. */
  burnedAtMs?: number;
}

const shownClaims: Readonly<Record<ProviderName, readonly string[]>> = {
  github: [
    'repository',
    'repository_owner',
    'repository_owner_id',
    'job_workflow_ref',
    'environment',
    'event_name',
    'ref',
    'sha',
  ],
  gitlab: ['iss', 'project_path', 'ci_config_ref_uri', 'environment', 'ref_path', 'sha', 'sub'],
  google: ['email', 'email_verified', 'sub'],
  activestate: ['organization', 'project', 'actor', 'actor_id', 'builder', 'sub'],
};
const maximumClaimCharacters = 500;

/** Of verified claims those to show; long values are cut. */
export function identityFacts(provider: ProviderName, claims: Claims): IdentityFacts {
  const shown = shownClaims[provider].flatMap((name) => {
    const value = claims[name];
    const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
    return text === '' ? [] : [[name, text.slice(0, maximumClaimCharacters)] as const];
  });
  return { provider, claims: Object.fromEntries(shown) };
}
