/** Runs one command: opens the terminal, listens to signals, and turns a failure into a message and an exit code. */

import type { CommandContext } from './commands/context.ts';
import { type ErrorCode, PypiOidcError } from './errors.ts';
import { type ExitCode, exitCodeByError, exitCodes } from './exit-codes.ts';
import { systemRuntime } from './runtime.ts';
import { environmentSecrets } from './settings/environment.ts';
import { openTerminal } from './terminal/terminal.ts';

/** Flags that all commands share, as commander hands them over. */
export interface OutputFlags {
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
  /** `--no-progress` makes it false. */
  readonly progress?: boolean;
  /** `--no-color` makes it false. */
  readonly color?: boolean;
}

/** @param command its name, for the JSON document */
export async function run(
  command: string,
  flags: OutputFlags,
  action: (context: CommandContext) => Promise<ExitCode>,
): Promise<ExitCode> {
  const runtime = systemRuntime();
  const terminal = await openTerminal({
    command,
    json: flags.json === true,
    verbose: flags.verbose === true,
    quiet: flags.quiet === true,
    progress: flags.progress !== false,
    color: flags.color !== false,
    env: runtime.env,
    secrets: environmentSecrets(runtime.env),
    stdout: process.stdout,
    stderr: process.stderr,
  });
  const interruption = new AbortController();
  const interrupt = (): void => interruption.abort();
  // Once: a second Ctrl-C ends the process at once.
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    return await action({ runtime, terminal, signal: interruption.signal });
  } catch (error) {
    terminal.failure(error);
    return interruption.signal.aborted ? exitCodes.interrupted : exitCodeOf(error);
  } finally {
    terminal.close();
    process.removeListener('SIGINT', interrupt);
    process.removeListener('SIGTERM', interrupt);
  }
}

/** A bug (any error that is not ours) counts as a failed upload. */
function exitCodeOf(error: unknown): ExitCode {
  if (!(error instanceof PypiOidcError)) return exitCodes.uploadFailed;
  const code: ErrorCode = error.code;
  return exitCodeByError[code];
}
