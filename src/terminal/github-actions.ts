/** Workflow commands of GitHub Actions: lines that the runner acts on instead of showing them. */

import type { Finding } from '../checks/finding.ts';

/** Hide a value in the whole log from now on. The runner takes the line out of the log. */
export function maskCommand(value: string): string {
  return `::add-mask::${escapeData(value)}`;
}

/** An annotation at the file. */
export function findingCommand(finding: Finding): string {
  const file = escapeProperty(finding.file);
  const title = escapeProperty(`pypi-oidc: ${finding.code}`);
  return `::${finding.severity} file=${file},title=${title}::${escapeData(`${finding.message} ${finding.hint}`)}`;
}

export function errorCommand(message: string): string {
  return `::error title=pypi-oidc::${escapeData(message)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
