import { expect, test } from 'vitest';
import { errorCommand, findingCommand, maskCommand } from '../../src/terminal/github-actions.ts';
import { finding } from '../support/results.ts';

test('a value is masked as one line', () => {
  expect(maskCommand('abc')).toBe('::add-mask::abc');
  expect(maskCommand('a%b\r\nc:,')).toBe('::add-mask::a%25b%0D%0Ac:,');
});

test('a finding is an annotation at its file', () => {
  expect(findingCommand(finding)).toBe(
    '::error file=dist/demo-1.0.tar.gz,title=pypi-oidc%3A filename-invalid::The name is bad. Build it again.',
  );
  expect(findingCommand({ ...finding, severity: 'warning', file: 'a:b,c%\nd', message: '1\n2: 3,' })).toBe(
    '::warning file=a%3Ab%2Cc%25%0Ad,title=pypi-oidc%3A filename-invalid::1%0A2: 3, Build it again.',
  );
});

test('an error is an annotation of the job', () => {
  expect(errorCommand('100 %\n::done')).toBe('::error title=pypi-oidc::100 %25%0A::done');
});
