/**
 * The embedded index: a loopback HTTP server that behaves as PyPI does for trusted publishing, uploads and installs.
 * `serve` and `rehearse` run it, and so do the end-to-end tests. It shares no protocol code with the client, so that
 * one misreading cannot pass on both sides.
 *
 * Here are the routes, the lifecycle and the transport; what is answered is decided by plain functions in the files
 * named after the routes.
 */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Secret } from '../secret.ts';
import { ApiTokens } from './api-tokens.ts';
import { IndexControl } from './control.ts';
import type { Fault } from './fault.ts';
import { GitHubJobs } from './identity-routes.ts';
import { type GitHubJob, gitHubJob, Issuer } from './issuer.ts';
import { LocalIndexError } from './local-index-error.ts';
import { builtInTrustedIssuers, type OidcContext } from './oidc-routes.ts';
import { completePublishers, type Publisher } from './publishers.ts';
import type { RecordedRequest } from './request.ts';
import { Router } from './router.ts';
import { defaultFileLimitBytes, Store } from './store.ts';
import { Transport } from './transport.ts';

export interface LocalIndexOptions {
  /** Default 0: a free one. */
  readonly port?: number | undefined;
  /** Keep files and state here across restarts. Default: a temporary folder that `close` removes. */
  readonly directory?: string | undefined;
  /** Audience of identity tokens; default `pypi`. */
  readonly audience?: string | undefined;
  /** Trusted publishers, pending ones included; none by default. */
  readonly publishers?: readonly Publisher[] | undefined;
  /** Let every trusted publisher upload to any project, and create it. Default false, as on PyPI. */
  readonly openProjects?: boolean | undefined;
  /** Largest file; default 100 MiB, as on PyPI for projects without a higher limit. */
  readonly fileLimitBytes?: number | undefined;
  /** API tokens that are valid for every project, for twine and other tools. Any text. */
  readonly apiTokens?: readonly Secret[] | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number;
  readonly faults?: readonly Fault[] | undefined;
  /** Called once for every request, when it has been answered. */
  readonly onRequest?: ((request: RecordedRequest) => void) | undefined;
}

export interface LocalIndex {
  /** `http://127.0.0.1:PORT`, without a slash at the end. */
  readonly url: string;
  readonly uploadUrl: string;
  readonly simpleUrl: string;
  /** The requests so far, oldest first; the last thousand when there were more. */
  readonly requests: readonly RecordedRequest[];
  /** State changes behind the index's back: switches, ages, deletions, further tokens and issuers. */
  readonly control: IndexControl;
  /**
   * Environment variables that make a process believe it is a GitHub Actions job; by default one that fits the first
   * GitHub publisher.
   */
  gitHubEnvironment(job?: Partial<GitHubJob>): Record<string, string>;
  /** Replace all faults. */
  setFaults(faults: readonly Fault[]): void;
  /** Stop listening, end all connections, remove a temporary folder. */
  close(): Promise<void>;
}

/**
 * Start an index on 127.0.0.1.
 * @throws {LocalIndexError} when the port is taken, the folder cannot be used or a publisher is malformed.
 */
export async function startLocalIndex(options: LocalIndexOptions): Promise<LocalIndex> {
  const { now } = options;
  const configurations = completePublishers(options.publishers ?? []);
  const directory = prepareDirectory(options.directory);
  const removeTemporary = () => {
    if (options.directory === undefined) {
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    }
  };
  const server = createServer({ maxHeaderSize: maximumHeaderBytes, keepAliveTimeout: keepAliveMs });
  try {
    const store = new Store(directory, options.directory !== undefined);
    store.openProjects = options.openProjects ?? false;
    store.fileLimitBytes = options.fileLimitBytes ?? defaultFileLimitBytes;
    store.load(configurations);
    const port = await listen(server, options.port ?? 0);
    const url = `http://127.0.0.1:${port}`;
    const issuer = new Issuer();
    const tokens = new ApiTokens(store, now, options.apiTokens ?? []);
    const issuers = builtInTrustedIssuers(async () => (await issuer.keySet()).keys);
    const spent = new Set<string>();
    const audience = options.audience ?? 'pypi';
    const location = `127.0.0.1:${port}`;
    const oidc: OidcContext = { store, tokens, now, audience, issuers, location, spent };
    const jobs = new GitHubJobs(issuer, now);
    const router = new Router({ store, tokens, now, url, oidc, issuer, jobs });
    const transport = new Transport(router, options.onRequest);
    transport.faults.set(options.faults ?? []);
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      transport.handle(request, response);
    });
    const control = new IndexControl({ store, tokens, location, issuers, spent, now });
    return {
      url,
      uploadUrl: `${url}/legacy/`,
      simpleUrl: `${url}/simple/`,
      requests: transport.records,
      control,
      gitHubEnvironment: (job) => jobs.environment(gitHubJob(configurations, job), url),
      setFaults: (faults) => {
        transport.faults.set(faults);
      },
      close: async () => {
        transport.stop();
        await closeServer(server);
        removeTemporary();
      },
    };
  } catch (error) {
    await closeServer(server);
    removeTemporary();
    throw error;
  }
}

/** PyPI's upload host takes headers of 32 760 bytes each. */
const maximumHeaderBytes = 64 * 1024;
const keepAliveMs = 60_000;

function prepareDirectory(directory: string | undefined): string {
  if (directory === undefined) {
    return mkdtempSync(join(tmpdir(), 'pypi-oidc-index-'));
  }
  try {
    mkdirSync(directory, { recursive: true });
    return directory;
  } catch (error) {
    throw new LocalIndexError({
      message: `The folder ${directory} cannot be used for the embedded index.`,
      hint: 'Choose a folder that can be created and written to.',
      cause: error,
    });
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new LocalIndexError({
          message: `The embedded index cannot listen on 127.0.0.1, port ${port}.`,
          hint: 'Choose another port, or leave it out for a free one.',
          cause: error,
        }),
      );
    });
    server.listen(port, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}
