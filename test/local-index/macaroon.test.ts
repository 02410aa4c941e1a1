import { describe, expect, test } from 'vitest';
import {
  createMacaroon,
  deserializeMacaroon,
  hasValidSignature,
  narrowMacaroon,
  serializeMacaroon,
} from '../../src/local-index/macaroon.ts';

// The worked example of the libmacaroons README.
const rootKey = Buffer.from('this is our super secret key; only we should know it');
const location = 'http://mybank/';
const identifier = 'we used our secret key';

describe('signatures', () => {
  test('are those of libmacaroons', () => {
    const macaroon = createMacaroon(rootKey, location, identifier, []);
    expect(Buffer.from(macaroon.signature).toString('hex')).toBe(
      'e3d9e02908526c4c0039ae15114115d97fdd68bf2ba379b342aaf0f617d0552f',
    );
    const narrowed = narrowMacaroon(macaroon, 'account = 3735928559');
    expect(Buffer.from(narrowed.signature).toString('hex')).toBe(
      '1efe4763f290dbce0c1d08477367e11f4eee456a64933cf662d79772dbb82128',
    );
  });

  test('hold for appended caveats and break for removed or changed ones', () => {
    const macaroon = createMacaroon(rootKey, location, identifier, ['[1,["alpha"]]', '[0,2,1]']);
    expect(hasValidSignature(narrowMacaroon(macaroon, '[0,1,0]'), rootKey)).toBe(true);
    expect(hasValidSignature({ ...macaroon, caveats: ['[1,["alpha"]]'] }, rootKey)).toBe(false);
    expect(hasValidSignature({ ...macaroon, caveats: ['[1,["beta"]]', '[0,2,1]'] }, rootKey)).toBe(false);
    expect(hasValidSignature(macaroon, Buffer.from('another key'))).toBe(false);
  });
});

describe('the text form', () => {
  test('is version 2 binary in base64url without padding, read back unchanged', () => {
    const long = JSON.stringify([2, Array.from({ length: 20 }, (_, index) => `project-${index}`)]);
    const macaroon = createMacaroon(rootKey, location, identifier, ['[4,"id",null]', long]);
    const text = serializeMacaroon(macaroon);
    expect(text).toMatch(/^pypi-Ag[A-Za-z0-9_-]+$/);
    const bytes = Buffer.from(text.slice(5), 'base64url');
    expect(bytes.subarray(0, 3)).toEqual(Buffer.from([2, 1, location.length]));
    expect(deserializeMacaroon(text)).toEqual(macaroon);
  });

  test.each([
    ['another prefix', 'gh-AgEI'],
    ['no prefix', 'AgEI'],
    ['nothing after the prefix', 'pypi-'],
    ['characters outside base64url', 'pypi-Ag EI'],
    ['another version', `pypi-${Buffer.from([1, 1, 0]).toString('base64url')}`],
    ['a length beyond the end', `pypi-${Buffer.from([2, 1, 100, 65]).toString('base64url')}`],
  ])('is refused: %s', (_name, text) => {
    expect(deserializeMacaroon(text)).toBeUndefined();
  });

  test('is refused when it is cut anywhere', () => {
    const bytes = Buffer.from(
      serializeMacaroon(createMacaroon(rootKey, location, identifier, ['[0,2,1]'])).slice(5),
      'base64url',
    );
    for (let length = 1; length < bytes.length; length += 1) {
      expect(deserializeMacaroon(`pypi-${bytes.subarray(0, length).toString('base64url')}`)).toBeUndefined();
    }
  });
});
