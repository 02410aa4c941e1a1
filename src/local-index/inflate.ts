/** Deflated data, unpacked as far as it goes. */

import { createInflateRaw, inflateRawSync } from 'node:zlib';

/** The content of a member, `undefined` when it is damaged or bigger than it says. */
export function inflate(packed: Buffer, sizeBytes: number): Buffer | undefined {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(sizeBytes, 1) });
  } catch {
    return undefined;
  }
}

export interface Unpacked {
  readonly content: Buffer;
  /** Bytes of the input that the stream took; meaningless when it is broken. */
  readonly takenBytes: number;
  /** The stream is cut off or damaged behind `content`. */
  readonly isBroken: boolean;
}

const stepBytes = 4096;

/** A raw deflate stream at the beginning of `packed`, fed in small steps, so that all before a damage comes out. */
export function inflatePrefix(packed: Buffer, maximumBytes: number): Promise<Unpacked> {
  return new Promise((resolve) => {
    const stream = createInflateRaw();
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    let position = 0;
    const finish = (isBroken: boolean) => {
      resolve({ content: Buffer.concat(chunks), takenBytes: stream.bytesWritten, isBroken });
      stream.destroy();
    };
    stream.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
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
