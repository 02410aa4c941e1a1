/**
 * The closed list of what can go wrong, by stage. Every error says in one line what failed and on what (`message`),
 * and ends in the next step (`hint`). A bug is a plain `Error`: only `cli.ts` catches those.
 */

/** Stable names of all expected failures; `exit-codes.ts` maps each to the exit code of the process. */
export type ErrorCode =
  // Settings and arguments
  | 'USAGE_INVALID'
  | 'SETTINGS_INVALID'
  | 'REPOSITORY_UNKNOWN'
  | 'FILES_NOT_FOUND'
  | 'FILE_NOT_A_DISTRIBUTION'
  | 'FILE_UNREADABLE'
  // Identity
  | 'IDENTITY_NOT_FOUND'
  | 'IDENTITY_PERMISSION_MISSING'
  | 'IDENTITY_REQUEST_FAILED'
  | 'IDENTITY_TOKEN_INVALID'
  // Trusted publishing on the index
  | 'AUDIENCE_UNAVAILABLE'
  | 'MINT_REFUSED'
  | 'MINT_FAILED'
  // Distributions
  | 'DISTRIBUTION_INVALID'
  // Network
  | 'TRANSPORT_FAILED'
  | 'STATUS_REFUSED'
  | 'BODY_UNEXPECTED'
  | 'ADDRESS_INSECURE'
  // The embedded index
  | 'LOCAL_INDEX_FAILED'
  // The user
  | 'INTERRUPTED';

export interface ErrorDetails {
  /** One line: what failed, on what. */
  readonly message: string;
  /** The next step: a command, a settings page, a value to change. May hold several lines. */
  readonly hint: string;
  readonly cause?: unknown;
  /** Whether the same thing may succeed a little later; default false. */
  readonly transient?: boolean;
}

/** Base of every expected failure. Subclasses add typed facts; none of them may hold a secret. */
export abstract class PypiOidcError<Code extends ErrorCode = ErrorCode> extends Error {
  readonly code: Code;
  readonly hint: string;
  readonly transient: boolean;

  constructor(code: Code, details: ErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.hint = details.hint;
    this.transient = details.transient ?? false;
  }
}

/** A flag, a variable or a named file that cannot be used as given. */
export class UsageError extends PypiOidcError<
  | 'USAGE_INVALID'
  | 'SETTINGS_INVALID'
  | 'REPOSITORY_UNKNOWN'
  | 'FILES_NOT_FOUND'
  | 'FILE_NOT_A_DISTRIBUTION'
  | 'FILE_UNREADABLE'
> {}

/** The run was stopped by SIGINT or SIGTERM. */
export class InterruptedError extends PypiOidcError<'INTERRUPTED'> {
  constructor() {
    super('INTERRUPTED', {
      message: 'Interrupted.',
      hint: 'Run the same command again: files that are already on the index are recognised.',
    });
  }
}
