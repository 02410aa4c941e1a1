/** Rules of single metadata fields, as `packaging` 26.2 checks them for PyPI. Each gives what is wrong, if anything is. */

import { quoted } from '../answers.ts';
import { isProjectName } from '../form-fields.ts';

const keywords = new Set(
  (
    'False None True and as assert async await break class continue def del elif else except finally for from global ' +
    'if import in is lambda nonlocal not or pass raise return try while with yield'
  ).split(' '),
);

export function licenseFileProblem(paths: readonly string[]): string | undefined {
  for (const path of paths) {
    const problem = pathProblem(path);
    if (problem !== undefined) {
      return `${quoted(path)} is invalid for 'license-file', ${problem}`;
    }
  }
  return undefined;
}

function pathProblem(path: string): string | undefined {
  if (path.includes('..')) {
    return 'parent directory indicators are not allowed';
  }
  if (path.includes('*')) {
    return 'paths must be resolved';
  }
  if (path.startsWith('/') || /^(?:[a-zA-Z]:[\\/]|[\\/]{2}[^\\/]+[\\/]+[^\\/]+)/.test(path)) {
    return 'paths must be relative';
  }
  // A Windows path written with slashes has to come out as it was: no back-slash, nothing empty, no single dot.
  const parts = path.split('/');
  const isPlain = path === '.' || parts.every((part) => part !== '' && part !== '.');
  return path.includes('\\') || !isPlain ? "paths must use '/' delimiter" : undefined;
}

export function importNameProblem(field: string, names: readonly string[]): string | undefined {
  for (const full of names) {
    const semicolon = full.indexOf(';');
    const name = (semicolon < 0 ? full : full.slice(0, semicolon)).trimEnd();
    for (const identifier of name.split('.')) {
      if (!/^[\p{XIDS}_]\p{XIDC}*$/u.test(identifier)) {
        return `${quoted(name)} is invalid for ${quoted(field)}; ${quoted(identifier)} is not a valid identifier`;
      }
      if (keywords.has(identifier)) {
        return `${quoted(name)} is invalid for ${quoted(field)}; ${quoted(identifier)} is a keyword`;
      }
    }
    if (semicolon >= 0 && full.slice(semicolon + 1).trimStart() !== 'private') {
      return `${quoted(full)} is invalid for ${quoted(field)}; the only valid option is 'private'`;
    }
  }
  return undefined;
}

export function dynamicProblem(names: readonly string[], coreNames: ReadonlySet<string>): string | undefined {
  for (const name of names.map((item) => item.toLowerCase())) {
    if (['name', 'version', 'metadata-version'].includes(name)) {
      return `${quoted(name)} is not allowed as a dynamic field`;
    }
    if (!coreNames.has(name)) {
      return `${quoted(name)} is not a valid dynamic field`;
    }
  }
  return undefined;
}

export function providesExtraProblem(names: readonly string[]): string | undefined {
  const wrong = names.find((name) => !isProjectName(name));
  return wrong === undefined ? undefined : `${quoted(wrong)} is invalid for 'provides-extra'`;
}
