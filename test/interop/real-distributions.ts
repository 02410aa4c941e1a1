/**
 * Real distributions from PyPI, to publish again on an embedded index: old and new, of many backends, for several
 * platforms. Their digests are in `real-distributions.sha256`; what is said of them here is tested.
 *
 * Not here, because pip cannot download them without building them with tools that few machines have: source
 * distributions of maturin (wants cargo), of meson-python (wants meson and a compiler).
 */

import type { FindingCode } from '../../src/checks/finding.ts';

/** For which pip is to choose the wheel. */
export type Platform = 'linux' | 'musl' | 'macos' | 'windows';

export interface RealDistribution {
  /** As in the file name. */
  readonly project: string;
  readonly version: string;
  readonly kind: 'wheel' | 'sdist';
  readonly filename: string;
  /** A wheel's `Generator`; an sdist's `build-backend`, `setup.py` without one. */
  readonly backend: string;
  readonly metadataVersion: string;
  readonly platform: Platform;
  /** What PyPI says today to a file like this, in a project and release that are open to it. */
  readonly expected: 'accepted' | Refusal;
}

export interface Refusal {
  /** The local check that stops it before anything is sent. */
  readonly check: FindingCode;
  /** Part of the index's answer when it is sent all the same. */
  readonly answer: string;
  /** Whether twine refuses it, too, in the same words; it knows metadata, but no rules for file names. */
  readonly twineRefuses: boolean;
  /** Why, for the report. */
  readonly reason: string;
}

type Details = Partial<Pick<RealDistribution, 'platform' | 'expected'>>;

function wheel(filename: string, backend: string, metadataVersion: string, details: Details = {}): RealDistribution {
  const [project = '', version = ''] = filename.split('-');
  const common = { platform: 'linux', expected: 'accepted' } as const;
  return { project, version, kind: 'wheel', filename, backend, metadataVersion, ...common, ...details };
}

function sdist(filename: string, backend: string, metadataVersion: string, details: Details = {}): RealDistribution {
  const [, project = '', version = ''] = /^(.+)-(.+)\.tar\.gz$/.exec(filename) ?? [];
  const common = { platform: 'linux', expected: 'accepted' } as const;
  return { project, version, kind: 'sdist', filename, backend, metadataVersion, ...common, ...details };
}

const wheelNotNormalized: Details = {
  expected: {
    check: 'filename-not-normalized',
    answer: 'should contain the normalized project name',
    twineRefuses: false,
    reason: 'PEP 491: the project is not normalised in the file name',
  },
};

const sdistNotNormalized: Details = {
  expected: {
    check: 'filename-not-normalized',
    answer: 'is invalid, should be',
    twineRefuses: false,
    reason: 'PEP 625: the project is not normalised in the file name',
  },
};

const version20: Details = {
  expected: {
    check: 'metadata-version-unknown',
    twineRefuses: true,
    answer: "'2.0' is not a valid metadata version",
    reason: 'metadata 2.0 (PEP 426) was withdrawn',
  },
};

const classifierIn10: Details = {
  expected: {
    check: 'metadata-field-too-new',
    twineRefuses: true,
    answer: 'classifier introduced in metadata version 1.1, not 1.0',
    reason: 'old distutils declared 1.0 and wrote fields of 1.1',
  },
};

function earlyLicenseExpression(declared: string): Details {
  return {
    expected: {
      check: 'metadata-field-too-new',
      twineRefuses: true,
      answer: `license-expression introduced in metadata version 2.4, not ${declared}`,
      reason: `hatchling wrote License-Expression before 2.4, under ${declared}`,
    },
  };
}

export const realDistributions: readonly RealDistribution[] = [
  sdist('attrs-26.1.0.tar.gz', 'hatchling.build', '2.4'),
  sdist('bs4-0.0.1.tar.gz', 'setup.py', '1.1'),
  sdist('certifi-2019.11.28.tar.gz', 'setup.py', '1.1'),
  sdist('certifi-2025.1.31.tar.gz', 'setup.py', '2.2'),
  sdist('crcmod-1.7.tar.gz', 'setup.py', '1.0', classifierIn10),
  sdist('docopt-0.6.2.tar.gz', 'setup.py', '1.1'),
  sdist('flit_core-3.2.0.tar.gz', 'flit_core.build_thyself', '1.1'),
  sdist('flit_core-4.2.0.tar.gz', 'flit_core.buildapi', '2.5'),
  sdist('hatchling-1.21.1.tar.gz', 'hatchling.ouroboros', '2.1', earlyLicenseExpression('2.1')),
  sdist('hatchling-1.33.0.tar.gz', 'hatchling.ouroboros', '2.5'),
  sdist('idna-2.8.tar.gz', 'setup.py', '1.2'),
  sdist('idna-3.10.tar.gz', 'flit_core.buildapi', '2.1'),
  sdist('iniconfig-2.0.0.tar.gz', 'hatchling.build', '2.1', earlyLicenseExpression('2.1')),
  sdist('markupsafe-3.0.3.tar.gz', 'setuptools.build_meta', '2.4'),
  sdist('meld3-1.0.2.tar.gz', 'setup.py', '1.1'),
  sdist('ordereddict-1.1.tar.gz', 'setup.py', '1.0'),
  sdist('packaging-26.3.tar.gz', 'flit_core.buildapi', '2.4'),
  sdist('pathtools-0.1.2.tar.gz', 'setup.py', '1.0', classifierIn10),
  sdist('pdm_backend-2.4.3.tar.gz', 'pdm.backend.intree', '2.1'),
  sdist('poetry_core-2.5.0.tar.gz', 'poetry.core.masonry.api', '2.4'),
  sdist('pyparsing-2.4.7.tar.gz', 'setup.py', '1.2'),
  sdist('python-dateutil-2.9.0.post0.tar.gz', 'setuptools.build_meta', '2.1', sdistNotNormalized),
  sdist('pytz-2024.1.tar.gz', 'setup.py', '2.1'),
  sdist('PyYAML-5.1.tar.gz', 'setup.py', '1.1', sdistNotNormalized),
  sdist('requests-2.32.3.tar.gz', 'setup.py', '2.1'),
  sdist('scikit_build_core-1.1.2.tar.gz', 'hatchling.build', '2.5'),
  sdist('setuptools-80.9.0.tar.gz', 'setuptools.build_meta', '2.4'),
  sdist('sgmllib3k-1.0.0.tar.gz', 'setup.py', '1.0', classifierIn10),
  sdist('simplejson-3.0.7.tar.gz', 'setup.py', '1.1'),
  sdist('six-1.10.0.tar.gz', 'setup.py', '1.1'),
  sdist('six-1.16.0.tar.gz', 'setup.py', '1.2'),
  sdist('termcolor-1.1.0.tar.gz', 'setup.py', '1.0', classifierIn10),
  sdist('toml-0.10.2.tar.gz', 'setup.py', '1.2'),
  sdist('tomlkit-0.12.5.tar.gz', 'poetry.core.masonry.api', '2.1'),
  sdist('urllib3-1.26.20.tar.gz', 'setup.py', '2.1'),
  sdist('wheel-0.43.0.tar.gz', 'flit_core.buildapi', '2.1'),

  wheel('antlr4_python3_runtime-4.13.1-py3-none-any.whl', 'bdist_wheel (0.41.2)', '2.1'),
  wheel('attrs-26.1.0-py3-none-any.whl', 'hatchling 1.29.0', '2.4'),
  wheel('awkward_cpp-57-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl', 'scikit-build-core 1.0.3', '2.4'),
  wheel(
    'black-24.10.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.manylinux_2_28_x86_64.whl',
    'hatchling 1.25.0',
    '2.3',
  ),
  wheel('certifi-2025.1.31-py3-none-any.whl', 'setuptools (75.8.0)', '2.2'),
  wheel('contourpy-1.3.3-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl', 'meson', '2.1'),
  wheel('cryptography-44.0.0-cp39-abi3-manylinux_2_28_x86_64.whl', 'maturin (1.7.5)', '2.3'),
  wheel('flit_core-4.2.0-py3-none-any.whl', 'flit 4.2.0', '2.5'),
  wheel('hatchling-1.21.1-py3-none-any.whl', 'hatchling 1.21.1', '2.1', earlyLicenseExpression('2.1')),
  wheel('hatchling-1.33.0-py3-none-any.whl', 'hatchling 1.33.0', '2.5'),
  wheel('httpx-0.28.1-py3-none-any.whl', 'hatchling 1.26.3', '2.3'),
  wheel('idna-3.10-py3-none-any.whl', 'flit 3.9.0', '2.1'),
  wheel('jaraco_context-6.1.2-py3-none-any.whl', 'setuptools (82.0.1)', '2.4'),
  wheel('markupsafe-3.0.3-cp311-cp311-macosx_11_0_arm64.whl', 'setuptools (80.9.0)', '2.4', { platform: 'macos' }),
  wheel(
    'markupsafe-3.0.3-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.manylinux_2_28_x86_64.whl',
    'setuptools (80.9.0)',
    '2.4',
  ),
  wheel('markupsafe-3.0.3-cp311-cp311-musllinux_1_2_x86_64.whl', 'setuptools (80.9.0)', '2.4', { platform: 'musl' }),
  wheel('markupsafe-3.0.3-cp311-cp311-win_amd64.whl', 'setuptools (80.9.0)', '2.4', { platform: 'windows' }),
  wheel(
    'maturin-1.16.0-py3-none-manylinux2010_x86_64.manylinux_2_12_x86_64.musllinux_1_1_x86_64.whl',
    'maturin (1.16.0)',
    '2.4',
  ),
  wheel('meson_python-0.22.1-py3-none-any.whl', 'meson', '2.4'),
  wheel('ninja-1.11.1.1-py2.py3-none-manylinux1_x86_64.manylinux_2_5_x86_64.whl', 'skbuild 0.17.6', '2.1'),
  wheel('ninja-1.13.0-py3-none-manylinux2014_x86_64.manylinux_2_17_x86_64.whl', 'scikit-build-core 0.11.5', '2.1'),
  wheel('numpy-2.4.6-cp311-cp311-manylinux_2_27_x86_64.manylinux_2_28_x86_64.whl', 'meson', '2.4'),
  wheel('orjson-3.13.0-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl', 'maturin (1.15.0)', '2.4'),
  wheel('packaging-26.3-py3-none-any.whl', 'flit 3.12.0', '2.4'),
  wheel('pdm_backend-2.4.3-py3-none-any.whl', 'pdm-backend (0.0.0+local)', '2.1'),
  wheel('pip-18.1-py2.py3-none-any.whl', 'bdist_wheel (0.32.1)', '2.1'),
  wheel('pip-25.0.1-py3-none-any.whl', 'setuptools (75.8.0)', '2.2'),
  wheel('poetry_core-2.5.0-py3-none-any.whl', 'poetry-core 2.5.0', '2.4'),
  wheel('pydantic_core-2.50.4-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl', 'maturin (1.16.0)', '2.4'),
  wheel('python_dateutil-2.9.0.post0-py2.py3-none-any.whl', 'bdist_wheel (0.42.0)', '2.1'),
  wheel('requests-2.18.4-py2.py3-none-any.whl', 'bdist_wheel (0.29.0)', '2.0', version20),
  wheel('requests-2.32.3-py3-none-any.whl', 'bdist_wheel (0.43.0)', '2.1'),
  wheel('rich-15.0.0-py3-none-any.whl', 'poetry-core 2.3.1', '2.4'),
  wheel('ruamel.yaml-0.18.6-py3-none-any.whl', 'bdist_wheel (0.42.0)', '2.1', wheelNotNormalized),
  wheel('ruff-0.5.7-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl', 'maturin (1.7.0)', '2.3'),
  wheel('scikit_build_core-1.1.2-py3-none-any.whl', 'hatchling 1.32.4', '2.5'),
  wheel('setuptools-40.6.2-py2.py3-none-any.whl', 'bdist_wheel (0.32.2)', '2.1'),
  wheel('setuptools-65.5.0-py3-none-any.whl', 'bdist_wheel (0.37.1)', '2.1'),
  wheel('setuptools-80.9.0-py3-none-any.whl', 'setuptools (80.9.0)', '2.4'),
  wheel('six-1.10.0-py2.py3-none-any.whl', 'bdist_wheel (0.26.0)', '2.0', version20),
  wheel('six-1.17.0-py2.py3-none-any.whl', 'setuptools (75.6.0)', '2.1'),
  wheel(
    'tensorflow_cpu-2.16.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
    'bdist_wheel (0.41.3)',
    '2.1',
  ),
  wheel('tomlkit-0.12.5-py3-none-any.whl', 'poetry-core 1.9.0', '2.1'),
  wheel('trampolim-0.1.0-py3-none-any.whl', 'trampolim 0.1.0', '2.1'),
  wheel('twine-1.15.0-py2.py3-none-any.whl', 'bdist_wheel (0.33.6)', '2.1'),
  wheel('urllib3-1.26.20-py2.py3-none-any.whl', 'setuptools (74.0.0)', '2.1'),
  wheel('uv_build-0.13.6-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl', 'maturin (1.15.0)', '2.4'),
  wheel('virtualenv-20.27.0-py3-none-any.whl', 'hatchling 1.25.0', '2.3', earlyLicenseExpression('2.3')),
  wheel('wheel-0.29.0-py2.py3-none-any.whl', 'bdist_wheel (0.29.0)', '2.0', version20),
  wheel('wheel-0.40.0-py3-none-any.whl', 'flit 3.8.0', '2.1'),
  wheel(
    'zope.interface-7.2-cp311-cp311-manylinux_2_5_x86_64.manylinux1_x86_64.manylinux_2_17_x86_64.manylinux2014_x86_64.whl',
    'setuptools (73.0.1)',
    '2.1',
    wheelNotNormalized,
  ),
];

/** The one that is too large to be read into memory. */
export const largeWheel = 'tensorflow_cpu-2.16.1-cp311-cp311-manylinux_2_17_x86_64.manylinux2014_x86_64.whl';

/** 11 kB. */
export const smallWheel = 'six-1.17.0-py2.py3-none-any.whl';

/** The entry of that file name. */
export function realDistribution(filename: string): RealDistribution {
  const distribution = realDistributions.find((item) => item.filename === filename);
  if (distribution === undefined) throw new Error(`${filename} is not in the list of real distributions.`);
  return distribution;
}
