/**
 * `rehearse`: the whole of `upload` on this machine: an embedded index, a simulated GitHub job as its trusted publisher,
 * and the same code that publishes to PyPI. At the end the files are read back the way installers do.
 */

import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import manifest from '../../package.json' with { type: 'json' };
import { parseFilename } from '../distributions/filename.ts';
import { normalizeProjectName } from '../distributions/project-name.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { createHttpClient, type HttpClient } from '../http/client.ts';
import { startLocalIndex } from '../local-index/server.ts';
import { indexAtUrl } from '../package-index/index-url.ts';
import { fetchProjectFiles } from '../package-index/simple-api.ts';
import { type Outcome, runResult, type UploadedFile } from '../upload/outcome.ts';
import type { CommandContext } from './context.ts';
import { publish } from './publish.ts';
import { discoverFiles } from './read-distributions.ts';
import { highestFileLimitMib, simulatedPublisher } from './serve.ts';
import { notAttempted, summaryOf } from './upload.ts';

export async function rehearse(patterns: readonly string[], context: CommandContext): Promise<ExitCode> {
  const workspace = await mkdtemp(join(tmpdir(), 'pypi-oidc-rehearsal-'));
  try {
    const files = patterns.length > 0 ? patterns : await buildSample(workspace);
    const { paths, ignored } = await discoverFiles(files, context.runtime.cwd);
    return await rehearseFiles(paths, ignored, context);
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
}

async function buildSample(workspace: string): Promise<readonly string[]> {
  const { writeSampleDistributions } = await import('../distributions/sample.ts');
  const sample = await writeSampleDistributions(workspace, { name: 'pypi-oidc-sample', version: '1.0.0' });
  return [sample.wheel, sample.sdist];
}

async function rehearseFiles(
  paths: readonly string[],
  ignored: Awaited<ReturnType<typeof discoverFiles>>['ignored'],
  context: CommandContext,
): Promise<ExitCode> {
  const { terminal, runtime } = context;
  const localIndex = await startLocalIndex({
    now: runtime.now,
    publishers: [{ ...simulatedPublisher, projects: [...projectsOf(paths)], pending: [] }],
    fileLimitBytes: highestFileLimitMib * 1024 * 1024,
  });
  const http = createHttpClient({
    userAgent: `pypi-oidc/${manifest.version} node/${process.versions.node}`,
    onRequest: (message) => terminal.report({ kind: 'detail', message }),
  });
  try {
    const index = {
      ...indexAtUrl(localIndex.uploadUrl, { simpleUrl: localIndex.simpleUrl, local: true }),
      title: 'the embedded index',
    };
    const report = await publish(
      {
        index,
        http,
        paths,
        stored: { given: undefined, environment: undefined },
        trustedPublishing: 'always',
        check: true,
        strict: false,
        failFast: false,
        retries: 2,
        dryRun: false,
      },
      // The job is simulated: nothing of this machine's own environment counts.
      { ...context, runtime: { ...runtime, env: localIndex.gitHubEnvironment() } },
    );
    const outcomes =
      report.kind === 'ran'
        ? report.outcomes
        : notAttempted(report.plan.uploads, 'a local check failed; nothing was minted, nothing was sent');
    const installable = await readBack(http, new URL(localIndex.simpleUrl), outcomes);
    const projects = [...new Set(outcomes.map(({ file }) => file.project))];
    const passed =
      report.kind === 'ran' && runResult(outcomes) === 'all-uploaded' && installable.length === outcomes.length;
    terminal.result(
      {
        kind: 'rehearsal',
        index: summaryOf(index),
        outcomes,
        findings: report.findings,
        ignored,
        installable,
        projects,
      },
      passed,
    );
    if (report.kind !== 'ran') return exitCodes.checkFailed;
    if (passed) return exitCodes.done;
    return runResult(outcomes) === 'none-uploaded' ? exitCodes.uploadFailed : exitCodes.partlyUploaded;
  } finally {
    await http.close();
    await localIndex.close();
  }
}

/** Project names as the file names tell them; a file whose name tells none fails the checks anyway. */
function projectsOf(paths: readonly string[]): readonly string[] {
  const names = paths.flatMap((path) => {
    const filename = parseFilename(path.replace(/^.*[\\/]/, ''));
    return filename.kind === 'wheel' || filename.kind === 'sdist' ? [normalizeProjectName(filename.projectName)] : [];
  });
  return [...new Set(names)];
}

/** Those of the uploaded files that the simple API lists and serves with the digest that was sent. */
async function readBack(
  http: HttpClient,
  simpleUrl: URL,
  outcomes: readonly Outcome[],
): Promise<{ filename: string; sha256: string }[]> {
  const uploaded = outcomes.filter(({ kind }) => kind === 'uploaded').map(({ file }) => file);
  const found: { filename: string; sha256: string }[] = [];
  for (const file of uploaded)
    if (await isServed(http, simpleUrl, file)) found.push({ filename: file.filename, sha256: file.sha256 });
  return found;
}

async function isServed(http: HttpClient, simpleUrl: URL, file: UploadedFile): Promise<boolean> {
  const listed = (await fetchProjectFiles(http, simpleUrl, file.project))?.find(
    ({ filename }) => filename === file.filename,
  );
  if (listed === undefined) return false;
  const answer = await http.stream({ method: 'GET', url: listed.url });
  const digest = createHash('sha256');
  for await (const chunk of answer.body) digest.update(chunk);
  return answer.status === 200 && digest.digest('hex') === file.sha256;
}
