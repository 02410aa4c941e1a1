/**
 * The embedded index: a loopback HTTP server that behaves as PyPI does for trusted publishing, uploads and installs.
 * `serve` and `rehearse` run it, and so do the end-to-end tests. It shares no protocol code with the client, so that
 * one misreading cannot pass on both sides.
 *
 * Here are the routes, the lifecycle and the transport; what is answered is decided by plain functions in the files
 * named after the routes.
 */

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Secret } from '../secret.ts';
import { ApiTokens } from './api-tokens.ts';
import { IndexClock } from './clock.ts';
import { IndexControl } from './control.ts';
import { type Fault, FaultQueue } from './fault.ts';
import { customIssuers, Issuer, issuersByName } from './issuer.ts';
import type { CiName, Jobs, PlatformName } from './jobs/platforms.ts';
import { type Listener, openListener } from './listener.ts';
import { LocalIndexError } from './local-index-error.ts';
import { builtInTrustedIssuers, type OidcContext, type TrustedIssuer } from './oidc-routes.ts';
import { completePublishers, type Publisher } from './publishers.ts';
import type { RecordedRequest } from './request.ts';
import { Router } from './router.ts';
import { SimulatedJobs, startJob } from './simulated-jobs.ts';
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
  /** Serve https, with a certificate of an authority made for this run; default false. */
  readonly tls?: boolean | undefined;
  /** Called once for every request, when it has been answered. */
  readonly onRequest?: ((request: RecordedRequest) => void) | undefined;
}

export interface LocalIndex {
  /** `http://127.0.0.1:PORT` (`https://localhost:PORT` with TLS), without a slash at the end. */
  readonly url: string;
  readonly uploadUrl: string;
  readonly simpleUrl: string;
  /** The certificate authority that clients have to trust, PEM; `undefined` without TLS. */
  readonly certificateAuthority: string | undefined;
  /** The requests so far, oldest first; the last thousand when there were more. */
  readonly requests: readonly RecordedRequest[];
  /** State changes behind the index's back: switches, ages, deletions, further tokens and issuers. */
  readonly control: IndexControl;
  /**
   * Environment variables that make a process believe it is a GitHub Actions job; by default one that fits the first
   * GitHub publisher.
   */
  gitHubEnvironment(job?: Partial<Jobs['github']>): Record<string, string>;
  /** The same for a new job on any platform; by default one that fits the first publisher of its kind. */
  jobEnvironment<Name extends CiName>(ci: Name, job?: Partial<Jobs[Name]>): Promise<Record<string, string>>;
  /** An identity token of any platform, made out to the index's audience. */
  identityToken<Name extends PlatformName>(platform: Name, job?: Partial<Jobs[Name]>): Promise<string>;
  /** Replace all faults. */
  setFaults(faults: readonly Fault[]): void;
  /** Move the index's clock on, back with a negative number. */
  advanceClock(milliseconds: number): void;
  /** Stop listening, end all connections, remove a temporary folder. */
  close(): Promise<void>;
}

/**
 * Start an index on 127.0.0.1.
 * @throws {LocalIndexError} when the port is taken, the folder cannot be used or a publisher is malformed.
 */
export async function startLocalIndex(options: LocalIndexOptions): Promise<LocalIndex> {
  const clock = new IndexClock(options.now);
  const { now } = clock;
  const configurations = completePublishers(options.publishers ?? []);
  const directory = prepareDirectory(options.directory);
  let listener: Listener | undefined;
  const release = async () => {
    await listener?.close();
    if (options.directory === undefined) {
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    }
  };
  try {
    const store = new Store(directory, options.directory !== undefined);
    store.openProjects = options.openProjects ?? false;
    store.fileLimitBytes = options.fileLimitBytes ?? defaultFileLimitBytes;
    store.load(configurations);
    listener = await openListener(options.port ?? 0, options.tls === true ? now() : undefined);
    const { url, host: location, plainHost } = listener;
    const issuer = new Issuer();
    const tokens = new ApiTokens(store, now, options.apiTokens ?? []);
    const issuers = trustedIssuers(customIssuers(configurations), async () => (await issuer.keySet()).keys);
    const spent = new Set<string>();
    const audience = options.audience ?? 'pypi';
    const oidc: OidcContext = { store, tokens, now, audience, issuers, location, spent };
    const jobs = new SimulatedJobs({ issuer, now, publishers: configurations, audience, url, plainHost });
    const identity = { jobs, issuer, now, issuerNames: issuersByName(configurations), url };
    const faults = new FaultQueue();
    faults.set(options.faults ?? []);
    const requests = () => transport.records;
    const admin = { clock, faults, jobs };
    const router = new Router({ store, tokens, now, url, oidc, identity, admin, requests });
    const transport = new Transport({ router, faults, now, onRequest: options.onRequest });
    listener.serve((request, response) => {
      transport.handle(request, response);
    });
    const control = new IndexControl({ store, tokens, location, issuers, spent, now });
    return {
      url,
      uploadUrl: `${url}/legacy/`,
      simpleUrl: `${url}/simple/`,
      certificateAuthority: listener.certificateAuthority,
      requests: transport.records,
      control,
      gitHubEnvironment: (job) => jobs.gitHubEnvironment(job),
      jobEnvironment: (ci, job) => startJob({ jobs, faults }, ci, job),
      identityToken: (platform, job) => jobs.token(platform, audience, job),
      setFaults: (list) => {
        faults.set(list);
      },
      advanceClock: (milliseconds) => {
        clock.advance(milliseconds);
      },
      close: async () => {
        transport.stop();
        await release();
      },
    };
  } catch (error) {
    await release();
    throw error;
  }
}

/** PyPI's four issuers, and those of GitLab instances that publishers name; all with the same keys. */
function trustedIssuers(custom: readonly string[], keys: TrustedIssuer['keys']): TrustedIssuer[] {
  const others = custom.map((issuer) => ({ provider: 'gitlab', issuer, isBuiltIn: false, keys }) as const);
  return [...builtInTrustedIssuers(() => keys(undefined)), ...others];
}

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
