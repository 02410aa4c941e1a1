/**
 * The runs of the program that the tests judge: every real distribution uploaded to one embedded index, as a simulated
 * GitHub Actions job that may publish any project.
 */

import { highestFileLimitMib, simulatedPublisher } from '../../src/commands/serve.ts';
import type { RecordedUpload } from '../../src/local-index/request.ts';
import { type LocalIndex, type LocalIndexOptions, startLocalIndex } from '../../src/local-index/server.ts';
import { pathOf } from './folders.ts';
import { cleanEnvironment, type Ended, runProgram, type UploadDocument } from './program.ts';
import { type RealDistribution, realDistributions } from './real-distributions.ts';
import { type RecordedForm, type RecordingProxy, startRecordingProxy } from './recording-proxy.ts';

/** An index on which the simulated job may publish any project, with the highest file limit that PyPI grants. */
export const openIndex = {
  now: Date.now,
  publishers: [simulatedPublisher],
  openProjects: true,
  fileLimitBytes: highestFileLimitMib * 1024 * 1024,
} as const satisfies LocalIndexOptions;

export interface UploadRun {
  readonly ended: Ended;
  /** What it printed with `--json`. */
  readonly document: UploadDocument;
  /** Requests that reached the index during the run. */
  readonly requests: readonly string[];
  /** The forms among them. */
  readonly forms: readonly RecordedForm[];
}

export interface Published {
  readonly index: LocalIndex;
  /** Uploads as the index recorded them, oldest first. */
  readonly recorded: readonly RecordedUpload[];
  /** By file name: the run that a user would do, with all accepted files of the release at once. */
  readonly runs: ReadonlyMap<string, UploadRun>;
  /** By file name: of files that a local check stops, another run without checks, for the index's own word. */
  readonly uncheckedRuns: ReadonlyMap<string, UploadRun>;
  close(): Promise<void>;
}

/** The form with which a file arrived, if it was sent. */
export function arrivedForm({ runs, uncheckedRuns }: Published, filename: string): RecordedForm | undefined {
  const run = uncheckedRuns.get(filename) ?? runs.get(filename);
  return run?.forms.find((form) => form.filename === filename);
}

export async function publishRealDistributions(): Promise<Published> {
  const recorded: RecordedUpload[] = [];
  const index = await startLocalIndex({
    ...openIndex,
    onRequest: (request) => {
      if (request.upload !== undefined) recorded.push(request.upload);
    },
  });
  const proxy = await startRecordingProxy(index.url);
  const environment = cleanEnvironment(index.gitHubEnvironment());
  const runs = new Map<string, UploadRun>();
  const uncheckedRuns = new Map<string, UploadRun>();
  for (const batch of batches()) {
    const run = await upload(batch, proxy, environment);
    for (const { filename } of batch) runs.set(filename, run);
  }
  for (const distribution of realDistributions) {
    if (distribution.expected === 'accepted') continue;
    uncheckedRuns.set(distribution.filename, await upload([distribution], proxy, environment, ['--no-check']));
  }
  return {
    index,
    recorded,
    runs,
    uncheckedRuns,
    close: async () => {
      await proxy.close();
      await index.close();
    },
  };
}

/** Accepted files release by release, every other file on its own: one that is stopped stops its whole run. */
function batches(): readonly RealDistribution[][] {
  const byKey = new Map<string, RealDistribution[]>();
  for (const distribution of realDistributions) {
    const { project, version, filename, expected } = distribution;
    const key = expected === 'accepted' ? `${project} ${version}` : filename;
    byKey.set(key, [...(byKey.get(key) ?? []), distribution]);
  }
  return [...byKey.values()];
}

/** @throws {Error} for a run that did not come as far as files. */
async function upload(
  batch: readonly RealDistribution[],
  proxy: RecordingProxy,
  environment: Record<string, string>,
  options: readonly string[] = [],
): Promise<UploadRun> {
  const before = { requests: proxy.requests.length, forms: proxy.forms.length };
  const files = batch.map(pathOf);
  const ended = await runProgram(
    ['upload', '--json', '--repository-url', `${proxy.url}/legacy/`, ...options, ...files],
    environment,
  );
  const document = JSON.parse(ended.stdout) as Partial<UploadDocument>;
  if (document.files === undefined) throw new Error(`The run ended before any file: ${ended.stdout}`);
  return {
    ended,
    document: document as UploadDocument,
    requests: proxy.requests.slice(before.requests),
    forms: proxy.forms.slice(before.forms),
  };
}
