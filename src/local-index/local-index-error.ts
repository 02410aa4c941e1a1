/** The one expected failure of this folder: something the embedded index was told that it cannot do. */

import { type ErrorDetails, PypiOidcError } from '../errors.ts';

/** A fault, a publishers file or a folder that the embedded index cannot use; code `LOCAL_INDEX_FAILED`. */
export class LocalIndexError extends PypiOidcError<'LOCAL_INDEX_FAILED'> {
  constructor(details: ErrorDetails) {
    super('LOCAL_INDEX_FAILED', details);
  }
}
