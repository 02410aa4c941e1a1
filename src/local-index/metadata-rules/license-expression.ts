/**
 * License expressions as `packaging` 26.2 checks them for PyPI: the grammar of SPDX with known identifiers only. Where
 * 26.2 crashes (`+` behind a LicenseRef), the expression is refused, as later versions do.
 * @see https://packaging.python.org/en/latest/specifications/license-expression/
 */

import { isSpdxException, isSpdxLicense } from './spdx-identifiers.ts';

const words = new Set(['or', 'and', 'with', '(', ')']);

export function isLicenseExpression(text: string): boolean {
  const tokens = text
    .replaceAll('(', ' ( ')
    .replaceAll(')', ' ) ')
    .toLowerCase()
    .trim()
    .split(/\s+/)
    .filter((token) => token !== '');
  return tokens.length > 0 && hasGrammar(tokens) && hasKnownNames(tokens);
}

/** Names joined by operators (`WITH` is one here), in balanced parentheses that stand only where a name could. */
function hasGrammar(tokens: readonly string[]): boolean {
  let depth = 0;
  let needsName = true;
  for (const token of tokens) {
    if (token === '(') {
      if (!needsName) {
        return false;
      }
      depth += 1;
    } else if (token === ')') {
      depth -= 1;
      if (needsName || depth < 0) {
        return false;
      }
    } else if (words.has(token)) {
      if (needsName) {
        return false;
      }
      needsName = true;
    } else {
      if (!needsName) {
        return false;
      }
      needsName = false;
    }
  }
  return depth === 0 && !needsName;
}

function hasKnownNames(tokens: readonly string[]): boolean {
  return tokens.every((token, position) => {
    if (words.has(token)) {
      return true;
    }
    if (tokens[position - 1] === 'with') {
      return isSpdxException(token);
    }
    return token.startsWith('licenseref-')
      ? /^licenseref-[a-z0-9.-]*$/.test(token)
      : isSpdxLicense(token.replace(/\+$/, ''));
  });
}
