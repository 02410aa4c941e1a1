/** Deflated data, unpacked as far as it goes. */

import { createInflateRaw, inflateRawSync } from 'node:zlib';
import type { ArchiveBytes } from './archive-file.ts';

/** The content of a member, `undefined` when it is damaged or bigger than it says. */
export function inflate(packed: Buffer, sizeBytes: number): Buffer | undefined {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(sizeBytes, 1) });
  } catch {
    return undefined;
  }
}

export interface Unpacked {
  /** Bytes of the input that the stream took; meaningless when it is broken. */
  readonly takenBytes: number;
  /** The stream is cut off or damaged behind what came out. */
  readonly isBroken: boolean;
}

const stepBytes = 4096;

/**
 * A raw deflate stream that begins at `start`, fed in small steps, so that all before a damage comes out.
 * @param maximumBytes stop soon after so much has come out.
 * @param onContent takes what comes out, in order.
 */
export function inflateFrom(
  packed: ArchiveBytes,
  start: number,
  maximumBytes: number,
  onContent: (chunk: Buffer) => void,
): Promise<Unpacked> {
  return new Promise((resolve) => {
    const stream = createInflateRaw();
    let sizeBytes = 0;
    let position = start;
    const finish = (isBroken: boolean) => {
      resolve({ takenBytes: stream.bytesWritten, isBroken });
      stream.destroy();
    };
    stream.on('data', (chunk: Buffer) => {
      onContent(chunk);
      sizeBytes += chunk.length;
    });
    stream.on('end', () => {
      finish(false);
    });
    stream.on('error', () => {
      finish(true);
    });
    const feed = () => {
      if (stream.destroyed || stream.readableEnded) {
        return;
      }
      if (position >= packed.length || sizeBytes > maximumBytes) {
        stream.end();
        return;
      }
      const step = packed.subarray(position, position + stepBytes);
      position += stepBytes;
      stream.write(step, feed);
    };
    feed();
  });
}
