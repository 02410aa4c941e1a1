/** Real distributions through the built program to an embedded index, and back with pip; their forms against twine's. */

import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { reportDifferences, reportDistributions } from './distribution-report.ts';
import { differenceReasons, expectedDifferences } from './expected-differences.ts';
import { readDigests, sha256Of } from './fetch.ts';
import { pathOf, scriptPath } from './folders.ts';
import { differingFields, type FieldDifference } from './form-difference.ts';
import { bareEnvironment, pipDownload, runPython } from './pip.ts';
import { arrivedForm, type Published, publishRealDistributions } from './publishing.ts';
import { type Refusal, realDistributions } from './real-distributions.ts';
import type { FormField } from './recording-proxy.ts';
import { filesOnIndex } from './simple-index.ts';

type TwineAnswer =
  | { readonly form: readonly FormField[]; readonly refusal?: undefined }
  | { readonly refusal: string; readonly form?: undefined };

/** As many characters of a value as the index keeps in its own records. */
const recordedCharacters = 4000;

const paths = realDistributions.map(pathOf);
const accepted = realDistributions.filter(({ expected }) => expected === 'accepted');
const refused = realDistributions.flatMap((distribution) =>
  distribution.expected === 'accepted' ? [] : [{ ...distribution, expected: distribution.expected }],
);

/** Those that both tools send; metadata that the index refuses is refused by twine at home. */
const compared = realDistributions.filter(({ expected }) => expected === 'accepted' || !expected.twineRefuses);

let published: Published;
let digests: ReadonlyMap<string, string>;
let twine: Readonly<Record<string, TwineAnswer>>;
/** By file name. */
let differences: ReadonlyMap<string, readonly FieldDifference[]>;

beforeAll(async () => {
  digests = await readDigests();
  twine = JSON.parse(await runPython([scriptPath('twine_forms.py'), ...paths], bareEnvironment));
  published = await publishRealDistributions();
  differences = new Map(
    compared.map(({ filename }) => [
      filename,
      differingFields(twine[filename]?.form ?? [], arrivedForm(published, filename)?.fields ?? []),
    ]),
  );
  return async () => {
    await reportDistributions(published);
    await reportDifferences(differences);
    await published.close();
  };
});

describe('the list of distributions', () => {
  test('says what is in the files', async () => {
    const inside = JSON.parse(await runPython([scriptPath('describe_distributions.py'), ...paths], bareEnvironment));
    const said = realDistributions.map(({ filename, backend, metadataVersion }) => [
      filename,
      { backend, metadataVersion },
    ]);
    expect(inside).toEqual(Object.fromEntries(said));
  });

  test('is as wide as it has to be', async () => {
    const wheels = accepted.filter(({ kind }) => kind === 'wheel');
    const sizes = await Promise.all(wheels.map(async (wheel) => (await stat(pathOf(wheel))).size));
    const versions = new Set(accepted.map(({ metadataVersion }) => metadataVersion));
    expect(accepted.length).toBeGreaterThanOrEqual(30);
    expect(refused.length).toBeGreaterThanOrEqual(3);
    expect([...versions].sort()).toEqual(['1.0', '1.1', '1.2', '2.1', '2.2', '2.3', '2.4', '2.5']);
    expect(Math.max(...sizes)).toBeGreaterThan(150 * 1024 * 1024);
    const written = accepted.map(({ backend }) => backend).join('\n');
    for (const backend of ['setup.py', 'setuptools', 'flit', 'hatchling', 'poetry', 'maturin', 'scikit-build']) {
      expect(written).toContain(backend);
    }
  });
});

describe('a distribution that PyPI would accept', () => {
  test.for(byFilename(accepted))('%s is uploaded', ([filename]) => {
    const run = published.runs.get(filename);
    expect(run?.ended).toMatchObject({ exitCode: 0 });
    expect(run?.document.ok).toBe(true);
    expect(run?.document.files.find((file) => file.filename === filename)).toMatchObject({
      outcome: 'uploaded',
      sha256: digests.get(filename),
    });
  });

  test.for(byFilename(accepted))('%s is on the simple index', async ([filename]) => {
    const stored = await filesOnIndex(published.index.simpleUrl);
    expect(stored.get(filename)).toBe(digests.get(filename));
  });

  test.for(byFilename(accepted))('%s has a form that twine would send, too', ([filename]) => {
    expect(twine[filename]?.refusal).toBeUndefined();
  });

  test.concurrent.for(byFilename(accepted))(
    '%s comes back with pip as it was',
    async ([, distribution], { expect }) => {
      const folder = await mkdtemp(join(tmpdir(), 'pypi-oidc-back-'));
      try {
        await pipDownload(distribution, folder, bareEnvironment, ['--index-url', published.index.simpleUrl]);
        expect(await readdir(folder)).toEqual([distribution.filename]);
        expect(await sha256Of(join(folder, distribution.filename))).toBe(digests.get(distribution.filename));
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  );
});

describe('a distribution that PyPI would refuse', () => {
  test.for(byFilename(refused))(
    '%s is stopped by a local check, before anything is sent',
    ([filename, { expected }]) => {
      const run = published.runs.get(filename);
      expect(run?.ended).toMatchObject({ exitCode: 5 });
      const errors = run?.document.findings.filter(({ severity }) => severity === 'error');
      expect([...new Set(errors?.map(({ code }) => code))]).toEqual([expected.check]);
      expect(run?.document.files.map(({ outcome }) => outcome)).toEqual(['not-attempted']);
      expect(run?.requests.filter((request) => request.startsWith('POST'))).toEqual([]);
    },
  );

  test.for(byFilename(refused))('%s is refused by the index, too', ([filename, { expected }]) => {
    expectRefusal(published.uncheckedRuns.get(filename), expected);
  });

  test.for(byFilename(refused.filter(({ expected }) => expected.twineRefuses)))(
    '%s is refused by twine for the same reason',
    ([filename, { expected }]) => {
      expect(twine[filename]?.refusal).toContain(expected.answer);
    },
  );

  test('is not on the index', async () => {
    const stored = await filesOnIndex(published.index.simpleUrl);
    expect([...stored.keys()].toSorted()).toEqual(accepted.map(({ filename }) => filename).toSorted());
  });
});

describe('the form that arrives at the index', () => {
  test.for(byFilename(compared))('of %s has the fields of twine, save for the listed differences', ([filename]) => {
    const found = differences.get(filename) ?? [];
    const expected = expectedDifferences[filename] ?? {};
    const explained = found.filter(({ field, twine, ours }) => {
      const reason = expected[field];
      return reason !== undefined && differenceReasons[reason].explains(twine, ours);
    });
    expect(arrivedForm(published, filename)?.fields.length).toBeGreaterThan(10);
    expect(found).toEqual(explained);
    expect(found.map(({ field }) => field).toSorted()).toEqual(Object.keys(expected).toSorted());
  });

  test.for(byFilename(compared))('of %s is the one that the index recorded', ([filename]) => {
    const recorded = published.recorded.findLast((upload) => upload.filename === filename);
    const arrived = arrivedForm(published, filename)?.fields.filter(([name]) => name !== 'content');
    expect(recorded?.fields).toEqual(arrived?.map(([name, value]) => [name, value.slice(0, recordedCharacters)]));
  });

  test('is expected to differ for compared files only', () => {
    const filenames = compared.map(({ filename }) => filename);
    expect(Object.keys(expectedDifferences).filter((filename) => !filenames.includes(filename))).toEqual([]);
  });
});

function expectRefusal(run: ReturnType<Published['runs']['get']>, expected: Refusal): void {
  expect(run?.ended).toMatchObject({ exitCode: 1 });
  expect(run?.document.files).toMatchObject([{ outcome: 'refused', status: 400 }]);
  expect(run?.document.files[0]?.explanation).toContain(expected.answer);
  expect(run?.forms.map(({ status }) => status)).toEqual([400]);
}

/** For titles: vitest shortens what it takes from members. */
function byFilename<Item extends { readonly filename: string }>(items: readonly Item[]): ReadonlyArray<[string, Item]> {
  return items.map((item) => [item.filename, item]);
}
