/** `check`: every local check, no network at all. */

import { hasErrors } from '../checks/finding.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import type { CommandContext } from './context.ts';
import { discoverFiles, readDistributions } from './read-distributions.ts';

export interface CheckFlags {
  readonly strict?: boolean;
}

export async function check(
  patterns: readonly string[],
  flags: CheckFlags,
  context: CommandContext,
): Promise<ExitCode> {
  const { paths, ignored } = await discoverFiles(patterns, context.runtime.cwd);
  const { findings } = await readDistributions(paths, true);
  const strict = flags.strict === true;
  const files = [...findings].map(([path, own]) => ({ path, findings: own }));
  for (const { findings: own } of files)
    for (const finding of own) context.terminal.report({ kind: 'finding', finding });
  const passed = files.every((file) => !hasErrors(file.findings) && !(strict && file.findings.length > 0));
  context.terminal.result({ kind: 'check', files, ignored, strict }, passed);
  return passed ? exitCodes.done : exitCodes.checkFailed;
}
