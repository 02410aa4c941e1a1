/**
 * What the index knows: projects, releases, files, the register of used file names, publishers, flags and the one user
 * that owns API tokens. In memory, with the files on disk; with a kept folder also in `state.json`, so that the next
 * start goes on. Tokens and keys are never written.
 */

import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { enteredInUse } from './entered-publishers.ts';
import { uploaderSchema } from './identity-facts.ts';
import { LocalIndexError } from './local-index-error.ts';
import { completePublishers, configurationKey, type ProviderName, type PublisherConfiguration } from './publishers.ts';
import { normalizeName } from './python-version.ts';

/** PEP 792, and the two ways PyPI archives a project. */
export type Lifecycle = 'active' | 'archived' | 'archived-noindex' | 'quarantined';

/** Site switches, under the names the PyPI server has for them. */
export type Flag =
  | 'read-only'
  | 'disallow-new-upload'
  | 'disallow-new-project-registration'
  | 'disallow-oidc'
  | 'disable-pep740'
  | `disallow-${ProviderName}-oidc`;

const fileSchema = z.object({
  filename: z.string(),
  filetype: z.string(),
  pythonVersion: z.string(),
  sizeBytes: z.number(),
  sha256: z.string(),
  blake2b256: z.string(),
  md5: z.string(),
  uploadedAtMs: z.number(),
  requiresPython: z.nullable(z.string()),
  /** SHA-256 of the METADATA that is served beside a wheel (PEP 658), null when there is none. */
  metadataSha256: z.nullable(z.string()),
  /** The PEP 740 provenance object, null without attestations. */
  provenance: z.nullable(z.unknown()),
  uploadedBy: z.optional(uploaderSchema),
});

const releaseSchema = z.object({
  /** As in the first upload, canonical spelling. */
  version: z.string(),
  createdAtMs: z.number(),
  /** Metadata fields of the first file; later files do not change them. */
  metadata: z.record(z.string(), z.array(z.string())),
  files: z.array(fileSchema),
});

const projectSchema = z.object({
  id: z.string(),
  /** As last uploaded. */
  name: z.string(),
  lifecycle: z.enum(['active', 'archived', 'archived-noindex', 'quarantined']),
  /** Size that is counted besides the stored files, to try out the limits. */
  extraSizeBytes: z.number(),
  fileLimitBytes: z.number(),
  /** By version key (trailing zeros dropped). */
  releases: z.record(z.string(), releaseSchema),
});

const stateSchema = z.object({
  format: z.literal(1),
  projects: z.record(z.string(), projectSchema),
  usedFilenames: z.array(z.string()),
  publishers: z.array(z.object({ key: z.string(), id: z.string(), projects: z.array(z.string()) })),
  entered: z._default(z.array(z.unknown()), []),
  serial: z.number(),
});

export type StoredFile = z.infer<typeof fileSchema>;
export type Release = z.infer<typeof releaseSchema>;
export type Project = z.infer<typeof projectSchema>;

/** A publisher in use: `id` is its identifier in tokens, `projectNames` the normalised names it serves at the moment. */
export interface ActivePublisher {
  readonly id: string;
  readonly configuration: PublisherConfiguration;
  readonly projectNames: Set<string>;
}

export interface PendingPublisher {
  readonly configuration: PublisherConfiguration;
  readonly projectName: string;
}

/** The user behind API tokens. */
export interface Owner {
  name: string;
  hasTwoFactor: boolean;
  hasVerifiedEmail: boolean;
  /** Normalised names of projects on which the user has no role. */
  readonly withoutRole: Set<string>;
}

export const defaultFileLimitBytes = 100 * 1024 * 1024;
export const projectLimitBytes = 10 * 1024 * 1024 * 1024;

export class Store {
  readonly projects = new Map<string, Project>();
  readonly usedFilenames = new Set<string>();
  readonly publishers: ActivePublisher[] = [];
  readonly pending: PendingPublisher[] = [];
  /** Publishers that were entered on the pages, and are kept with the state; the others come from the options. */
  readonly entered: PublisherConfiguration[] = [];
  readonly flags = new Set<Flag>();
  readonly prohibitedNames = new Set<string>();
  /** Trusted publishers may upload to any project; one that does not exist is created. Not so on PyPI. */
  openProjects = false;
  /** Limit of one file for projects without a higher one, in bytes. */
  fileLimitBytes = defaultFileLimitBytes;
  readonly owner: Owner = { name: 'local', hasTwoFactor: true, hasVerifiedEmail: true, withoutRole: new Set() };
  /** Grows with every change, as PyPI's serial. */
  serial = 0;
  readonly #directory: string;
  readonly #keeps: boolean;

  /**
   * @param directory existing folder for files and state.
   * @param keeps whether the state is written, for another start in the same folder.
   */
  constructor(directory: string, keeps: boolean) {
    this.#directory = directory;
    this.#keeps = keeps;
    mkdirSync(join(directory, 'files'), { recursive: true });
    // What a process that was killed had received in part is of no use.
    rmSync(this.incomingDirectory, { recursive: true, force: true });
    mkdirSync(this.incomingDirectory, { recursive: true });
  }

  /** Where files are received before they are accepted; same file system as the stored ones. */
  get incomingDirectory(): string {
    return join(this.#directory, 'incoming');
  }

  filePath(sha256: string): string {
    return join(this.#directory, 'files', sha256);
  }

  metadataPath(sha256: string): string {
    return join(this.#directory, 'files', `${sha256}.metadata`);
  }

  /** Take over publishers from the options, and what an earlier run in the same folder left. */
  load(publishers: readonly PublisherConfiguration[]): void {
    const saved = this.#keeps ? this.#read() : undefined;
    for (const [name, project] of Object.entries(saved?.projects ?? {})) {
      this.projects.set(name, project);
    }
    for (const filename of saved?.usedFilenames ?? []) {
      this.usedFilenames.add(filename);
    }
    this.serial = saved?.serial ?? 0;
    this.entered.push(...completePublishers(saved?.entered ?? [], 'state.json'));
    for (const configuration of [...publishers, ...this.entered]) {
      const before = saved?.publishers.find((item) => item.key === configurationKey(configuration));
      const names = [...configuration.projects, ...(before?.projects ?? [])];
      for (const name of names) {
        this.project(name) ?? this.createProject(name);
      }
      if (names.length > 0 || configuration.pending.length === 0) {
        const publisher = this.publisherFor(configuration, configuration.id ?? before?.id);
        for (const name of names) {
          publisher.projectNames.add(normalizeName(name));
        }
      }
      for (const projectName of configuration.pending) {
        if (!before?.projects.includes(normalizeName(projectName))) {
          this.pending.push({ configuration, projectName });
        }
      }
    }
    this.save();
  }

  project(name: string): Project | undefined {
    return this.projects.get(normalizeName(name));
  }

  createProject(name: string): Project {
    return this.adoptProject(this.draftProject(name), name);
  }

  /** A project that is not in the store yet. */
  draftProject(name: string): Project {
    return {
      id: randomUUID(),
      name,
      lifecycle: 'active',
      extraSizeBytes: 0,
      fileLimitBytes: this.fileLimitBytes,
      releases: {},
    };
  }

  /** The stored project of that name, else the draft, stored; its display name becomes `name`. */
  adoptProject(draft: Project, name: string): Project {
    const project = this.project(name) ?? draft;
    project.name = name;
    this.projects.set(normalizeName(name), project);
    return project;
  }

  /** The publisher with this configuration; made when there is none yet. */
  publisherFor(configuration: PublisherConfiguration, id: string = randomUUID()): ActivePublisher {
    const key = configurationKey(configuration);
    const existing = this.publishers.find((item) => configurationKey(item.configuration) === key);
    if (existing !== undefined) {
      return existing;
    }
    const publisher = { id, configuration, projectNames: new Set<string>() };
    this.publishers.push(publisher);
    return publisher;
  }

  removePending(pending: PendingPublisher): void {
    const index = this.pending.indexOf(pending);
    if (index >= 0) {
      this.pending.splice(index, 1);
    }
  }

  *files(): Generator<StoredFile> {
    for (const project of this.projects.values()) {
      yield* filesOf(project);
    }
  }

  /** Add an accepted file to a release, moving it from where it was received. */
  addFile(release: Release, file: StoredFile, receivedPath: string): void {
    renameSync(receivedPath, this.filePath(file.sha256));
    release.files.push(file);
    this.usedFilenames.add(file.filename);
    this.serial += 1;
    this.save();
  }

  /** Remove a file; its name stays used. */
  deleteFile(filename: string): void {
    for (const project of this.projects.values()) {
      for (const release of Object.values(project.releases)) {
        const index = release.files.findIndex((file) => file.filename === filename);
        const [file] = index < 0 ? [] : release.files.splice(index, 1);
        if (file !== undefined) {
          rmSync(this.filePath(file.sha256), { force: true });
          rmSync(this.metadataPath(file.sha256), { force: true });
        }
      }
    }
    this.serial += 1;
    this.save();
  }

  /** Write the state when it is kept. The new file replaces the old one in one step. */
  save(): void {
    if (!this.#keeps) {
      return;
    }
    const state: z.infer<typeof stateSchema> = {
      format: 1,
      projects: Object.fromEntries(this.projects),
      usedFilenames: [...this.usedFilenames],
      publishers: this.publishers.map((item) => ({
        key: configurationKey(item.configuration),
        id: item.id,
        projects: [...item.projectNames],
      })),
      entered: enteredInUse(this),
      serial: this.serial,
    };
    const path = join(this.#directory, 'state.json');
    writeFileSync(`${path}.new`, JSON.stringify(state, null, 1));
    renameSync(`${path}.new`, path);
  }

  #read(): z.infer<typeof stateSchema> | undefined {
    const path = join(this.#directory, 'state.json');
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
        return undefined;
      }
      throw unusable(path, error);
    }
    try {
      return z.parse(stateSchema, JSON.parse(text));
    } catch (error) {
      throw unusable(path, error);
    }
  }
}

export function filesOf(project: Project): StoredFile[] {
  return Object.values(project.releases).flatMap((release) => release.files);
}

function unusable(path: string, cause: unknown): LocalIndexError {
  return new LocalIndexError({
    message: `${path} cannot be read as the state of an embedded index.`,
    hint: 'Choose another folder, or remove the file to start empty.',
    cause,
  });
}
