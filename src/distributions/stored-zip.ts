/**
 * Writing a small ZIP archive whose members are stored, not compressed: all that the sample wheel needs. A library for
 * it would be as large as what it writes is small. Fixed times, sizes in the local headers, no extra fields.
 *
 * @see APPNOTE.TXT, ".ZIP File Format Specification", 4.3.7, 4.3.12 and 4.3.16
 */

import { crc32 } from 'node:zlib';

/** 1 January 1980, midnight, in the format of DOS. */
const dosDate = 0x0021;
const versionNeeded = 20;

/** The archive's bytes. Paths are ASCII; fewer than 65,536 members and 4 GiB. */
export function storedZip(members: readonly (readonly [path: string, text: string])[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of members) {
    const name = Buffer.from(path, 'ascii');
    const content = Buffer.from(text);
    // What both headers hold: version, flags, method, time, date, CRC, sizes, lengths of name and extra field.
    const common = Buffer.alloc(26);
    common.writeUInt16LE(versionNeeded, 0);
    common.writeUInt16LE(dosDate, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const madeBy = uint16(versionNeeded);
    // Comment length, disk, attributes, and where the local header is.
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    directory.push(Buffer.from('PK\x01\x02', 'latin1'), madeBy, common, place, name);
    parts.push(Buffer.from('PK\x03\x04', 'latin1'), common, name, content);
    offset += 30 + name.length + content.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, entries, end]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}
