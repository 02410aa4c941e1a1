/**
 * The digests that an upload declares and an attestation signs: SHA-256 and BLAKE2b with 32 bytes of output.
 *
 * One pass over the file with two buffers in turn: the next block is read while the last one is hashed, so memory does
 * not grow with the file. Each digest is a {@link RunningDigest}; one that lives in a worker only has to answer with
 * promises.
 */

import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';

/** 64 lower-case hexadecimal digits of a SHA-256. */
export type Sha256Hex = string & { readonly __brand: 'Sha256Hex' };
/** 64 lower-case hexadecimal digits of a BLAKE2b-256 (unkeyed, 32 bytes of output; not a truncated BLAKE2b-512). */
export type Blake2b256Hex = string & { readonly __brand: 'Blake2b256Hex' };

export interface FileDigests {
  readonly sha256: Sha256Hex;
  readonly blake2b256: Blake2b256Hex;
  /** Number of bytes that were hashed. */
  readonly sizeBytes: number;
}

/** A digest in the making. A block may be reused as soon as `update` returned, or its promise settled. */
export interface RunningDigest<Hex extends string> {
  update(block: Uint8Array): void | Promise<void>;
  hex(): Hex | Promise<Hex>;
}

export interface DigestOptions {
  /** Where BLAKE2b is computed; by default in this thread. */
  readonly startBlake2b256?: () => Promise<RunningDigest<Blake2b256Hex>>;
}

const BLOCK_BYTES = 256 * 1024;

/**
 * Hash a file.
 * @throws the file system's own error when the file cannot be read.
 */
export async function digestFile(path: string, options: DigestOptions = {}): Promise<FileDigests> {
  const { startBlake2b256 = blake2b256InThisThread } = options;
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const sha256 = createHash('sha256');
    const blake2b256 = await startBlake2b256();

    const blockBytes = Math.max(1, Math.min(BLOCK_BYTES, size));
    let filling = Buffer.allocUnsafeSlow(blockBytes);
    let hashing = Buffer.allocUnsafeSlow(blockBytes);
    let sizeBytes = 0;
    let next = await file.read(filling, 0, blockBytes, 0);
    while (next.bytesRead > 0) {
      [filling, hashing] = [hashing, filling];
      const block = hashing.subarray(0, next.bytesRead);
      sizeBytes += next.bytesRead;
      const reading = file.read(filling, 0, blockBytes, sizeBytes);
      const hashed = blake2b256.update(block);
      sha256.update(block);
      [next] = await Promise.all([reading, hashed]);
    }
    return {
      sha256: sha256.digest('hex') as Sha256Hex,
      blake2b256: await blake2b256.hex(),
      sizeBytes,
    };
  } finally {
    await file.close();
  }
}

async function blake2b256InThisThread(): Promise<RunningDigest<Blake2b256Hex>> {
  const { default: hashWasm } = await import('hash-wasm/dist/blake2b.umd.min.js');
  const digest = await hashWasm.createBLAKE2b(256);
  digest.init();
  return {
    update: (block) => {
      digest.update(block);
    },
    hex: () => digest.digest('hex') as Blake2b256Hex,
  };
}
