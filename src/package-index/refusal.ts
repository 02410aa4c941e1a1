/**
 * What PyPI's texts mean, and what to do: a table from stable fragments of the server's explanations to cause and next
 * step. The server's own words are always shown beside it.
 */

import type { UploadAnswer } from './legacy-upload.ts';

export type RefusalKind =
  | 'token-expired'
  | 'token-invalid'
  | 'token-for-other-project'
  | 'project-missing'
  | 'file-exists'
  | 'name-used-before'
  | 'release-too-old'
  | 'second-sdist'
  | 'too-large'
  | 'read-only'
  | 'not-the-upload-api'
  | 'permission-denied'
  | 'rate-limited'
  | 'server-fault'
  | 'other';

export interface Refusal {
  readonly kind: RefusalKind;
  /** The next step. */
  readonly hint: string;
}

type RefusedAnswer = Extract<UploadAnswer, { kind: 'refused' }>;

interface KnownRefusal extends Refusal {
  readonly status: number;
  readonly fragment: RegExp;
}

const known: readonly KnownRefusal[] = [
  {
    status: 403,
    fragment: /token is expired/i,
    kind: 'token-expired',
    hint: 'The API token lives for 15 minutes. Run the same command again: it mints a new one and finishes what is left.',
  },
  {
    status: 403,
    fragment: /not valid for project/i,
    kind: 'token-for-other-project',
    hint: 'The token does not cover this project: add the trusted publisher of this job (`pypi-oidc whoami`) to it. If the job runs in an environment, another publisher may have been chosen.',
  },
  {
    status: 403,
    fragment: /invalid or non-existent authentication|signatures do not match|invalid api token/i,
    kind: 'token-invalid',
    hint: 'The index does not know this token: it may belong to another index (PyPI and TestPyPI have their own), or be cut off.',
  },
  {
    status: 403,
    fragment: /read-only mode|new uploads are temporarily disabled/i,
    kind: 'read-only',
    hint: 'The index takes no uploads at present. See https://status.python.org/ and run the same command again later.',
  },
  {
    status: 403,
    fragment: /isn't allowed to upload to project/i,
    kind: 'permission-denied',
    hint: 'The project may be archived, or the token belongs to somebody without the right to upload. Look at the project’s settings on the index.',
  },
  {
    status: 400,
    fragment: /non-user identities cannot create new projects/i,
    kind: 'project-missing',
    hint: 'The project does not exist under this name. Check `name` in pyproject.toml against the pending publisher, or register a pending publisher for exactly this name.',
  },
  {
    status: 400,
    fragment: /file already exists/i,
    kind: 'file-exists',
    hint: 'A file of this name with other content, or the same content under another name, is on the index. Files are never replaced: raise the version, build again and upload that.',
  },
  {
    status: 400,
    fragment: /previously used by a file that has since been deleted|this filename was previously used/i,
    kind: 'name-used-before',
    hint: 'Names of deleted files cannot be used again: raise the version, or add a build tag to a wheel.',
  },
  {
    status: 400,
    fragment: /releases older than 14 days/i,
    kind: 'release-too-old',
    hint: 'PyPI closes a release to new files after 14 days: raise the version.',
  },
  {
    status: 400,
    fragment: /only one sdist/i,
    kind: 'second-sdist',
    hint: 'The release has its sdist already. Upload only one `.tar.gz` for each version.',
  },
  {
    status: 400,
    fragment: /file too large|project size too large/i,
    kind: 'too-large',
    hint: 'Ask for a higher limit: https://docs.pypi.org/project-management/storage-limits/',
  },
  {
    status: 413,
    fragment: /.*/,
    kind: 'too-large',
    hint: 'Something in front of the index limits the size of a request. Ask whoever runs it.',
  },
  {
    status: 429,
    fragment: /.*/,
    kind: 'rate-limited',
    hint: 'The index asks to slow down. Wait, then run the same command again.',
  },
  {
    status: 401,
    fragment: /.*/,
    kind: 'token-invalid',
    hint: 'The index does not accept these credentials: check which index they are for.',
  },
];

/** Cause and next step of a refused upload. */
export function explainRefusal(answer: RefusedAnswer): Refusal {
  const match = known.find(({ status, fragment }) => status === answer.status && fragment.test(answer.explanation));
  if (match !== undefined) return match;
  if (answer.foreign === 'redirect') {
    const target = answer.headers['location'];
    const slash = answer.status === 308 || answer.status === 301;
    return {
      kind: 'not-the-upload-api',
      hint: `Credentials are never sent on after a redirect${target === undefined ? '' : ` (to ${hostOf(target)})`}: correct \`--repository-url\`${slash ? ', often by a slash at its end' : ''}.`,
    };
  }
  if (answer.status === 404 || answer.status === 405 || answer.status === 410) {
    return {
      kind: 'not-the-upload-api',
      hint: 'Nothing takes uploads at this address. Is `--repository-url` the address of the simple index? PyPI takes uploads at https://upload.pypi.org/legacy/.',
    };
  }
  if (answer.status >= 500 && answer.status <= 599) {
    return {
      kind: 'server-fault',
      hint: 'That is a fault of the index. Run the same command again; files that arrived are recognised.',
    };
  }
  if (answer.foreign !== undefined) {
    return {
      kind: 'not-the-upload-api',
      hint: 'What answered is not the upload API: a login page or a proxy may be in between. Check `--repository-url`.',
    };
  }
  if (answer.status === 403) {
    return {
      kind: 'permission-denied',
      hint: 'The index does not let this token upload this file: see its words above.',
    };
  }
  return { kind: 'other', hint: 'Correct what the index names, build again, and run the same command again.' };
}

function hostOf(location: string): string {
  return URL.canParse(location) ? new URL(location).host : 'another path';
}
