/** The extra field of ZIP entries that gives a name in UTF-8 (Info-ZIP Unicode Path, 0x7075). */

import { crc32 } from 'node:zlib';

/** The name that replaces `rawName`; `undefined` when the field is for another name or empty. */
export function unicodePath(data: Buffer, rawName: Buffer): string | 'corrupt' | undefined {
  if (data.length < 5) {
    return 'corrupt';
  }
  if (data[0] !== 1 || data.readUInt32LE(1) !== crc32(rawName)) {
    return undefined;
  }
  try {
    const name = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(data.subarray(5));
    return name === '' ? undefined : (name.split('\0')[0] ?? '');
  } catch {
    return 'corrupt';
  }
}
