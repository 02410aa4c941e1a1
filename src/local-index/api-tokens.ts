/**
 * API tokens: minted ones (trusted publishing) and those of the index's user. Finding the token of a request, and
 * deciding whether it may upload to a project: signature, then every caveat, then the project's access list, with
 * PyPI's words for each refusal.
 */

import { randomBytes, randomUUID } from 'node:crypto';
import { Secret } from '../secret.ts';
import { helpText, quoted, Refusal } from './answers.ts';
import {
  createMacaroon,
  deserializeMacaroon,
  hasValidSignature,
  type Macaroon,
  serializeMacaroon,
} from './macaroon.ts';
import { normalizeName } from './python-version.ts';
import type { ActivePublisher, Project, Store } from './store.ts';

/** Numbers of the caveats that PyPI knows; a caveat is a JSON array that begins with one. */
const caveatTags = { expiration: 0, projectNames: 1, projectIds: 2, user: 3, publisher: 4 } as const;

/** Who a request comes from: a publisher through a minted token, or the index's user. */
export interface Identity {
  readonly kind: 'publisher' | 'user';
  readonly publisher?: ActivePublisher;
  /** Absent for a literal API token from the options, which is valid as it is. */
  readonly macaroon?: { readonly value: Macaroon; readonly rootKey: Uint8Array };
}

const mintedLifetimeSeconds = 900;
const passwordText =
  'Username/Password authentication is no longer supported. Migrate to API Tokens or Trusted Publishers instead. ' +
  'See https://pypi.org/help/#apitoken and https://pypi.org/help/#trusted-publishers';

export class ApiTokens {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #literal: readonly Secret[];
  readonly #issued = new Map<string, { readonly rootKey: Uint8Array; readonly publisherId: string | undefined }>();
  readonly #userId = randomUUID();

  constructor(store: Store, now: () => number, literal: readonly Secret[]) {
    this.#store = store;
    this.#now = now;
    this.#literal = literal;
  }

  /** A token for the projects of a publisher; lives 15 minutes. `expires` is in Unix seconds. */
  mint(publisher: ActivePublisher, location: string): { readonly token: Secret; readonly expires: number } {
    const notBefore = Math.floor(this.#now() / 1000);
    const expires = notBefore + mintedLifetimeSeconds;
    const projectIds = [...publisher.projectNames].flatMap((name) => this.#store.project(name)?.id ?? []);
    const caveats = [
      [caveatTags.publisher, publisher.id, null],
      [caveatTags.projectIds, projectIds],
      [caveatTags.expiration, expires, notBefore],
    ];
    return { token: this.#issue(location, caveats, publisher.id), expires };
  }

  /** A token of the index's user, for all projects or for those named. */
  createUserToken(location: string, projectNames?: readonly string[]): Secret {
    const user = [caveatTags.user, this.#userId];
    const caveats = projectNames === undefined ? [user] : [[caveatTags.projectNames, projectNames.map(normalizeName)]];
    return this.#issue(location, caveats, undefined);
  }

  /** Forget a token. Whether there was one is not told. */
  revoke(token: string): void {
    const macaroon = deserializeMacaroon(token);
    if (macaroon !== undefined) {
      this.#issued.delete(macaroon.identifier);
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
      const { value, rootKey } = identity.macaroon;
      if (!hasValidSignature(value, rootKey)) {
        throw new Refusal(403, 'Invalid API Token: signatures do not match');
      }
      const unmet = value.caveats.flatMap((caveat) => this.#unmet(caveat, identity, project));
      if (unmet.length > 0) {
        // PyPI lists everything twice when the publisher does not serve the project.
        const twice = unmet.some((text) => text.startsWith('OIDC scoped')) ? [...unmet, ...unmet] : unmet;
        throw new Refusal(403, `Invalid API Token: ${twice.join(', ')}`);
      }
    }
    this.#checkRole(identity, project);
  }

  #checkRole(identity: Identity, project: Project): void {
    const isArchived = project.lifecycle === 'archived' || project.lifecycle === 'archived-noindex';
    const ending = `isn't allowed to upload to project ${quoted(project.name)}. ${helpText('project-name')}`;
    if (identity.kind === 'publisher') {
      if (isArchived || project.lifecycle === 'quarantined') {
        throw new Refusal(403, `The given token ${ending}`);
      }
      return;
    }
    const { owner } = this.#store;
    if (isArchived || owner.withoutRole.has(normalizeName(project.name))) {
      throw new Refusal(403, `The user ${quoted(owner.name)} ${ending}`);
    }
  }

  #issue(location: string, caveats: readonly unknown[], publisherId: string | undefined): Secret {
    const identifier = randomUUID();
    const rootKey = randomBytes(32);
    this.#issued.set(identifier, { rootKey, publisherId });
    const texts = caveats.map((caveat) => JSON.stringify(caveat));
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
    const macaroon = { value, rootKey: issued.rootKey };
    if (issued.publisherId === undefined) {
      return { kind: 'user', macaroon };
    }
    const publisher = this.#store.publishers.find((item) => item.id === issued.publisherId);
    return publisher === undefined ? undefined : { kind: 'publisher', publisher, macaroon };
  }

  /** The texts of what one caveat refuses; empty when it is met. */
  #unmet(caveat: string, identity: Identity, project: Project): string[] {
    const [tag, value, second] = parseCaveat(caveat);
    const name = normalizeName(project.name);
    switch (tag) {
      case caveatTags.expiration: {
        const nowSeconds = Math.floor(this.#now() / 1000);
        const met =
          typeof value === 'number' && typeof second === 'number' && second <= nowSeconds && nowSeconds < value;
        return met ? [] : ['token is expired'];
      }
      case caveatTags.projectNames:
        return Array.isArray(value) && value.includes(name) ? [] : [projectScoped(name)];
      case caveatTags.projectIds:
        if (this.#store.openProjects && identity.kind === 'publisher') {
          return [];
        }
        return Array.isArray(value) && value.includes(project.id) ? [] : [projectScoped(name)];
      case caveatTags.user:
        return value === this.#userId && identity.kind === 'user'
          ? []
          : ['current user does not match user restriction in token'];
      case caveatTags.publisher:
        if (identity.publisher?.id !== value) {
          return ['current OIDC publisher does not match publisher restriction in token'];
        }
        return this.#store.openProjects || identity.publisher?.projectNames.has(name) === true
          ? []
          : [`OIDC scoped token is not valid for project ${quoted(name)}`];
      default:
        return [`caveat has unknown tag: ${typeof tag === 'object' ? 'object' : String(tag)}`];
    }
  }
}

function projectScoped(name: string): string {
  return `project-scoped token is not valid for project: ${quoted(name)}`;
}

function parseCaveat(text: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** The token in an `Authorization` header: Basic with the user `__token__`, Bearer, or the scheme `token`. */
function tokenFrom(authorization: string | undefined): string | undefined {
  const match = /^(\S+) (.+)$/s.exec(authorization ?? '');
  const credentials = match?.[2] ?? '';
  switch (match?.[1]?.toLowerCase()) {
    case 'basic': {
      const decoded = Buffer.from(credentials.trim(), 'base64').toString('utf8');
      const colon = decoded.indexOf(':');
      if (colon < 0) {
        return undefined;
      }
      if (decoded.slice(0, colon) !== '__token__') {
        throw new Refusal(403, passwordText, false);
      }
      return decoded.slice(colon + 1).trim();
    }
    case 'bearer':
    case 'token':
      return credentials;
    default:
      return undefined;
  }
}
