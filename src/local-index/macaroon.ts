/**
 * Macaroons, version 2 binary format: what a PyPI API token is. A signature chained with HMAC-SHA256 over an
 * identifier and caveats, so that the holder can add caveats (narrow the token) but never remove one.
 *
 * Which caveats mean what is the business of `api-tokens.ts`; here they are texts.
 * @see https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt
 */

import { createHmac, timingSafeEqual } from 'node:crypto';

export interface Macaroon {
  readonly location: string;
  readonly identifier: string;
  readonly caveats: readonly string[];
  readonly signature: Uint8Array;
}

const fieldTypes = { end: 0, location: 1, identifier: 2, verification: 4, signature: 6 } as const;
const prefix = 'pypi-';

/** A macaroon signed with `rootKey`, its caveats appended in order. */
export function createMacaroon(
  rootKey: Uint8Array,
  location: string,
  identifier: string,
  caveats: readonly string[],
): Macaroon {
  return { location, identifier, caveats, signature: chain(rootKey, identifier, caveats) };
}

/** The same macaroon with one more caveat; needs no key. */
export function narrowMacaroon(macaroon: Macaroon, caveat: string): Macaroon {
  const signature = createHmac('sha256', macaroon.signature).update(caveat).digest();
  return { ...macaroon, caveats: [...macaroon.caveats, caveat], signature };
}

/** Whether the macaroon was made with `rootKey` and nothing but caveats was added to it. */
export function hasValidSignature(macaroon: Macaroon, rootKey: Uint8Array): boolean {
  const expected = chain(rootKey, macaroon.identifier, macaroon.caveats);
  return macaroon.signature.length === expected.length && timingSafeEqual(macaroon.signature, expected);
}

/** `pypi-` and the base64url form without padding. */
export function serializeMacaroon(macaroon: Macaroon): string {
  const parts: Buffer[] = [Buffer.from([2])];
  parts.push(field(fieldTypes.location, Buffer.from(macaroon.location)));
  parts.push(field(fieldTypes.identifier, Buffer.from(macaroon.identifier)), Buffer.from([fieldTypes.end]));
  for (const caveat of macaroon.caveats) {
    parts.push(field(fieldTypes.identifier, Buffer.from(caveat)), Buffer.from([fieldTypes.end]));
  }
  parts.push(Buffer.from([fieldTypes.end]), field(fieldTypes.signature, macaroon.signature));
  return prefix + Buffer.concat(parts).toString('base64url');
}

/** The macaroon in a token, `undefined` when the text is not one. */
export function deserializeMacaroon(token: string): Macaroon | undefined {
  if (!/^pypi-[A-Za-z0-9_-]+={0,2}$/.test(token)) {
    return undefined;
  }
  const reader = new FieldReader(Buffer.from(token.slice(prefix.length), 'base64url'));
  if (reader.byte() !== 2) {
    return undefined;
  }
  const head = reader.section();
  const identifier = head?.get(fieldTypes.identifier);
  if (head === undefined || identifier === undefined) {
    return undefined;
  }
  const caveats: string[] = [];
  for (let section = reader.section(); section?.size !== 0; section = reader.section()) {
    const caveat = section?.get(fieldTypes.identifier);
    // A verification id marks a third-party caveat: PyPI issues and accepts none.
    if (section === undefined || caveat === undefined || section.has(fieldTypes.verification)) {
      return undefined;
    }
    caveats.push(caveat.toString());
  }
  const last = reader.field();
  if (last?.type !== fieldTypes.signature || !reader.atEnd()) {
    return undefined;
  }
  const location = head.get(fieldTypes.location)?.toString() ?? '';
  return { location, identifier: identifier.toString(), caveats, signature: last.data };
}

function chain(rootKey: Uint8Array, identifier: string, caveats: readonly string[]): Buffer {
  const derived = createHmac('sha256', 'macaroons-key-generator').update(rootKey).digest();
  let signature = createHmac('sha256', derived).update(identifier).digest();
  for (const caveat of caveats) {
    signature = createHmac('sha256', signature).update(caveat).digest();
  }
  return signature;
}

function field(type: number, data: Uint8Array): Buffer {
  return Buffer.concat([varint(type), varint(data.length), data]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}

class FieldReader {
  readonly #bytes: Buffer;
  #position = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  atEnd(): boolean {
    return this.#position === this.#bytes.length;
  }

  byte(): number | undefined {
    const value = this.#bytes[this.#position];
    this.#position += 1;
    return value;
  }

  /** One field; `undefined` at an end mark and on malformed input. */
  field(): { readonly type: number; readonly data: Buffer } | undefined {
    const type = this.#varint();
    if (type === undefined || type === fieldTypes.end) {
      return undefined;
    }
    const length = this.#varint();
    if (length === undefined || this.#position + length > this.#bytes.length) {
      this.#position = this.#bytes.length + 1;
      return undefined;
    }
    const data = this.#bytes.subarray(this.#position, this.#position + length);
    this.#position += length;
    return { type, data };
  }

  /** Fields up to an end mark; `undefined` when the input ends before it. */
  section(): Map<number, Buffer> | undefined {
    const fields = new Map<number, Buffer>();
    while (this.#position < this.#bytes.length) {
      const next = this.field();
      if (next === undefined) {
        return this.#position <= this.#bytes.length ? fields : undefined;
      }
      fields.set(next.type, next.data);
    }
    return undefined;
  }

  #varint(): number | undefined {
    let value = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      if (byte === undefined) {
        return undefined;
      }
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) {
        return value;
      }
    }
    return undefined;
  }
}
