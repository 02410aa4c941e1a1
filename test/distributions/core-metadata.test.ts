import { describe, expect, test } from 'vitest';
import { parseCoreMetadata } from '../../src/distributions/core-metadata.ts';

function parse(...lines: readonly string[]) {
  return parseCoreMetadata(Buffer.from(lines.join('\n')));
}

test('headers are found in any case, repeated ones in order, and the body is the description', () => {
  const metadata = parse(
    'metadata-version: 2.1',
    'NAME:demo',
    'Version:  1.0 ',
    'Classifier: B',
    'classifier: A',
    '',
    'Line one',
    '',
    '  indented',
    '',
  );
  expect(metadata).toMatchObject({ metadataVersion: '2.1', name: 'demo', version: '1.0 ', isUtf8: true });
  expect(metadata.all('Classifier')).toEqual(['B', 'A']);
  expect(metadata.first('Description')).toBe('Line one\n\n  indented\n');
  expect(metadata.first('Summary')).toBeUndefined();
});

test('the body is never taken for a folded header', () => {
  expect(parse('Name: demo', '', '.. image:: x', '   :alt: x', '').first('Description')).toBe(
    '.. image:: x\n   :alt: x\n',
  );
});

describe('folded headers', () => {
  test.each([
    [
      'eight spaces (setuptools)',
      ['One', '        ', '            code', '        end', '        '],
      'One\n\n    code\nend\n',
    ],
    ['seven spaces and a pipe', ['One', '       |', '       |    code', '       |end'], 'One\n\n    code\nend'],
    ['width of the header (packaging)', ['One', `${' '.repeat(13)}`, `${' '.repeat(13)} two`], 'One\n\n two'],
    ['less than eight spaces', ['One', '  two', '    three'], 'One\ntwo\n  three'],
    ['one line', ['One'], 'One'],
  ])('a description folded with %s', (_, lines, description) => {
    expect(parse('Name: demo', `Description: ${lines.join('\n')}`, 'Version: 1').first('Description')).toBe(
      description,
    );
  });

  test('licence texts keep their lines and lose the indentation of either writer', () => {
    expect(parse('License: MIT', '        ', '        Text').first('License')).toBe('MIT\n\nText');
    expect(parse('License: MIT', '         ', '         Text').first('License')).toBe('MIT\n\nText');
  });

  test('an author on two lines is one author', () => {
    expect(parse('Author: C. Schultz,', '        Los Angeles').first('Author')).toBe('C. Schultz, Los Angeles');
  });

  test('a summary of two lines stays so, for the checks to refuse', () => {
    expect(parse('Summary: one', '  two').first('Summary')).toBe('one\n  two');
  });

  test('all line endings are understood', () => {
    const metadata = parseCoreMetadata(Buffer.from('Name: demo\r\nAuthor: A,\r\n  B\rVersion: 1\r\n\r\nbody\r\n'));
    expect([metadata.name, metadata.first('Author'), metadata.version]).toEqual(['demo', 'A, B', '1']);
    expect(metadata.first('Description')).toBe('body\r\n');
  });
});

describe("odd input is read as Python's email package reads it", () => {
  test('a line that can be no header begins the body', () => {
    const metadata = parse('Name: demo', 'no header here', 'Version: 1');
    expect(metadata.version).toBeUndefined();
    expect(metadata.first('Description')).toBe('no header here\nVersion: 1');
  });

  test('a byte order mark makes everything body', () => {
    expect(parse('\ufeffName: demo', 'Version: 1').headers).toEqual([
      { name: 'Description', value: '\ufeffName: demo\nVersion: 1', isBody: true },
    ]);
  });

  test('a mailbox line is skipped, but begins the body when it ends the headers', () => {
    expect(parse('From me', 'Name: demo', 'From you', 'Version: 1', 'From here', '', 'on').headers).toEqual([
      { name: 'Name', value: 'demo' },
      { name: 'Version', value: '1' },
      { name: 'Description', value: 'From here\non', isBody: true },
    ]);
  });

  test('a continuation before any header and a colon without name are skipped', () => {
    expect(parse('  lost', ': lost', 'Name: demo').headers).toEqual([{ name: 'Name', value: 'demo' }]);
  });
});

test('unknown fields keep the name they were written with', () => {
  const metadata = parse('Name: demo', 'X-Private: 1', 'Requires-dist: six', 'X-Private: 2');
  expect(metadata.unknownFields).toEqual(['X-Private']);
});

test('text that is not UTF-8 is read all the same, and said to be so', () => {
  const metadata = parseCoreMetadata(Buffer.from('Name: demo\nAuthor: J\xfcrgen\n', 'latin1'));
  expect(metadata).toMatchObject({ isUtf8: false, name: 'demo' });
  expect(metadata.first('Author')).toBe('J\ufffdrgen');
});
