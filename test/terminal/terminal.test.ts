import { describe, expect, test } from 'vitest';
import { TransportError } from '../../src/http/http-error.ts';
import { Secret } from '../../src/secret.ts';
import { openTerminal, type TerminalOptions } from '../../src/terminal/terminal.ts';
import { finding, outcomes, results, warning } from '../support/results.ts';

/** A terminal whose two streams are texts. */
async function open(options: Partial<TerminalOptions> & { readonly tty?: boolean } = {}) {
  const texts = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: options.tty ?? false,
    write: (text: string) => {
      texts[name] += text;
    },
  });
  const terminal = await openTerminal({
    command: 'upload',
    json: false,
    verbose: false,
    quiet: false,
    progress: false,
    color: true,
    env: {},
    secrets: [],
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    ...options,
  });
  return { terminal, texts };
}

const failure = new TransportError({ host: 'index', problem: 'reset', stage: 'sending', detail: 'it broke' });
const gitHub = { env: { GITHUB_ACTIONS: 'true', CI: 'true' } };

describe('the streams', () => {
  test('results go to stdout, everything else to stderr', async () => {
    const { terminal, texts } = await open();
    terminal.report({ kind: 'credentials', text: 'trusted publishing' });
    terminal.report({ kind: 'finding', finding: warning });
    terminal.result(results.upload, false);
    expect(texts.stdout).toMatchInlineSnapshot(`
      "1 of 2 files uploaded to PyPI:
        uploaded      demo-1.0-py3-none-any.whl
        refused       demo-1.0.tar.gz
      Correct the cause, then run the same command again: files that are up are recognised.
      https://pypi.org/project/demo/1.0/
      "
    `);
    expect(texts.stderr).toMatchInlineSnapshot(`
      "authenticate trusted publishing
      warning dist/demo-1.0.tar.gz (PKG-INFO) [file-large]
            The name is bad.
            Build it again.
      ignored dist/notes.txt: not a wheel or sdist
      "
    `);
  });

  test('with --json stdout is one document', async () => {
    const { terminal, texts } = await open({ json: true });
    terminal.report({ kind: 'credentials', text: 'trusted publishing' });
    terminal.result(results.upload, true);
    expect(JSON.parse(texts.stdout)).toMatchObject({ schema: 1, command: 'upload', ok: true });
    expect(texts.stderr).toContain('authenticate trusted publishing');
  });

  test('a failure is told on stderr, and with --json as a document, too', async () => {
    const plain = await open();
    plain.terminal.failure(failure);
    expect(plain.texts).toEqual({
      stdout: '',
      stderr:
        'error: No answer from index: it broke.\n  The connection broke: run the same command again. A proxy or firewall with a size limit may be the cause.\n',
    });
    const json = await open({ json: true });
    json.terminal.failure(failure);
    expect(JSON.parse(json.texts.stdout)).toEqual({
      schema: 1,
      command: 'upload',
      ok: false,
      error: { code: 'TRANSPORT_FAILED', message: failure.message, hint: failure.hint },
    });
    expect(json.texts.stderr).toBe(plain.texts.stderr);
  });

  test('whether stdout is a screen is known', async () => {
    expect((await open({ tty: true })).terminal.printsToScreen).toBe(true);
    expect((await open({ tty: false })).terminal.printsToScreen).toBe(false);
  });
});

describe('a bug', () => {
  test('is named as one, with the request to report it', async () => {
    const { terminal, texts } = await open();
    terminal.failure(new TypeError('x is not a function'));
    expect(texts.stderr).toBe(
      'error: This is a fault of pypi-oidc itself: TypeError: x is not a function\n' +
        '  Please report it, with the command and what it printed under `--verbose`. Running the same command again is safe.\n',
    );
  });

  test('shows where it is with --verbose', async () => {
    const { terminal, texts } = await open({ verbose: true });
    terminal.failure(new TypeError('x is not a function'));
    expect(texts.stderr).toContain('terminal.test.ts');
    expect(texts.stderr).toContain('(BUG)');
  });

  test('may be anything', async () => {
    const { terminal, texts } = await open({ json: true });
    terminal.failure('a text');
    expect(JSON.parse(texts.stdout)).toMatchObject({
      error: { code: 'BUG', message: expect.stringContaining('a text') },
    });
  });
});

describe('quiet and verbose', () => {
  const detail = { kind: 'detail', message: 'GET https://pypi.org/' } as const;

  test('requests are told with --verbose only, as is the code of a failure', async () => {
    const normal = await open();
    normal.terminal.report(detail);
    expect(normal.texts.stderr).toBe('');
    const verbose = await open({ verbose: true });
    verbose.terminal.report(detail);
    verbose.terminal.failure(failure);
    expect(verbose.texts.stderr).toMatch(/^request +GET https:\/\/pypi\.org\/\n/);
    expect(verbose.texts.stderr).toContain('(TRANSPORT_FAILED)');
  });

  test('quiet tells of problems only', async () => {
    const { terminal, texts } = await open({ quiet: true });
    terminal.report({ kind: 'credentials', text: 'trusted publishing' });
    terminal.report({ kind: 'note', severity: 'info', message: 'By the way.' });
    terminal.report({ kind: 'upload-ended', outcome: outcomes.uploaded });
    expect(texts.stderr).toBe('');
    terminal.report({ kind: 'note', severity: 'warning', message: 'Mind.' });
    terminal.report({ kind: 'retry', what: 'x', notice: { attempt: 1, of: 2, waitMs: 1_000, reason: 'it broke' } });
    terminal.failure(failure);
    expect(texts.stderr).toMatch(/^warning +Mind\.\nretry +x: it broke\..*\nerror: No answer/);
  });

  test('quiet shows errors of the checks, not their warnings, nor ignored files; the result stays', async () => {
    const { terminal, texts } = await open({ quiet: true });
    for (const own of [warning, finding]) terminal.report({ kind: 'finding', finding: own });
    terminal.result(results.upload, false);
    expect(texts.stderr).toBe(
      'error dist/demo-1.0.tar.gz [filename-invalid]\n      The name is bad.\n      Build it again.\n',
    );
    expect(texts.stdout).toContain('1 of 2 files uploaded to PyPI');
  });
});

describe('no secret is printed', () => {
  const secrets = [new Secret('hunter2-hunter2'), new Secret('other-secret')];
  const text = 'x hunter2-hunter2 y';

  test('in no event, result or failure, once it was named', async () => {
    const { terminal, texts } = await open({ json: true, verbose: true });
    for (const secret of secrets) terminal.mask(secret);
    terminal.report({ kind: 'note', severity: 'warning', message: text, hint: text });
    terminal.report({ kind: 'detail', message: text });
    terminal.report({ kind: 'upload-ended', outcome: { ...outcomes.refused, explanation: text, hint: text } });
    terminal.report({ kind: 'finding', finding: { ...finding, message: text } });
    terminal.result({ ...results.upload, findings: [{ ...finding, message: text }], releases: [text] }, true);
    terminal.failure(new Error(text));
    expect(texts.stdout + texts.stderr).not.toMatch(/hunter2/);
    expect(texts.stderr).toContain('x [redacted] y');
  });

  test('nor one that was known from the start, and that is not masked in the log of the CI again', async () => {
    const { terminal, texts } = await open({ ...gitHub, secrets });
    expect(texts.stderr).toBe('');
    terminal.report({ kind: 'note', severity: 'warning', message: text });
    expect(texts.stderr).toBe('warning      x [redacted] y\n');
  });

  test('a minted token is printed on purpose, though it was named', async () => {
    const { terminal, texts } = await open();
    terminal.mask(new Secret('api-token'));
    terminal.result(results['minted-token'], true);
    expect(texts).toEqual({ stdout: 'api-token\n', stderr: '' });
  });
});

describe('in GitHub Actions', () => {
  test('a secret is masked in the whole log, by stderr', async () => {
    const { terminal, texts } = await open(gitHub);
    terminal.mask(new Secret('hunter2'));
    expect(texts).toEqual({ stdout: '', stderr: '::add-mask::hunter2\n' });
  });

  test.each([{}, { GITHUB_ACTIONS: '1' }, { CI: 'true' }])('elsewhere nothing is printed for it: %j', async (env) => {
    const { terminal, texts } = await open({ env });
    terminal.mask(new Secret('hunter2'));
    terminal.result({ ...results.check }, true);
    terminal.failure(failure);
    expect(texts.stderr + texts.stdout).not.toMatch(/::/);
  });

  test('findings and failures are annotations beside their text', async () => {
    const { terminal, texts } = await open(gitHub);
    for (const own of [warning, finding]) terminal.report({ kind: 'finding', finding: own });
    terminal.result(results.check, false);
    terminal.failure(failure);
    const commands = texts.stderr.split('\n').filter((line) => line.startsWith('::'));
    expect(commands).toEqual([
      '::warning file=dist/demo-1.0.tar.gz,title=pypi-oidc%3A file-large::The name is bad. Build it again.',
      '::error file=dist/demo-1.0.tar.gz,title=pypi-oidc%3A filename-invalid::The name is bad. Build it again.',
      `::error title=pypi-oidc::${failure.message} ${failure.hint}`,
    ]);
    expect(texts.stdout).not.toContain('::');
  });

  test('no text of a server or file becomes a command', async () => {
    const { terminal, texts } = await open(gitHub);
    const hostile = 'a\n::set-env name=PATH::/evil\n##[add-path]/evil';
    terminal.report({ kind: 'note', severity: 'warning', message: hostile, hint: hostile });
    terminal.report({ kind: 'upload-ended', outcome: { ...outcomes.refused, explanation: hostile, hint: hostile } });
    terminal.report({ kind: 'request', text: '::set-env name=PATH::/evil' });
    terminal.report({ kind: 'finding', finding: { ...finding, message: hostile, file: hostile } });
    terminal.result({ ...results.upload, releases: [hostile] }, true);
    terminal.failure(new Error(hostile));
    const lines = `${texts.stdout}${texts.stderr}`.split('\n');
    expect(lines.filter((line) => /^\s*::(?!error )|##\[/.test(line))).toEqual([]);
    expect(lines.filter((line) => /^\s*::error /.test(line))).toHaveLength(2);
  });
});

describe('colour', () => {
  test.each<[string, Partial<TerminalOptions> & { tty: boolean }, boolean]>([
    ['on a terminal', { tty: true }, true],
    ['not on a terminal', { tty: false }, false],
    ['not in a CI, even on a terminal', { tty: true, env: { CI: 'true' } }, false],
    ['not on a dumb terminal', { tty: true, env: { TERM: 'dumb' } }, false],
    ['not with NO_COLOR', { tty: true, env: { NO_COLOR: '0' } }, false],
    ['an empty NO_COLOR is unset', { tty: true, env: { NO_COLOR: '' } }, true],
    ['not with --no-color', { tty: true, color: false }, false],
    ['with FORCE_COLOR', { tty: false, env: { FORCE_COLOR: '1' } }, true],
    ['with FORCE_COLOR in a CI', { tty: false, env: { FORCE_COLOR: '3', CI: 'true' } }, true],
    ['an empty FORCE_COLOR is unset', { tty: false, env: { FORCE_COLOR: '' } }, false],
    ['not with FORCE_COLOR=0', { tty: true, env: { FORCE_COLOR: '0' } }, false],
    ['NO_COLOR before FORCE_COLOR', { tty: true, env: { NO_COLOR: '1', FORCE_COLOR: '1' } }, false],
    ['--no-color before FORCE_COLOR', { tty: true, color: false, env: { FORCE_COLOR: '1' } }, false],
  ])('%s', async (_, options, wanted) => {
    const { terminal, texts } = await open(options);
    terminal.report({ kind: 'credentials', text: 'x' });
    terminal.result(results.check, true);
    expect([texts.stderr.includes('\u001b['), texts.stdout.includes('\u001b[')]).toEqual([wanted, wanted]);
  });
});

test.each([
  ['in a CI', { env: { CI: 'true' }, tty: true, progress: true }],
  ['with --quiet', { quiet: true, tty: true, progress: true }],
  ['without a terminal', { tty: false, progress: true }],
  ['with --no-progress', { tty: true, progress: false }],
])('no control characters for progress %s', async (_, options) => {
  const { terminal, texts } = await open({ color: false, ...options });
  terminal.report({ kind: 'upload-started', filename: 'x', sizeBytes: 10 });
  terminal.report({ kind: 'upload-progress', filename: 'x', sentBytes: 5, sizeBytes: 10 });
  terminal.report({ kind: 'upload-ended', outcome: outcomes.uploaded });
  terminal.close();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  expect(texts.stdout + texts.stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
});
