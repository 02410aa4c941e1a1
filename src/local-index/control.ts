/**
 * Changing the state of a running index behind its back: what on the real site the administrators, the owner of a
 * project or the passing of time would do. For tests, for rehearsing refusals, and for replaying recorded cases.
 */

import type { JWK } from 'jose';
import type { Secret } from '../secret.ts';
import type { ApiTokens } from './api-tokens.ts';
import { LocalIndexError } from './local-index-error.ts';
import type { TrustedIssuer } from './oidc-routes.ts';
import type { ProviderName } from './publishers.ts';
import { normalizeName, parsePythonVersion } from './python-version.ts';
import type { Flag, Lifecycle, Owner, Project, Store } from './store.ts';
import { spentKey } from './token-exchange.ts';

interface ControlContext {
  readonly store: Store;
  readonly tokens: ApiTokens;
  readonly location: string;
  readonly issuers: TrustedIssuer[];
  readonly spent: Set<string>;
  readonly now: () => number;
}

export class IndexControl {
  readonly #context: ControlContext;

  constructor(context: ControlContext) {
    this.#context = context;
  }

  /** Create an empty project unless it exists. */
  createProject(name: string): void {
    const { store } = this.#context;
    store.project(name) ?? store.createProject(name);
    store.save();
  }

  /** What is served by whom: publishers by the identifier in their tokens, with the normalised names of their projects. */
  publishers(): { readonly id: string; readonly projects: readonly string[] }[] {
    return this.#context.store.publishers.map(({ id, projectNames }) => ({ id, projects: [...projectNames] }));
  }

  /** The display name of the project with this identifier, as tokens hold it. */
  projectWithId(id: string): string | undefined {
    return [...this.#context.store.projects.values()].find((project) => project.id === id)?.name;
  }

  /** Normalised names of all projects. */
  projectNames(): string[] {
    return [...this.#context.store.projects.keys()];
  }

  /** Switch a flag of the site on or off. */
  setFlag(flag: Flag, isOn = true): void {
    const { flags } = this.#context.store;
    if (isOn) {
      flags.add(flag);
    } else {
      flags.delete(flag);
    }
  }

  setLifecycle(projectName: string, lifecycle: Lifecycle): void {
    this.#project(projectName).lifecycle = lifecycle;
    this.#context.store.save();
  }

  /** Make a release appear to have been created this long ago. */
  setReleaseAge(projectName: string, version: string, ageMs: number): void {
    const release = this.#project(projectName).releases[parsePythonVersion(version)?.key ?? ''];
    if (release !== undefined) {
      release.createdAtMs = this.#context.now() - ageMs;
    }
    this.#context.store.save();
  }

  /** Let a project count as this big in all, whatever is stored. */
  setProjectSize(projectName: string, sizeBytes: number): void {
    this.#project(projectName).extraSizeBytes = sizeBytes;
  }

  /** Raise the limit for one file; a lower value than the default has no effect, as on PyPI. */
  raiseFileLimit(projectName: string, limitBytes: number): void {
    const project = this.#project(projectName);
    project.fileLimitBytes = Math.max(project.fileLimitBytes, limitBytes);
  }

  /** Delete a file; its name cannot be used again. */
  deleteFile(filename: string): void {
    this.#context.store.deleteFile(filename);
  }

  /** Delete a release and its files. */
  deleteRelease(projectName: string, version: string): void {
    const project = this.#project(projectName);
    const key = parsePythonVersion(version)?.key ?? '';
    for (const file of [...(project.releases[key]?.files ?? [])]) {
      this.#context.store.deleteFile(file.filename);
    }
    delete project.releases[key];
    this.#context.store.save();
  }

  prohibitName(name: string): void {
    this.#context.store.prohibitedNames.add(normalizeName(name));
  }

  /** Remove all publishers from a project. */
  detachPublishers(projectName: string): void {
    for (const publisher of this.#context.store.publishers) {
      publisher.projectNames.delete(normalizeName(projectName));
    }
    this.#context.store.save();
  }

  /** How many pending publishers wait for their first mint. */
  pendingCount(): number {
    return this.#context.store.pending.length;
  }

  /** Change the user behind API tokens. */
  setOwner(changes: Partial<Omit<Owner, 'withoutRole'>>): void {
    Object.assign(this.#context.store.owner, changes);
  }

  /** Take the user's role on a project away. */
  removeOwnerFrom(projectName: string): void {
    this.#context.store.owner.withoutRole.add(normalizeName(projectName));
  }

  /** An API token of the user, for all projects or only for those named. */
  createApiToken(projectNames?: readonly string[]): Secret {
    return this.#context.tokens.createUserToken(this.#context.location, projectNames);
  }

  /** Trust further keys for an issuer: one of the built-in ones, or one registered for an organisation. */
  trustIssuer(provider: ProviderName, issuer: string, keys: readonly JWK[]): void {
    const { issuers } = this.#context;
    const index = issuers.findIndex((item) => item.issuer === issuer);
    const before = issuers[index];
    const trusted = {
      provider,
      issuer,
      isBuiltIn: before?.isBuiltIn ?? false,
      keys: async (keyId: string | undefined) =>
        keys.some((key) => key.kid === keyId) ? keys : ((await before?.keys(keyId)) ?? keys),
    };
    if (index < 0) {
      issuers.push(trusted);
    } else {
      issuers[index] = trusted;
    }
  }

  /** Trust these issuers and no other; their keys stay. */
  trustOnly(issuers: readonly string[]): void {
    const { issuers: trusted } = this.#context;
    trusted.splice(0, trusted.length, ...trusted.filter((item) => issuers.includes(item.issuer)));
  }

  /** Let an identity token count as exchanged. */
  spendIdentityToken(issuer: string, jti: string): void {
    const provider = this.#context.issuers.find((item) => item.issuer === issuer)?.provider;
    if (provider !== undefined) {
      this.#context.spent.add(spentKey(provider, jti));
    }
  }

  #project(name: string): Project {
    const project = this.#context.store.project(name);
    if (project === undefined) {
      throw new LocalIndexError({
        message: `The embedded index has no project ${name}.`,
        hint: 'Create it first, by an upload or as a project of a publisher.',
      });
    }
    return project;
  }
}
