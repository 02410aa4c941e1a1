/** `pypi-oidc serve` as a process, and clients that upload to it with the program's own code. */

import { basename } from 'node:path';
import { readDistribution } from '../../src/distributions/distribution.ts';
import { formFields } from '../../src/distributions/form-fields.ts';
import { createHttpClient } from '../../src/http/client.ts';
import { indexAtUrl } from '../../src/package-index/index-url.ts';
import {
  legacyUploadTarget,
  type UploadAnswer,
  type UploadCredentials,
} from '../../src/package-index/legacy-upload.ts';
import { Secret } from '../../src/secret.ts';
import { type RunningProcess, type RunResult, runCli } from './cli.ts';

export interface ServeProcess {
  readonly uploadUrl: string;
  readonly simpleUrl: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly process: RunningProcess;
  readonly ended: Promise<RunResult>;
}

/** Start `serve` on a free port; the caller ends it. */
export async function startServing(args: readonly string[], cwd: string): Promise<ServeProcess> {
  const started: RunningProcess[] = [];
  const ended = runCli(['serve', '--port', '0', '--json', ...args], {
    cwd,
    onStart: (process) => started.push(process),
  });
  const [process] = started;
  if (process === undefined) throw new Error('`serve` did not start');
  // The document is complete with the brace at the start of a line.
  await Promise.race([process.untilStdout('\n}\n'), ended]);
  const document = JSON.parse(process.outputSoFar().stdout) as Pick<
    ServeProcess,
    'uploadUrl' | 'simpleUrl' | 'environment'
  >;
  return { ...document, process, ended };
}

/** One upload of a file: the index's answer, or `lost` when none came. */
export type Send = (path: string) => Promise<UploadAnswer | 'lost'>;

/** A client with a minted token of its own; close it at the end. */
export async function uploadClient(serving: ServeProcess): Promise<{ send: Send; close: () => Promise<void> }> {
  const { stdout } = await runCli(['mint-token', '--repository-url', serving.uploadUrl], { env: serving.environment });
  const credentials: UploadCredentials = { username: '__token__', password: new Secret(stdout.trim()) };
  const http = createHttpClient({ userAgent: 'pypi-oidc tests' });
  const target = legacyUploadTarget(http, indexAtUrl(serving.uploadUrl));
  const send: Send = async (path) => {
    const distribution = await readDistribution(path);
    const { sizeBytes } = distribution;
    const upload = { fields: formFields(distribution), path, filename: basename(path), sizeBytes };
    return target.send(credentials, upload).catch(() => 'lost' as const);
  };
  return { send, close: () => http.close() };
}
