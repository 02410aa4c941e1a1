/**
 * API tokens: minted ones (trusted publishing) and those of the index's user. Finding the token of a request, and
 * deciding whether it may upload to a project: signature, then every caveat, then the project's access list, with
 * PyPI's words for each refusal.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import { Secret } from '../secret.ts';
import { helpText, Refusal } from './answers.ts';
import { caveatTags, unmetCaveats } from './caveats.ts';
import type { Grant, IdentityFacts } from './identity-facts.ts';
import {
  createMacaroon,
  deserializeMacaroon,
  hasValidSignature,
  type Macaroon,
  narrowMacaroon,
  serializeMacaroon,
} from './macaroon.ts';
import { normalizeName } from './python-version.ts';
import type { ActivePublisher, Project, Store } from './store.ts';

/** Who a request comes from: a publisher through a minted token, or the index's user. */
export interface Identity {
  readonly kind: 'publisher' | 'user';
  readonly publisher?: ActivePublisher;
  /** Absent for a literal API token from the options, which is valid as it is. */
  readonly macaroon?: {
    readonly value: Macaroon;
    readonly rootKey: Uint8Array;
    /** The caveats it was issued with. */
    readonly issued: readonly string[];
  };
  /** Of a minted token. */
  readonly grant?: Grant | undefined;
}

/** A token that the index gave out, and how to check it. */
interface Issued {
  readonly rootKey: Uint8Array;
  readonly caveats: readonly string[];
  readonly publisherId: string | undefined;
  readonly grant: Grant | undefined;
}

const maximumGrants = 200;
const mintedLifetimeSeconds = 900;
const passwordText =
  'Username/Password authentication is no longer supported. Migrate to API Tokens or Trusted Publishers instead. ' +
  'See https://pypi.org/help/#apitoken and https://pypi.org/help/#trusted-publishers';

export class ApiTokens {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #literal: readonly Secret[];
  readonly #issued = new Map<string, Issued>();
  readonly #grants: Grant[] = [];
  readonly #userId = randomUUID();

  constructor(store: Store, now: () => number, literal: readonly Secret[]) {
    this.#store = store;
    this.#now = now;
    this.#literal = literal;
  }

  /** What was minted, oldest first; the last two hundred when there were more. */
  get grants(): readonly Grant[] {
    return this.#grants;
  }

  /** A token for the projects of a publisher; lives 15 minutes. `expires` is in Unix seconds. */
  mint(
    publisher: ActivePublisher,
    location: string,
    identity: IdentityFacts,
  ): { readonly token: Secret; readonly expires: number } {
    const notBefore = Math.floor(this.#now() / 1000);
    const expires = notBefore + mintedLifetimeSeconds;
    const projectIds = [...publisher.projectNames].flatMap((name) => this.#store.project(name)?.id ?? []);
    const caveats = [
      [caveatTags.publisher, publisher.id, null],
      [caveatTags.projectIds, projectIds],
      [caveatTags.expiration, expires, notBefore],
    ];
    const projectNames = this.#store.openProjects ? undefined : [...publisher.projectNames];
    const grant = { identity, projectNames, mintedAtMs: this.#now(), expiresAtMs: expires * 1000 };
    this.#grants.push(grant);
    if (this.#grants.length > maximumGrants) {
      this.#grants.shift();
    }
    return { token: this.#issue(location, caveats, { publisherId: publisher.id, grant }), expires };
  }

  /** A token of the index's user, for all projects or for those named. */
  createUserToken(location: string, projectNames?: readonly string[]): Secret {
    const caveats = [[caveatTags.user, this.#userId]];
    const token = this.#issue(location, caveats, { publisherId: undefined, grant: undefined });
    const macaroon = deserializeMacaroon(token.reveal());
    if (projectNames === undefined || macaroon === undefined) {
      return token;
    }
    const narrowed = narrowMacaroon(
      macaroon,
      JSON.stringify([caveatTags.projectNames, projectNames.map(normalizeName)]),
    );
    return new Secret(serializeMacaroon(narrowed));
  }

  /** Forget a token. Whether there was one is not told. */
  revoke(token: string): void {
    const macaroon = deserializeMacaroon(token);
    const issued = this.#issued.get(macaroon?.identifier ?? '');
    if (macaroon !== undefined && issued !== undefined) {
      this.#issued.delete(macaroon.identifier);
      if (issued.grant !== undefined) {
        issued.grant.burnedAtMs = this.#now();
      }
    }
  }

  /**
   * Who sends the request.
   * @throws {Refusal} 403 when there is no token, or none that this index knows.
   */
  identify(authorization: string | undefined): Identity {
    const token = tokenFrom(authorization);
    const identity = token === undefined ? undefined : this.#identityOf(token);
    if (identity === undefined) {
      throw new Refusal(403, `Invalid or non-existent authentication information. ${helpText('invalid-auth')}`);
    }
    return identity;
  }

  /**
   * Whether the token allows uploads to the project.
   * @throws {Refusal} 403 with all unmet caveats, or because of the project's state or missing role.
   */
  authorize(identity: Identity, project: Project): void {
    if (identity.macaroon !== undefined) {
      const { value, rootKey, issued } = identity.macaroon;
      const { publisher } = identity;
      const normalizedName = normalizeName(project.name);
      // What PyPI issued is checked a second time, behind what the token carries, and so may be refused twice.
      const unmet = unmetCaveats([...value.caveats, ...issued], {
        nowSeconds: Math.floor(this.#now() / 1000),
        project: { id: project.id, name: project.name, normalizedName },
        userId: identity.kind === 'user' ? this.#userId : undefined,
        publisher: publisher && { id: publisher.id, servesProject: publisher.projectNames.has(normalizedName) },
        isOpen: this.#store.openProjects,
      });
      if (unmet.length > 0) {
        throw new Refusal(403, `Invalid API Token: ${unmet.join(', ')}`);
      }
      if (!hasValidSignature(value, rootKey)) {
        throw new Refusal(403, 'Invalid API Token: signatures do not match');
      }
    }
    this.#checkRole(identity, project);
  }

  #checkRole(identity: Identity, project: Project): void {
    const isArchived = project.lifecycle === 'archived' || project.lifecycle === 'archived-noindex';
    const ending = `isn't allowed to upload to project '${project.name}'. ${helpText('project-name')}`;
    if (identity.kind === 'publisher') {
      if (isArchived || project.lifecycle === 'quarantined') {
        throw new Refusal(403, `The given token ${ending}`);
      }
      return;
    }
    const { owner } = this.#store;
    if (isArchived || owner.withoutRole.has(normalizeName(project.name))) {
      throw new Refusal(403, `The user '${owner.name}' ${ending}`);
    }
  }

  #issue(location: string, caveats: readonly unknown[], owner: Omit<Issued, 'rootKey' | 'caveats'>): Secret {
    const identifier = randomUUID();
    const rootKey = randomBytes(32);
    const texts = caveats.map((caveat) => JSON.stringify(caveat));
    this.#issued.set(identifier, { rootKey, caveats: texts, ...owner });
    return new Secret(serializeMacaroon(createMacaroon(rootKey, location, identifier, texts)));
  }

  #identityOf(token: string): Identity | undefined {
    if (this.#literal.some((secret) => secret.reveal() === token)) {
      return { kind: 'user' };
    }
    const value = deserializeMacaroon(token);
    const issued = value === undefined ? undefined : this.#issued.get(value.identifier);
    if (value === undefined || issued === undefined) {
      return undefined;
    }
    const macaroon = { value, rootKey: issued.rootKey, issued: issued.caveats };
    if (issued.publisherId === undefined) {
      return { kind: 'user', macaroon };
    }
    const publisher = this.#store.publishers.find((item) => item.id === issued.publisherId);
    return publisher === undefined ? undefined : { kind: 'publisher', publisher, macaroon, grant: issued.grant };
  }
}

/** The token in an `Authorization` header: Basic with the user `__token__`, Bearer, or the scheme `token`. */
function tokenFrom(authorization: string | undefined): string | undefined {
  const match = /^([^ ]+) (.+)$/s.exec(authorization ?? '');
  const credentials = match?.[2] ?? '';
  switch (match?.[1]?.toLowerCase()) {
    case 'basic':
      return tokenFromBasic(credentials);
    case 'bearer':
    case 'token':
      return credentials;
    default:
      return undefined;
  }
}

/** @throws {Refusal} 403 for any user but `__token__`: PyPI takes no passwords. */
function tokenFromBasic(credentials: string): string | undefined {
  // Characters outside the alphabet are skipped; the padding has to be complete.
  const match = /^([A-Za-z0-9+/]*)(=*)/.exec(credentials.replaceAll(/[^A-Za-z0-9+/=]/g, ''));
  const [, digits = '', padding = ''] = match ?? [];
  const rest = digits.length % 4;
  if (rest === 1 || (rest > 0 && padding.length < 4 - rest)) {
    return undefined;
  }
  const bytes = Buffer.from(digits, 'base64');
  const text = bytes.toString('utf8');
  const isUtf8 = Buffer.from(text).equals(bytes);
  const decoded = isUtf8 ? text : bytes.toString('latin1');
  const colon = decoded.indexOf(':');
  if (colon < 0) {
    return undefined;
  }
  if (decoded.slice(0, colon) !== '__token__') {
    throw new Refusal(403, passwordText, false);
  }
  return isUtf8 ? decoded.slice(colon + 1).trim() : undefined;
}
