/** An identity provider that makes tokens, and keeps what it gave. */

import type { IdentityProvider } from '../../src/identity/provider.ts';
import { identityToken } from './identity-tokens.ts';

export interface TestProvider extends IdentityProvider {
  /** Audiences that were asked for. */
  readonly asked: readonly string[];
  /** Tokens that were given, in clear. */
  readonly given: readonly string[];
}

export function testProvider(
  options: { readonly renewable?: boolean; readonly claims?: Readonly<Record<string, unknown>> } = {},
): TestProvider {
  const asked: string[] = [];
  const given: string[] = [];
  const fixed = identityToken(options.claims);
  const renewable = options.renewable ?? true;
  return {
    name: 'github-actions',
    title: 'GitHub Actions',
    detectedBy: 'the test',
    renewable,
    asked,
    given,
    requestIdentityToken: async (audience) => {
      const token = renewable ? identityToken(options.claims) : fixed;
      asked.push(audience);
      given.push(token.reveal());
      return token;
    },
  };
}
