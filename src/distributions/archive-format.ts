/** What a file is by its first bytes, so that a message can say more than "not a wheel". */

import type { FileHandle } from 'node:fs/promises';

export interface ArchiveFormat {
  readonly kind: 'zip' | 'gzip' | 'tar' | 'other';
  /** With article, for the middle of a sentence: `a plain tar archive`. */
  readonly description: string;
}

const SIGNATURES: readonly (readonly [offset: number, bytes: string, format: ArchiveFormat])[] = [
  [0, 'PK\x03\x04', { kind: 'zip', description: 'a ZIP archive' }],
  [0, 'PK\x05\x06', { kind: 'zip', description: 'an empty ZIP archive' }],
  [0, '\x1f\x8b', { kind: 'gzip', description: 'a gzip file' }],
  [0, '\xfd7zXZ\0', { kind: 'other', description: 'an xz file' }],
  [0, 'BZh', { kind: 'other', description: 'a bzip2 file' }],
  [0, '\x28\xb5\x2f\xfd', { kind: 'other', description: 'a Zstandard file' }],
  [257, 'ustar', { kind: 'tar', description: 'a plain tar archive' }],
  [0, 'version https://git-lfs', { kind: 'other', description: 'a Git LFS pointer' }],
  [0, '<', { kind: 'other', description: 'an HTML or XML page' }],
];

const LONGEST = 512;

/** Look at the beginning of an open file. A ZIP archive behind a stub (a self-extractor) counts as `other`. */
export async function archiveFormat(file: FileHandle): Promise<ArchiveFormat> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST), 0, LONGEST, 0);
  if (bytesRead === 0) return { kind: 'other', description: 'an empty file' };
  const head = buffer.toString('latin1', 0, bytesRead);
  const match = SIGNATURES.find(([offset, bytes]) => head.startsWith(bytes, offset));
  return match?.[2] ?? { kind: 'other', description: 'a file of an unknown kind' };
}
