/**
 * Where the upload form differs from twine's on purpose: the file, the form field, and which of the reasons below. A
 * difference that is not here fails the tests, and so does one that is here and gone.
 */

export type DifferenceReason = 'description-unfolded' | 'license-unfolded' | 'import-names-sent';

interface Explanation {
  /** For the report. */
  readonly text: string;
  /** Whether the values differ in the way the reason says, and in no other. */
  readonly explains: (twine: readonly string[], ours: readonly string[]) => boolean;
}

export const differenceReasons: Readonly<Record<DifferenceReason, Explanation>> = {
  'description-unfolded': {
    text: 'a description in a header of metadata 1.x loses the indentation that made its lines one header',
    explains: isUnfolded,
  },
  'license-unfolded': {
    text: 'a licence text in a header loses the indentation that made its lines one header',
    explains: isUnfolded,
  },
  'import-names-sent': {
    text: 'the import names of metadata 2.5 are sent; twine leaves them out',
    explains: (twine, ours) => twine.length === 0 && ours.length > 0,
  },
};

const description = { description: 'description-unfolded' } as const;
const importNames = { import_name: 'import-names-sent' } as const;

/** By file name, then by form field. */
export const expectedDifferences: Readonly<Record<string, Readonly<Record<string, DifferenceReason>>>> = {
  'certifi-2019.11.28.tar.gz': description,
  'contourpy-1.3.3-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl': { license: 'license-unfolded' },
  'docopt-0.6.2.tar.gz': description,
  'flit_core-4.2.0.tar.gz': importNames,
  'flit_core-4.2.0-py3-none-any.whl': importNames,
  'idna-2.8.tar.gz': description,
  'pyparsing-2.4.7.tar.gz': description,
  'PyYAML-5.1.tar.gz': description,
  'simplejson-3.0.7.tar.gz': description,
  'six-1.10.0.tar.gz': description,
  'six-1.16.0.tar.gz': description,
  'toml-0.10.2.tar.gz': description,
};

/** One value, of which every line but the first has lost the same indentation, and nothing else. */
function isUnfolded([twine = '', ...moreOfTwine]: readonly string[], [ours = '', ...moreOfOurs]: readonly string[]) {
  if (moreOfTwine.length > 0 || moreOfOurs.length > 0) return false;
  const [first, ...rest] = twine.split('\n');
  const indentation = Math.min(...rest.map((line) => line.search(/\S/)).filter((column) => column >= 0));
  if (indentation === 0) return false;
  const unfolded = [first, ...rest.map((line) => line.slice(indentation))].join('\n');
  return unfolded === ours;
}
