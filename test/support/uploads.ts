/** Plans, outcomes and answers of an upload, as small values. */

import { indexAtUrl } from '../../src/package-index/index-url.ts';
import type { CredentialSource, UploadAnswer } from '../../src/package-index/legacy-upload.ts';
import { Secret } from '../../src/secret.ts';
import type { UploadedFile } from '../../src/upload/outcome.ts';
import type { UploadPlan } from '../../src/upload/plan.ts';

/** The file of a name like `demo-1.0.tar.gz`. */
export function uploadedFile(filename: string, sizeBytes = 1_000): UploadedFile {
  const [project = '', version = ''] = filename.replace(/\.whl$|\.tar\.gz$/, '').split('-');
  const kind = filename.endsWith('.whl') ? 'wheel' : 'sdist';
  return { path: `dist/${filename}`, filename, kind, sizeBytes, sha256: 'ab'.repeat(32), project, version };
}

/** A plan of files in the given order. */
export function planOf(...filenames: readonly string[]): UploadPlan {
  const uploads = filenames.map((filename) => ({
    file: uploadedFile(filename),
    fields: [['name', filename] as const],
  }));
  return { index: indexAtUrl('https://packages.example.org/legacy/'), uploads, totalBytes: 1_000 * uploads.length };
}

export const accepted: UploadAnswer = { kind: 'accepted', status: 200 };

export function refused(
  status: number,
  explanation = '',
  headers: Readonly<Record<string, string>> = {},
): UploadAnswer {
  return { kind: 'refused', status, explanation, foreign: undefined, headers };
}

/** Credentials `token-1`, and `token-2`, … after each renewal; `renewals: 0` for ones that stay. */
export function testCredentials(options: { readonly renewals?: number } = {}): CredentialSource & {
  readonly needed: readonly number[];
} {
  let number = 1;
  const needed: number[] = [];
  const credentials = () => ({ username: '__token__', password: new Secret(`token-${number}`) });
  return {
    needed,
    current: async (neededMs) => {
      needed.push(neededMs);
      return credentials();
    },
    renew: async () => {
      if (number > (options.renewals ?? Number.POSITIVE_INFINITY)) return undefined;
      number++;
      return credentials();
    },
    end: async () => {},
  };
}
