/** Small distributions that PyPI accepts, made in memory. */

import { crc32, gzipSync } from 'node:zlib';

export interface Distribution {
  readonly filename: string;
  readonly bytes: Buffer;
  readonly name: string;
  readonly version: string;
}

/** A source distribution with a PKG-INFO; `remark` changes the bytes and nothing else. */
export function sdist(name: string, version: string, remark = ''): Distribution {
  const folder = `${name.replaceAll('-', '_')}-${version}`;
  const content = Buffer.from(`Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\n\n${remark}`);
  const blocks = Math.ceil(content.length / 512) * 512;
  // The folder itself is a member: PyPI takes a lone PKG-INFO for the top of the archive.
  const members = [tarHeader(`${folder}/`, 0), tarHeader(`${folder}/PKG-INFO`, content.length), content];
  const archive = Buffer.concat(members, 2 * 512 + blocks + 1024);
  return { filename: `${folder}.tar.gz`, bytes: gzipSync(archive), name, version };
}

/** A pure wheel with one module; its members are stored, not compressed. */
export function wheel(name: string, version: string, tag = 'py3-none-any'): Distribution {
  const part = name.replaceAll('-', '_');
  const folder = `${part}-${version}.dist-info`;
  const metadata = `Metadata-Version: 2.1\nName: ${name}\nVersion: ${version}\nRequires-Python: >=3.8\n`;
  const [python = '', abi = '', platform = ''] = tag.split('-');
  const members: [string, string][] = [
    [`${part}.py`, `tag = ${JSON.stringify(tag)}\n`],
    [`${folder}/METADATA`, metadata],
    [
      `${folder}/WHEEL`,
      `Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: ${python}-${abi}-${platform}\n`,
    ],
  ];
  const record = [...members.map(([path]) => path), `${folder}/RECORD`].map((path) => `${path},,\n`).join('');
  const bytes = zip([...members, [`${folder}/RECORD`, record]]);
  return { filename: `${part}-${version}-${tag}.whl`, bytes, name, version };
}

function tarHeader(path: string, size: number): Buffer {
  const header = Buffer.alloc(512);
  header.write(path, 0);
  header.write('0000644\0', 100);
  header.write(`${size.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        ', 148);
  header.write(path.endsWith('/') ? '5' : '0', 156);
  header.write('ustar\x0000', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return header;
}

function zip(members: readonly (readonly [string, string])[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [path, text] of members) {
    const name = Buffer.from(path);
    const content = Buffer.from(text);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(0x21, 8);
    common.writeUInt32LE(crc32(content), 10);
    common.writeUInt32LE(content.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, content]);
    const trailer = Buffer.alloc(14);
    trailer.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, trailer, name]));
    parts.push(local);
    offset += local.length;
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(members.length, 8);
  end.writeUInt16LE(members.length, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, listing, end]);
}
