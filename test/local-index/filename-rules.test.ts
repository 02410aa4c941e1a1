import { describe, expect, test } from 'vitest';
import { checkFilenameShape, checkSdistFilename, checkWheelFilename } from '../../src/local-index/filename-rules.ts';
import { type PythonVersion, parsePythonVersion } from '../../src/local-index/python-version.ts';

function version(text: string): PythonVersion {
  const parsed = parsePythonVersion(text);
  if (parsed === undefined) {
    throw new Error(text);
  }
  return parsed;
}

describe('characters and extension', () => {
  test.each([
    ['demo-1.0.tar.gz', 'sdist', undefined],
    ['demo-1.0.zip', 'sdist', undefined],
    ['demo-1.0-py3-none-any.whl', 'bdist_wheel', undefined],
    ['demo\u0007-1.0.tar.gz', 'sdist', 'Cannot upload a file with non-printable'],
    ['demo\u007f-1.0.tar.gz', 'sdist', 'Cannot upload a file with non-printable'],
    ['a/demo-1.0.tar.gz', 'sdist', "Cannot upload a file with '/' or"],
    ['a\\demo-1.0.tar.gz', 'sdist', "Cannot upload a file with '/' or"],
    ['demo-1.0.egg', 'sdist', 'Invalid file extension: Use'],
    ['demo-1.0.tar.bz2', 'sdist', 'Invalid file extension: Use'],
    ['demo-1.0.TAR.GZ', 'sdist', 'Invalid file extension: Extension .TAR.GZ is invalid for filetype sdist.'],
    [
      'demo-1.0.tar.gz',
      'bdist_wheel',
      'Invalid file extension: Extension .tar.gz is invalid for filetype bdist_wheel.',
    ],
  ] as const)('%j as %s', (filename, filetype, refusal) => {
    const check = () => {
      checkFilenameShape(filename, filetype);
    };
    if (refusal === undefined) {
      expect(check).not.toThrow();
    } else {
      expect(check).toThrow(refusal);
    }
  });
});

describe('source distributions', () => {
  test.each([
    ['demo-1.0.tar.gz', 'demo', '1.0', undefined],
    ['demo_pkg-1.0.post1.tar.gz', 'Demo.Pkg', '1.0-1', undefined],
    [
      'demo-1.0-1.tar.gz',
      'demo',
      '1.0.post1',
      "Filename 'demo-1.0-1.tar.gz' is invalid, should be 'demo-1.0.post1.tar.gz'.",
    ],
    ['demo-abc.tar.gz', 'demo', '1.0', 'Invalid source distribution filename: demo-abc.tar.gz'],
    ['demo.tar.gz', 'demo', '1.0', 'Invalid source distribution filename'],
    ['other-1.0.tar.gz', 'demo', '1.0', "Start filename for 'demo' with 'demo'."],
    ['-1.0.tar.gz', 'demo', '1.0', "Start filename for 'demo' with 'demo'."],
    ['Demo-1.0.tar.gz', 'demo', '1.0', "Filename 'Demo-1.0.tar.gz' is invalid, should be 'demo-1.0.tar.gz'."],
    ['demo-1.0.0.tar.gz', 'demo', '1.0', "should be 'demo-1.0.tar.gz'"],
    ['demo-1.0.zip', 'demo', '1.0', "should be 'demo-1.0.tar.gz'"],
  ])('%s for %s %s', (filename, name, text, refusal) => {
    const check = () => {
      checkSdistFilename(filename, name, version(text));
    };
    if (refusal === undefined) {
      expect(check).not.toThrow();
    } else {
      expect(check).toThrow(refusal);
    }
  });
});

describe('wheels', () => {
  test.each([
    ['demo-1.0-py3-none-any.whl', undefined],
    ['demo-1.0.0-py3-none-any.whl', undefined],
    ['demo-1.0-1abc-py3-none-any.whl', undefined],
    ['demo-1.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl', undefined],
    ['demo-1.0-cp311-cp311-WIN32.whl', undefined],
    ['demo-1.0-py3-any.whl', "Invalid wheel filename (wrong number of parts): 'demo-1.0-py3-any'"],
    ['de+mo-1.0-py3-none-any.whl', "Invalid project name: 'de+mo-1.0-py3-none-any'"],
    ['de__mo-1.0-py3-none-any.whl', 'Invalid project name'],
    ['demo-abc-py3-none-any.whl', 'Invalid wheel filename (invalid version)'],
    ['demo-1.0-x1-py3-none-any.whl', "Invalid build number: x1 in 'demo-1.0-x1-py3-none-any'"],
    ['demo-1.0--py3-none-any.whl', "Invalid build number:  in 'demo-1.0--py3-none-any'"],
    ['other-1.0-py3-none-any.whl', "Start filename for 'demo' with 'demo'."],
    ['Demo-1.0-py3-none-any.whl', "should contain the normalized project name 'demo', not 'Demo'."],
    ['demo-2.0-py3-none-any.whl', "Version in filename should be '1.0' not '2.0'."],
    ['demo-1.0-cp311-cp311-linux_x86_64.whl', "has an unsupported platform tag 'linux_x86_64'."],
    ['demo-1.0-cp311-cp311-macosx_11_1_arm64.whl', 'unsupported platform tag'],
    ['demo-1.0-cp311-cp311-macosx_11_0_arm64.whl', undefined],
    ['demo-1.0-cp311-cp311-any.linux_x86_64.whl', "unsupported platform tag 'linux_x86_64'"],
  ])('%s', (filename, refusal) => {
    const check = () => {
      checkWheelFilename(filename, 'demo', version('1.0'));
    };
    if (refusal === undefined) {
      expect(check).not.toThrow();
    } else {
      expect(check).toThrow(refusal);
    }
  });
});
