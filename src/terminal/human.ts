/** Events and results as lines for people. Pure: text in, text out; colour is decoration and carries no meaning alone. */

import type picocolors from 'picocolors';
import type { Finding } from '../checks/finding.ts';
import type { Event } from '../reporter.ts';
import type { Outcome } from '../upload/outcome.ts';
import type {
  CheckResult,
  IgnoredFile,
  PlanResult,
  RehearsalResult,
  Result,
  ServingResult,
  UploadResult,
  WhoamiResult,
} from './result.ts';
import { count, duration, ignoredReasons, indent, printable, simulatedPlatforms, size } from './wording.ts';

/** Functions that colour a text, or leave it as it is. */
export type Colors = ReturnType<typeof picocolors.createColors>;

/** Width of the label at the start of each line. */
const labelWidth = 12;

function line(colors: Colors, label: string, text: string): string {
  return `${colors.bold(label.padEnd(labelWidth))} ${text}`;
}

/** One line for an event; `undefined` for events that need none. */
export function eventLine(event: Event, colors: Colors): string | undefined {
  switch (event.kind) {
    case 'checked': {
      const warnings = event.warnings === 0 ? '' : `, ${count(event.warnings, 'warning')}`;
      return line(colors, 'check', `${count(event.files, 'file')}: names agree with the metadata inside${warnings}`);
    }
    case 'finding':
      return findingText(event.finding, colors);
    case 'credentials':
      return line(colors, 'authenticate', event.text);
    case 'identity':
      return line(colors, 'detect', `${event.title}: ${event.detectedBy}`);
    case 'audience':
      return line(colors, 'audience', `\`${event.audience}\` (asked from ${event.index})`);
    case 'identity-token':
      return line(colors, 'identity', `token for \`${event.subject}\`, good for ${duration(event.lifeSeconds * 1000)}`);
    case 'minted': {
      return line(
        colors,
        'mint',
        `${event.renewal ? 'another' : 'an'} API token of ${event.index}, good for ${duration(event.lifeSeconds * 1000)}`,
      );
    }
    case 'retry': {
      const { attempt, of, waitMs, reason } = event.notice;
      const text = `${event.what}: ${reason} Waiting ${duration(waitMs)}, then attempt ${attempt + 1} of ${of}.`;
      return line(colors, 'retry', text.replace(/([^.])( Waiting)/, '$1.$2'));
    }
    case 'upload-ended':
      return outcomeLine(event.outcome, colors);
    case 'note': {
      const label =
        event.severity === 'warning' ? colors.yellow('warning'.padEnd(labelWidth)) : 'note'.padEnd(labelWidth);
      const hint = event.hint === undefined ? '' : `\n${indent(event.hint, ' '.repeat(labelWidth + 1))}`;
      return `${label} ${event.message}${hint}`;
    }
    case 'request':
      return event.text;
    case 'detail':
      return colors.dim(line(colors, 'request', event.message));
    case 'upload-started':
    case 'upload-progress':
      return undefined;
    default:
      return event satisfies never;
  }
}

function outcomeLine(outcome: Outcome, colors: Colors): string {
  const { file } = outcome;
  const what = `${file.filename}  ${colors.dim(size(file.sizeBytes))}`;
  const indented = (text: string): string => indent(text, ' '.repeat(labelWidth + 1));
  switch (outcome.kind) {
    case 'uploaded': {
      const attempts = outcome.attempts > 1 ? `, attempt ${outcome.attempts}` : '';
      return line(
        colors,
        'upload',
        `${what}  ${colors.green('uploaded')} in ${duration(outcome.durationMs)}${attempts}`,
      );
    }
    case 'refused':
      return [
        line(colors, 'upload', `${what}  ${colors.red('refused')}`),
        indented(
          `The index answered ${outcome.status}${outcome.explanation === '' ? '.' : `: ${outcome.explanation}`}`,
        ),
        indented(outcome.hint),
      ].join('\n');
    case 'failed':
      return [
        line(colors, 'upload', `${what}  ${colors.red('failed')}`),
        indented(outcome.message),
        indented(outcome.hint),
      ].join('\n');
    case 'not-attempted':
      return line(colors, 'upload', `${what}  ${colors.yellow('not attempted')}: ${outcome.reason}`);
    default:
      return outcome satisfies never;
  }
}

/** A finding as a block of two lines. */
function findingText(finding: Finding, colors: Colors): string {
  const label = finding.severity === 'error' ? colors.red('error') : colors.yellow('warning');
  const place = finding.location === undefined ? finding.file : `${finding.file} (${finding.location})`;
  return `${label} ${place} [${finding.code}]\n${indent(`${finding.message}\n${finding.hint}`, '      ')}`;
}

/** The result on stdout. */
export function resultText(result: Result, colors: Colors): string {
  switch (result.kind) {
    case 'upload':
      return uploadText(result, colors);
    case 'plan':
      return planText(result, colors);
    case 'check':
      return checkText(result, colors);
    case 'whoami':
      return whoamiText(result, colors);
    case 'minted-token':
      return result.token.reveal();
    case 'rehearsal':
      return rehearsalText(result, colors);
    case 'serving':
      return servingText(result, colors);
    case 'failure':
      return '';
    default:
      return result satisfies never;
  }
}

/** The summary: what is up and what is not, and what to do. */
function uploadText({ outcomes, index, releases }: UploadResult, colors: Colors): string {
  const uploaded = outcomes.filter(({ kind }) => kind === 'uploaded');
  const missing = outcomes.filter(({ kind }) => kind !== 'uploaded');
  if (missing.length === 0) {
    return [`${count(uploaded.length, 'file')} uploaded to ${index.title}.`, ...releases].join('\n');
  }
  const rows = outcomes.map(({ kind, file }) => {
    const label = kind.replace('-', ' ').padEnd(13);
    return `  ${kind === 'uploaded' ? colors.green(label) : colors.red(label)} ${file.filename}`;
  });
  const open = outcomes.some(({ kind }) => kind === 'failed');
  const advice = open
    ? 'What failed may have arrived all the same. Run the same command again: files that are up are recognised.'
    : uploaded.length === 0
      ? 'Nothing is on the index from this run. Correct the cause, then run the same command again.'
      : 'Correct the cause, then run the same command again: files that are up are recognised.';
  return [
    `${uploaded.length} of ${count(outcomes.length, 'file')} uploaded to ${index.title}:`,
    ...rows,
    advice,
    ...releases,
  ].join('\n');
}

function planText({ index, files, totalBytes, credentials }: PlanResult, colors: Colors): string {
  return [
    `Would upload ${count(files.length, 'file')} (${size(totalBytes)}) to ${index.title}, in this order:`,
    ...files.map((file) => `  ${file.filename}  ${colors.dim(`${size(file.sizeBytes)}  sha256 ${file.sha256}`)}`),
    credentials === undefined
      ? 'No credentials were found: an upload would stop.'
      : `Would authenticate by ${credentials}.`,
    'Nothing was minted, nothing was sent.',
  ].join('\n');
}

function checkText({ files, ignored, strict }: CheckResult, colors: Colors): string {
  const findings = files.flatMap((file) => file.findings);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  const rows = files.map(({ path, findings: own }) => {
    const failed = own.some(({ severity }) => severity === 'error' || strict);
    return `${failed ? colors.red('failed') : colors.green('passed')}  ${path}`;
  });
  const summary = `${count(files.length, 'file')} checked: ${count(errors, 'error')}, ${count(warnings, 'warning')}.`;
  return [...rows, ...ignoredLines(ignored), summary].join('\n');
}

export function ignoredLines(ignored: readonly IgnoredFile[]): readonly string[] {
  return ignored.map(({ path, reason }) => `ignored ${path}: ${ignoredReasons[reason]}`);
}

function whoamiText(result: WhoamiResult, colors: Colors): string {
  const { provider, issuer, audience, lifeSeconds, claims, publisher, problems } = result;
  const facts = [
    ['Identity', `${provider.title} (${provider.detectedBy})`],
    ['Issuer', issuer],
    ['Audience', `${audience.value}${audience.source === 'assumed' ? ' (assumed: the index was not reached)' : ''}`],
    ['Good for', duration(lifeSeconds * 1000)],
  ] as const;
  const blocks: string[] = [pairs(facts, colors)];
  blocks.push(`${colors.bold('What the index matches on')}\n${indent(claimPairs(claims, true, colors), '  ')}`);
  const rest = claimPairs(claims, false, colors);
  if (rest !== '') blocks.push(`${colors.bold('Other claims')}\n${indent(rest, '  ')}`);
  if (publisher !== undefined) {
    const fields = publisher.fields.map(({ label, value }) => [label, value === '' ? '(leave empty)' : value] as const);
    blocks.push(
      `${colors.bold(`What to enter as trusted publisher (${publisher.title})`)}\n${indent(pairs(fields, colors), '  ')}`,
    );
    if (publisher.existingProjectPage !== undefined) {
      blocks.push(
        `For a project that exists (put its name into the address):\n  ${publisher.existingProjectPage}\nFor a project that does not exist yet:\n  ${publisher.newProjectPage}`,
      );
    }
  }
  for (const { severity, message, hint } of problems) {
    const label = severity === 'refused' ? colors.red('PyPI refuses this') : colors.yellow('advice');
    blocks.push(`${label}: ${message}\n${indent(hint, '  ')}`);
  }
  return blocks.join('\n\n');
}

function claimPairs(claims: WhoamiResult['claims'], matched: boolean, colors: Colors): string {
  return pairs(
    claims.filter((claim) => claim.matched === matched).map(({ name, value }) => [name, value ?? '(absent)'] as const),
    colors,
  );
}

function pairs(rows: readonly (readonly [label: string, value: string])[], colors: Colors): string {
  const width = Math.max(0, ...rows.map(([label]) => label.length));
  return rows.map(([label, value]) => `${colors.dim(label.padEnd(width))}  ${value}`).join('\n');
}

function servingText(result: ServingResult, colors: Colors): string {
  const { url, uploadUrl, simpleUrl, ci, environmentFile, projects, certificateAuthority } = result;
  const which = projects === undefined ? 'any project' : projects.join(', ');
  const { title, remark } = simulatedPlatforms[ci];
  const settings = environmentFile === undefined ? exportLines(result) : [`  set -a; . ${environmentFile}; set +a`];
  return [
    `${colors.bold('The embedded index runs at')} ${url}/  (Ctrl-C stops it)`,
    `It takes uploads for ${which} from a simulated ${title}.`,
    `To make a shell look like that ${title.replace(/.* /, '')}:`,
    '',
    ...settings,
    '',
    ...(certificateAuthority === undefined
      ? []
      : [`Its certificate authority, made for this run, is in ${certificateAuthority}`, '']),
    ...(remark === undefined ? [] : [remark, '']),
    'Then publish, and install:',
    '',
    // The one identity that this program knows itself, so far.
    ci === 'github'
      ? `  pypi-oidc upload --repository-url ${uploadUrl} dist/*`
      : `  uv publish --trusted-publishing always --publish-url ${uploadUrl} dist/*`,
    `  pip install --index-url ${simpleUrl} <project>`,
    '',
  ].join('\n');
}

function exportLines({ environment, pathDirectory }: ServingResult): readonly string[] {
  const lines = Object.entries(printable(environment)).map(([name, value]) => `  export ${name}='${value}'`);
  return pathDirectory === undefined ? lines : [...lines, `  export PATH='${pathDirectory}':"$PATH"`];
}

function rehearsalText(result: RehearsalResult, colors: Colors): string {
  const { outcomes, installable } = result;
  const rows = installable.map(({ filename, sha256 }) =>
    line(colors, 'installable', `${filename}  ${colors.dim(`sha256 ${sha256.slice(0, 16)}…`)}`),
  );
  const complete = outcomes.every(({ kind }) => kind === 'uploaded') && installable.length === outcomes.length;
  if (!complete) {
    const missing = outcomes.filter(({ kind }) => kind !== 'uploaded').map(({ file }) => `  ${file.filename}`);
    return [
      ...rows,
      `The rehearsal failed: ${missing.length} of ${count(outcomes.length, 'file')} did not arrive:`,
      ...missing,
    ].join('\n');
  }
  return [
    ...rows,
    `${colors.green('The rehearsal passed.')} \`pypi-oidc upload\` does the same on PyPI from a CI job.`,
  ].join('\n');
}
