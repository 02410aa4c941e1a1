/** One result of each kind, small and whole. */

import type { Finding } from '../../src/checks/finding.ts';
import { Secret } from '../../src/secret.ts';
import type { Result } from '../../src/terminal/result.ts';
import type { Outcome } from '../../src/upload/outcome.ts';
import { startMs } from './runtime.ts';
import { uploadedFile } from './uploads.ts';

export const finding: Finding = {
  code: 'filename-invalid',
  severity: 'error',
  file: 'dist/demo-1.0.tar.gz',
  message: 'The name is bad.',
  hint: 'Build it again.',
  spec: 'PEP 625',
};

export const warning: Finding = { ...finding, code: 'file-large', severity: 'warning', location: 'PKG-INFO' };

export const wheel = uploadedFile('demo-1.0-py3-none-any.whl', 12_345);
export const sdist = uploadedFile('demo-1.0.tar.gz', 999);

export const outcomes = {
  uploaded: { kind: 'uploaded', file: wheel, durationMs: 2_400, attempts: 1 },
  refused: {
    kind: 'refused',
    file: sdist,
    status: 400,
    explanation: 'File already exists',
    hint: 'Raise the version.',
  },
  failed: { kind: 'failed', file: sdist, message: 'No answer from index: it broke.', hint: 'Run it again.' },
  notAttempted: { kind: 'not-attempted', file: sdist, reason: 'interrupted' },
} as const satisfies Record<string, Outcome>;

const index = { title: 'PyPI', uploadUrl: 'https://upload.pypi.org/legacy/' };
const ignored = [{ path: 'dist/notes.txt', reason: 'unknown' }] as const;

type ResultOf<Kind extends Result['kind']> = Extract<Result, { kind: Kind }>;

export const results: { readonly [Kind in Result['kind']]: ResultOf<Kind> } = {
  upload: {
    kind: 'upload',
    index,
    outcomes: [outcomes.uploaded, outcomes.refused],
    findings: [warning],
    ignored,
    releases: ['https://pypi.org/project/demo/1.0/'],
  },
  plan: {
    kind: 'plan',
    index,
    files: [wheel, sdist],
    totalBytes: 13_344,
    credentials: 'an API token, `PYPI_TOKEN` (set in the environment)',
    findings: [],
    ignored,
  },
  check: {
    kind: 'check',
    files: [
      { path: wheel.path, findings: [warning] },
      { path: sdist.path, findings: [finding] },
    ],
    ignored,
    strict: false,
  },
  whoami: {
    kind: 'whoami',
    provider: { title: 'GitHub Actions', detectedBy: '`GITHUB_ACTIONS` is `true`' },
    index,
    audience: { value: 'pypi', source: 'index' },
    issuer: 'https://token.actions.githubusercontent.com',
    lifeSeconds: 300,
    claims: [
      { name: 'repository', value: 'octo/demo', matched: true },
      { name: 'environment', value: undefined, matched: true },
      { name: 'actor', value: 'octo', matched: false },
    ],
    publisher: {
      title: 'GitHub',
      fields: [
        { label: 'Owner', value: 'octo', from: ['repository'] },
        { label: 'Environment name', value: '', from: ['environment'] },
      ],
      existingProjectPage: 'https://pypi.org/manage/project/PROJECT/settings/publishing/?provider=github',
      newProjectPage: 'https://pypi.org/manage/account/publishing/',
    },
    problems: [
      { severity: 'refused', message: 'PyPI will say no.', hint: 'Do it otherwise.' },
      { severity: 'advice', message: 'The job runs in no environment.', hint: 'Use one.\nOr not.' },
    ],
  },
  'minted-token': { kind: 'minted-token', token: new Secret('api-token'), index, expiresAtMs: startMs + 900_999 },
  rehearsal: {
    kind: 'rehearsal',
    index: { title: '127.0.0.1:1', uploadUrl: 'http://127.0.0.1:1/legacy/' },
    outcomes: [outcomes.uploaded],
    findings: [],
    ignored: [],
    installable: [{ filename: wheel.filename, sha256: wheel.sha256 }],
    projects: ['demo'],
  },
  serving: {
    kind: 'serving',
    url: 'http://127.0.0.1:1',
    uploadUrl: 'http://127.0.0.1:1/legacy/',
    simpleUrl: 'http://127.0.0.1:1/simple/',
    ci: 'github',
    environment: { GITHUB_ACTIONS: 'true' },
    pathDirectory: undefined,
    certificateAuthority: undefined,
    environmentFile: undefined,
    projects: ['demo', 'other'],
    directory: undefined,
  },
  failure: { kind: 'failure', code: 'USAGE_INVALID', message: 'That is wrong.', hint: 'Do it right.' },
};
