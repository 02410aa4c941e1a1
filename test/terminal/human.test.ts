import picocolors from 'picocolors';
import { describe, expect, test } from 'vitest';
import type { Event } from '../../src/reporter.ts';
import { eventLine, ignoredLines, resultText } from '../../src/terminal/human.ts';
import type { Result } from '../../src/terminal/result.ts';
import { finding, outcomes, results, warning } from '../support/results.ts';

const plain = picocolors.createColors(false);
const notice = { attempt: 1, of: 6, waitMs: 1_500, reason: 'the index answered 503' };

describe('events, a line each', () => {
  test.each<[Event, string | undefined]>([
    [
      { kind: 'identity', title: 'GitHub Actions', detectedBy: 'a variable' },
      'detect       GitHub Actions: a variable',
    ],
    [{ kind: 'credentials', text: 'trusted publishing' }, 'authenticate trusted publishing'],
    [{ kind: 'audience', audience: 'pypi', index: 'PyPI' }, 'audience     `pypi` (asked from PyPI)'],
    [
      { kind: 'identity-token', subject: 'repo:octo/demo', lifeSeconds: 300 },
      'identity     token for `repo:octo/demo`, good for 5 min',
    ],
    [
      { kind: 'minted', index: 'PyPI', lifeSeconds: 900, renewal: false },
      'mint         an API token of PyPI, good for 15 min',
    ],
    [
      { kind: 'minted', index: 'PyPI', lifeSeconds: 60, renewal: true },
      'mint         another API token of PyPI, good for 60 s',
    ],
    [{ kind: 'checked', files: 2, warnings: 0 }, 'check        2 files: names agree with the metadata inside'],
    [
      { kind: 'checked', files: 1, warnings: 1 },
      'check        1 file: names agree with the metadata inside, 1 warning',
    ],
    [
      { kind: 'retry', what: 'demo-1.0.tar.gz', notice },
      'retry        demo-1.0.tar.gz: the index answered 503. Waiting 1.5 s, then attempt 2 of 6.',
    ],
    [
      { kind: 'retry', what: 'x', notice: { ...notice, reason: 'No answer from index: it broke.' } },
      'retry        x: No answer from index: it broke. Waiting 1.5 s, then attempt 2 of 6.',
    ],
    [{ kind: 'note', severity: 'info', message: 'By the way.' }, 'note         By the way.'],
    [
      { kind: 'note', severity: 'warning', message: 'Mind.', hint: 'Do this.\nOr that.' },
      'warning      Mind.\n             Do this.\n             Or that.',
    ],
    [{ kind: 'request', text: 'POST /legacy/ 200' }, 'POST /legacy/ 200'],
    [{ kind: 'detail', message: 'GET https://pypi.org/' }, 'request      GET https://pypi.org/'],
    [{ kind: 'upload-started', filename: 'x', sizeBytes: 1 }, undefined],
    [{ kind: 'upload-progress', filename: 'x', sentBytes: 1, sizeBytes: 1 }, undefined],
    [
      { kind: 'upload-ended', outcome: outcomes.uploaded },
      'upload       demo-1.0-py3-none-any.whl  12.3 kB  uploaded in 2.4 s',
    ],
    [
      { kind: 'upload-ended', outcome: { ...outcomes.uploaded, attempts: 3 } },
      'upload       demo-1.0-py3-none-any.whl  12.3 kB  uploaded in 2.4 s, attempt 3',
    ],
    [
      { kind: 'upload-ended', outcome: outcomes.refused },
      'upload       demo-1.0.tar.gz  999 B  refused\n             The index answered 400: File already exists\n             Raise the version.',
    ],
    [
      { kind: 'upload-ended', outcome: { ...outcomes.refused, explanation: '' } },
      'upload       demo-1.0.tar.gz  999 B  refused\n             The index answered 400.\n             Raise the version.',
    ],
    [
      { kind: 'upload-ended', outcome: outcomes.failed },
      'upload       demo-1.0.tar.gz  999 B  failed\n             No answer from index: it broke.\n             Run it again.',
    ],
    [
      { kind: 'upload-ended', outcome: outcomes.notAttempted },
      'upload       demo-1.0.tar.gz  999 B  not attempted: interrupted',
    ],
  ])('%j', (event, wanted) => {
    expect(eventLine(event, plain)).toBe(wanted);
  });
});

test('findings, with their place', () => {
  expect(eventLine({ kind: 'finding', finding }, plain)).toBe(
    'error dist/demo-1.0.tar.gz [filename-invalid]\n      The name is bad.\n      Build it again.',
  );
  expect(eventLine({ kind: 'finding', finding: warning }, plain)).toMatch(
    /^warning dist\/demo-1\.0\.tar\.gz \(PKG-INFO\) \[file-large\]\n/,
  );
});

test('files that are no distributions, with the reason', () => {
  expect(ignoredLines([{ path: 'dist/x.asc', reason: 'signature' }])).toEqual([
    'ignored dist/x.asc: a signature; PyPI takes none any more',
  ]);
});

describe('results', () => {
  const text = (result: Result): string => resultText(result, plain);

  test('an upload of everything is told in a line, and where it is', () => {
    expect(text({ ...results.upload, outcomes: [outcomes.uploaded] })).toBe(
      '1 file uploaded to PyPI.\nhttps://pypi.org/project/demo/1.0/',
    );
  });

  test('an upload of some says which', () => {
    expect(text(results.upload)).toMatchInlineSnapshot(`
      "1 of 2 files uploaded to PyPI:
        uploaded      demo-1.0-py3-none-any.whl
        refused       demo-1.0.tar.gz
      Correct the cause, then run the same command again: files that are up are recognised.
      https://pypi.org/project/demo/1.0/"
    `);
  });

  test('an upload of nothing', () => {
    expect(
      text({ ...results.upload, outcomes: [outcomes.refused, outcomes.notAttempted], releases: [] }),
    ).toMatchInlineSnapshot(`
      "0 of 2 files uploaded to PyPI:
        refused       demo-1.0.tar.gz
        not attempted demo-1.0.tar.gz
      Nothing is on the index from this run. Correct the cause, then run the same command again."
    `);
  });

  test('an upload whose outcome is open does not say that nothing is there', () => {
    const result = text({ ...results.upload, outcomes: [outcomes.failed], releases: [] });
    expect(result).toMatchInlineSnapshot(`
      "0 of 1 file uploaded to PyPI:
        failed        demo-1.0.tar.gz
      What failed may have arrived all the same. Run the same command again: files that are up are recognised."
    `);
    expect(result).not.toContain('Nothing is on the index');
  });

  test('a plan', () => {
    expect(text(results.plan)).toMatchInlineSnapshot(`
      "Would upload 2 files (13.3 kB) to PyPI, in this order:
        demo-1.0-py3-none-any.whl  12.3 kB  sha256 abababababababababababababababababababababababababababababababab
        demo-1.0.tar.gz  999 B  sha256 abababababababababababababababababababababababababababababababab
      Would authenticate by an API token, \`PYPI_TOKEN\` (set in the environment).
      Nothing was minted, nothing was sent."
    `);
    expect(text({ ...results.plan, credentials: undefined })).toContain(
      'No credentials were found: an upload would stop.',
    );
  });

  test('a check', () => {
    expect(text(results.check)).toMatchInlineSnapshot(`
      "passed  dist/demo-1.0-py3-none-any.whl
      failed  dist/demo-1.0.tar.gz
      ignored dist/notes.txt: not a wheel or sdist
      2 files checked: 1 error, 1 warning."
    `);
    expect(text({ ...results.check, strict: true })).toContain('failed  dist/demo-1.0-py3-none-any.whl');
  });

  test('an identity', () => {
    expect(text(results.whoami)).toMatchInlineSnapshot(`
      "Identity  GitHub Actions (\`GITHUB_ACTIONS\` is \`true\`)
      Issuer    https://token.actions.githubusercontent.com
      Audience  pypi
      Good for  5 min

      What the index matches on
        repository   octo/demo
        environment  (absent)

      Other claims
        actor  octo

      What to enter as trusted publisher (GitHub)
        Owner             octo
        Environment name  (leave empty)

      For a project that exists (put its name into the address):
        https://pypi.org/manage/project/PROJECT/settings/publishing/?provider=github
      For a project that does not exist yet:
        https://pypi.org/manage/account/publishing/

      PyPI refuses this: PyPI will say no.
        Do it otherwise.

      advice: The job runs in no environment.
        Use one.
        Or not."
    `);
  });

  test('an identity without a known publisher, for an assumed audience', () => {
    const audience = { value: 'pypi', source: 'assumed' } as const;
    const result = text({ ...results.whoami, audience, publisher: undefined, problems: [] });
    expect(result).toContain('pypi (assumed: the index was not reached)');
    expect(result).not.toContain('What to enter');
  });

  test('a minted token is all there is', () => {
    expect(text(results['minted-token'])).toBe('api-token');
  });

  test('a rehearsal', () => {
    expect(text(results.rehearsal)).toMatchInlineSnapshot(`
      "installable  demo-1.0-py3-none-any.whl  sha256 abababababababab…
      The rehearsal passed. \`pypi-oidc upload\` does the same on PyPI from a CI job."
    `);
  });

  test('a rehearsal in which a file did not arrive', () => {
    expect(text({ ...results.rehearsal, outcomes: [outcomes.uploaded, outcomes.refused] })).toMatchInlineSnapshot(`
      "installable  demo-1.0-py3-none-any.whl  sha256 abababababababab…
      The rehearsal failed: 1 of 2 files did not arrive:
        demo-1.0.tar.gz"
    `);
  });

  test('a serving index', () => {
    expect(text(results.serving)).toMatchInlineSnapshot(`
      "The embedded index runs at http://127.0.0.1:1/  (Ctrl-C stops it)
      It takes uploads for demo, other from a simulated GitHub Actions job.
      To make a shell look like that job:

        export GITHUB_ACTIONS='true'

      Then publish, and install:

        pypi-oidc upload --repository-url http://127.0.0.1:1/legacy/ dist/*
        pip install --index-url http://127.0.0.1:1/simple/ <project>
      "
    `);
    const result = text({ ...results.serving, environmentFile: '/x/env', projects: undefined });
    expect(result).toContain('set -a; . /x/env; set +a');
    expect(result).toContain('takes uploads for any project from');
  });

  test('a serving index with TLS that simulates another platform', () => {
    const result = text({
      ...results.serving,
      ci: 'buildkite',
      pathDirectory: '/x/bin',
      certificateAuthority: '/x/ca.pem',
      projects: undefined,
    });
    expect(result.split('\n').slice(1, 11)).toMatchInlineSnapshot(`
      [
        "It takes uploads for any project from a simulated Buildkite job.",
        "To make a shell look like that job:",
        "",
        "  export GITHUB_ACTIONS='true'",
        "  export PATH='/x/bin':"$PATH"",
        "",
        "Its certificate authority, made for this run, is in /x/ca.pem",
        "",
        "PyPI accepts no identity of this platform, and neither does this index: exchanges are refused as there.",
        "",
      ]
    `);
  });

  test('a failure is told on stderr, not as a result', () => {
    expect(text(results.failure)).toBe('');
  });
});

test('colour carries no meaning: without it the text is the same', () => {
  const colored = picocolors.createColors(true);
  for (const result of Object.values(results)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(resultText(result, colored).replace(/\u001b\[\d+m/g, '')).toBe(resultText(result, plain));
  }
});
