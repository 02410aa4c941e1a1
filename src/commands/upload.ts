/** `upload`: the main job. */

import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type PackageIndex, releasePage } from '../package-index/index-url.ts';
import { type IndexFlags, indexSettings } from '../settings/settings.ts';
import type { IgnoredFile, IndexSummary } from '../terminal/result.ts';
import { type Outcome, runResult } from '../upload/outcome.ts';
import type { PlannedUpload } from '../upload/plan.ts';
import { type CommandContext, findStoredCredentials, openHttp, resolveIndex } from './context.ts';
import { type PublishReport, publish } from './publish.ts';
import { discoverFiles } from './read-distributions.ts';

export interface UploadFlags extends IndexFlags {
  /** `--no-check` makes it false. */
  readonly check?: boolean;
  readonly strict?: boolean;
  readonly failFast?: boolean;
  readonly dryRun?: boolean;
}

export async function upload(
  patterns: readonly string[],
  flags: UploadFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const settings = indexSettings(flags, context.runtime.env);
  const index = resolveIndex(settings);
  const { paths, ignored } = await discoverFiles(patterns, context.runtime.cwd);
  const stored = await findStoredCredentials(context, settings);
  const http = await openHttp(context, settings);
  try {
    const report = await publish(
      {
        index,
        http,
        paths,
        stored,
        trustedPublishing: settings.trustedPublishing,
        check: flags.check !== false,
        strict: flags.strict === true,
        failFast: flags.failFast === true,
        retries: settings.retries,
        dryRun: flags.dryRun === true,
      },
      context,
    );
    return presentReport(report, index, ignored, context);
  } finally {
    await http.close();
  }
}

function presentReport(
  report: PublishReport,
  index: PackageIndex,
  ignored: readonly IgnoredFile[],
  { terminal, signal }: CommandContext,
): ExitCode {
  const summary = summaryOf(index);
  const { findings } = report;
  switch (report.kind) {
    case 'planned': {
      const files = report.plan.uploads.map(({ file }) => file);
      const { credentials, plan } = report;
      terminal.result(
        { kind: 'plan', index: summary, files, totalBytes: plan.totalBytes, credentials, findings, ignored },
        credentials !== undefined,
      );
      return credentials === undefined ? exitCodes.noIdentity : exitCodes.done;
    }
    case 'check-failed': {
      const outcomes = notAttempted(report.plan.uploads, 'a local check failed; nothing was minted, nothing was sent');
      terminal.result({ kind: 'upload', index: summary, outcomes, findings, ignored, releases: [] }, false);
      return exitCodes.checkFailed;
    }
    case 'ran': {
      const { outcomes } = report;
      const result = runResult(outcomes);
      terminal.result(
        { kind: 'upload', index: summary, outcomes, findings, ignored, releases: releasePages(index, outcomes) },
        result === 'all-uploaded',
      );
      if (signal.aborted) return exitCodes.interrupted;
      if (result === 'all-uploaded') return exitCodes.done;
      return result === 'some-uploaded' ? exitCodes.partlyUploaded : exitCodes.uploadFailed;
    }
    default:
      return report satisfies never;
  }
}

export function summaryOf(index: PackageIndex): IndexSummary {
  return { title: index.title, uploadUrl: index.uploadUrl.href };
}

export function notAttempted(uploads: readonly PlannedUpload[], reason: string): readonly Outcome[] {
  return uploads.map(({ file }) => ({ kind: 'not-attempted', file, reason }));
}

function releasePages(index: PackageIndex, outcomes: readonly Outcome[]): readonly string[] {
  const pages = outcomes
    .filter(({ kind }) => kind === 'uploaded')
    .map(({ file }) => releasePage(index, file.project, file.version))
    .filter((page) => page !== undefined);
  return [...new Set(pages)];
}
