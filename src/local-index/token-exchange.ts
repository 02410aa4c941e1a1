/**
 * What an exchange does once the claims of the identity token are trusted: a pending publisher becomes a normal one and
 * its project is made, the publisher that the claims select is looked up, the token counts as used, and an API token for
 * the publisher's projects is made.
 * @see https://docs.pypi.org/trusted-publishers/internals/
 */

import { type Answer, jsonAnswer, Refusal, ServerCrash } from './answers.ts';
import type { ApiTokens } from './api-tokens.ts';
import type { IdentityFacts } from './identity-facts.ts';
import { checkNewProjectName } from './project-names.ts';
import { type Claims, matchPublisher, UnmatchedClaims } from './publisher-matching.ts';
import { configurationKey, type ProviderName, type PublisherConfiguration } from './publishers.ts';
import { normalizeName } from './python-version.ts';
import type { ActivePublisher, PendingPublisher, Store } from './store.ts';

export interface ExchangeContext {
  readonly store: Store;
  readonly tokens: ApiTokens;
  readonly spent: Set<string>;
  readonly location: string;
  readonly identity: IdentityFacts;
}

/** A refused exchange: always 422 with one error. */
export class MintRefusal extends Error {
  readonly code: string;

  constructor(code: string, description: string) {
    super(description);
    this.name = 'MintRefusal';
    this.code = code;
  }
}

/** Takes one change of the state back. */
export type Undo = () => void;

/**
 * Conversion of a pending publisher, lookup, a new API token.
 * @param undo gets a step for every change.
 * @throws {MintRefusal}; what was changed before it stays.
 * @throws {ServerCrash} where PyPI crashes, and takes every change back.
 */
export function exchange(provider: ProviderName, claims: Claims, context: ExchangeContext, undo: Undo[]): Answer {
  const { store, spent } = context;
  const spentKey = spentKeyOf(provider, claims);
  const isSpent = () => spentKey !== undefined && spent.has(spentKey);
  const pending = pendingFor(provider, claims, store, isSpent);
  if (pending !== undefined) {
    convert(pending, store, undo);
  }
  const publisher = publisherFor(provider, claims, store, isSpent);
  if (isSpent()) {
    throw alreadyUsed();
  }
  if (spentKey !== undefined) {
    if (!Number.isInteger(claims['exp'])) {
      throw new ServerCrash(
        'The exp claim is no whole number: the time until which the jti is kept cannot be computed.',
      );
    }
    // Stays spent whatever happens then.
    spent.add(spentKey);
  }
  const minted = context.tokens.mint(publisher, context.location, context.identity);
  undo.push(() => {
    context.tokens.revoke(minted.token.reveal());
  });
  return jsonAnswer(200, { expires: minted.expires, success: true, token: minted.token.reveal() });
}

function alreadyUsed(): MintRefusal {
  return new MintRefusal('invalid-reuse-token', 'invalid token: already used');
}

function publisherFor(provider: ProviderName, claims: Claims, store: Store, isSpent: () => boolean): ActivePublisher {
  try {
    const candidates = store.publishers.map((item) => item.configuration);
    const configuration = matchPublisher(provider, claims, candidates, () => {
      if (isSpent()) {
        throw alreadyUsed();
      }
    });
    return store.publisherFor(configuration);
  } catch (error) {
    if (error instanceof UnmatchedClaims) {
      throw new MintRefusal('invalid-publisher', `valid token, but no corresponding publisher (${error.message})`);
    }
    throw error;
  }
}

/** The pending publisher that the claims fit; failures of this lookup are never shown. */
function pendingFor(
  provider: ProviderName,
  claims: Claims,
  store: Store,
  isSpent: () => boolean,
): PendingPublisher | undefined {
  try {
    const candidates = store.pending.map((item) => item.configuration);
    const configuration = matchPublisher(provider, claims, candidates, () => {
      if (isSpent()) {
        throw new ServerCrash('A pending publisher matches a token that was exchanged before.');
      }
    });
    return store.pending.find((item) => item.configuration === configuration);
  } catch (error) {
    if (error instanceof UnmatchedClaims) {
      return undefined;
    }
    throw error;
  }
}

/** The first exchange makes the project and turns the pending publisher into a normal one. */
function convert(pending: PendingPublisher, store: Store, undo: Undo[]): void {
  const removePending = () => {
    store.removePending(pending);
    undo.push(() => {
      store.pending.push(pending);
    });
  };
  if (store.project(pending.projectName) !== undefined) {
    removePending();
    throw new MintRefusal('invalid-pending-publisher', 'valid token, but project already exists');
  }
  try {
    checkNewProjectName(pending.projectName, store);
  } catch (error) {
    if (error instanceof Refusal) {
      throw new MintRefusal('invalid-payload', error.message);
    }
    throw error;
  }
  const name = normalizeName(pending.projectName);
  const known = [...store.publishers];
  store.createProject(pending.projectName);
  const existing = known.find((item) => isSameRegistration(item.configuration, pending.configuration));
  const publisher = existing ?? store.publisherFor(pending.configuration);
  publisher.projectNames.add(name);
  undo.push(() => {
    publisher.projectNames.delete(name);
    store.projects.delete(name);
    if (!known.includes(publisher)) {
      store.publishers.splice(store.publishers.indexOf(publisher), 1);
    }
  });
  removePending();
}

/** Whether a pending publisher becomes this one; PyPI does not compare the id of a GitHub account here. */
function isSameRegistration(publisher: PublisherConfiguration, pending: PublisherConfiguration): boolean {
  const known =
    publisher.provider === 'github' && pending.provider === 'github'
      ? { ...publisher, owner_id: pending.owner_id }
      : publisher;
  return configurationKey(known) === configurationKey(pending);
}

/** An empty `jti` counts as present and is never recorded. Custom issuers share the record of their provider. */
function spentKeyOf(provider: ProviderName, claims: Claims): string | undefined {
  const { jti } = claims as Readonly<Record<string, unknown>>;
  return typeof jti === 'string' && jti !== '' ? spentKey(provider, jti) : undefined;
}

/** How an exchanged token is remembered. */
export function spentKey(provider: ProviderName, jti: string): string {
  return `${provider} ${jti}`;
}
