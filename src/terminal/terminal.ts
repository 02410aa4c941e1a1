/**
 * The one place that prints: results on stdout, everything else on stderr, all of it through the redactor. Renders events
 * as they come; on a terminal with a spinner, in CI one line for each.
 */

import picocolors from 'picocolors';
import { PypiOidcError } from '../errors.ts';
import type { Event, Reporter } from '../reporter.ts';
import { type Environment, environmentValue } from '../runtime.ts';
import type { Secret } from '../secret.ts';
import { errorCommand, findingCommand, maskCommand } from './github-actions.ts';
import { eventLine, ignoredLines, resultText } from './human.ts';
import { jsonDocument } from './json.ts';
import { Redactor } from './redact.ts';
import type { FailureResult, Result } from './result.ts';
import { indent, shortened, size } from './wording.ts';

export interface TerminalOptions {
  readonly command: string;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly quiet: boolean;
  /** Spinners; only on a terminal anyway. */
  readonly progress: boolean;
  /** `--no-color`. */
  readonly color: boolean;
  readonly env: Environment;
  /** Known from the start: never printed. */
  readonly secrets: readonly Secret[];
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** What commands print with. */
export interface Terminal extends Reporter {
  /** The result of the command, on stdout. `ok`: it did what it was asked to. */
  result(result: Result, ok: boolean): void;
  /** An expected failure, or a bug. */
  failure(error: unknown): void;
  /** Whether stdout is a screen that people look at. */
  readonly printsToScreen: boolean;
  /** Stop spinners; nothing is printed afterwards. */
  close(): void;
}

/** The parts of a spinner that are used here. */
interface Spinner {
  text: string;
  start(): unknown;
  stop(): unknown;
}

export async function openTerminal(options: TerminalOptions): Promise<Terminal> {
  const { env, stdout, stderr } = options;
  const inCi = environmentValue(env, 'CI') !== undefined;
  const onGitHub = env['GITHUB_ACTIONS'] === 'true';
  const redactor = new Redactor();
  for (const secret of options.secrets) redactor.add(secret);
  const resultColors = picocolors.createColors(wantsColor(options, stdout));
  const eventColors = picocolors.createColors(wantsColor(options, stderr));
  const spinner =
    options.progress && !options.quiet && !inCi && stderr.isTTY === true ? await createSpinner(stderr) : undefined;
  let uploadStarted: { filename: string; sizeBytes: number } | undefined;

  const print = (stream: OutputStream, text: string): void => {
    spinner?.stop();
    stream.write(`${text}\n`);
  };

  const spin = (event: Event): void => {
    if (spinner === undefined) return;
    if (event.kind === 'upload-started') uploadStarted = event;
    if (event.kind === 'upload-ended') uploadStarted = undefined;
    if (uploadStarted === undefined) return;
    const sent = event.kind === 'upload-progress' ? event.sentBytes : 0;
    const percent = uploadStarted.sizeBytes === 0 ? 100 : Math.floor((sent / uploadStarted.sizeBytes) * 100);
    const progress = `${percent} % of ${size(uploadStarted.sizeBytes)}`;
    // Spinner and spaces take four columns; a line that wraps cannot be redrawn.
    const room = (stderr.columns ?? 80) - progress.length - 6;
    spinner.text = redactor.clean(`${shortened(uploadStarted.filename, room)}  ${progress}`);
    spinner.start();
  };

  const printFailure = ({ code, message, hint }: FailureResult): void => {
    if (onGitHub) stderr.write(`${errorCommand(`${message} ${hint}`)}\n`);
    print(
      stderr,
      `${eventColors.red('error')}: ${message}\n${indent(hint, '  ')}${options.verbose ? `\n  (${code})` : ''}`,
    );
    if (options.json) print(stdout, jsonDocument(options.command, false, { kind: 'failure', code, message, hint }));
  };

  return {
    report: (raw) => {
      // One for every block of every file: most are of no interest.
      if (raw.kind === 'upload-progress' && spinner === undefined) return;
      const event = redactor.cleanAll(raw);
      if (event.kind === 'detail' && !options.verbose) return;
      if (event.kind === 'finding' && onGitHub) stderr.write(`${findingCommand(event.finding)}\n`);
      const important =
        (event.kind === 'note' && event.severity === 'warning') ||
        (event.kind === 'finding' && event.finding.severity === 'error');
      const text = options.quiet && !important && event.kind !== 'retry' ? undefined : eventLine(event, eventColors);
      if (text !== undefined) print(stderr, text);
      spin(event);
    },
    mask: (secret: Secret) => {
      redactor.add(secret);
      // On stderr, which the runner reads too: stdout may be on its way into a variable or a file.
      if (onGitHub) stderr.write(`${maskCommand(secret.reveal())}\n`);
    },
    result: (raw, ok) => {
      const result = redactor.cleanAll(raw);
      if (!options.quiet && 'ignored' in result && result.kind !== 'check') {
        for (const text of ignoredLines(result.ignored)) print(stderr, text);
      }
      print(stdout, options.json ? jsonDocument(options.command, ok, result) : resultText(result, resultColors));
    },
    printsToScreen: stdout.isTTY === true,
    failure: (error) => printFailure(redactor.cleanAll(failureOf(error, options.verbose))),
    close: () => spinner?.stop(),
  };
}

function failureOf(error: unknown, verbose: boolean): FailureResult {
  if (error instanceof PypiOidcError)
    return { kind: 'failure', code: error.code, message: error.message, hint: error.hint };
  const stack = verbose && error instanceof Error ? `\n${error.stack ?? ''}` : '';
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return {
    kind: 'failure',
    code: 'BUG',
    message: `This is a fault of pypi-oidc itself: ${message}`,
    hint: `Please report it, with the command and what it printed under \`--verbose\`. Running the same command again is safe.${stack}`,
  };
}

/** `NO_COLOR` and `--no-color` win, then `FORCE_COLOR`, then whether it is a terminal. */
function wantsColor(options: TerminalOptions, stream: OutputStream): boolean {
  const { env } = options;
  if (!options.color || environmentValue(env, 'NO_COLOR') !== undefined) return false;
  const forced = environmentValue(env, 'FORCE_COLOR');
  if (forced !== undefined) return forced !== '0';
  return stream.isTTY === true && environmentValue(env, 'CI') === undefined && env['TERM'] !== 'dumb';
}

async function createSpinner(stream: OutputStream): Promise<Spinner> {
  const { default: ora } = await import('ora');
  return ora({ stream: stream as NodeJS.WriteStream, discardStdin: false });
}
