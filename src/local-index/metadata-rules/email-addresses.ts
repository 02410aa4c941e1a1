/**
 * E-mail fields. PyPI reads them with Python's `email.utils.parseaddr` (strict): unless that finds exactly one address,
 * nothing is checked at all. The one address then has to satisfy the package email-validator (2.3, without DNS).
 */

import { domainToASCII } from 'node:url';
import { singleAddress } from './address-list.ts';

/** Top-level names that no mail goes to. */
const reserved = ['arpa', 'invalid', 'local', 'localhost', 'onion', 'test'];
const atomCharacter = "a-zA-Z0-9_!#$%&'*+\\-/=?^`{|}~\\u{80}-\\u{10FFFF}";
const localPart = new RegExp(`^[${atomCharacter}]+(?:\\.[${atomCharacter}]+)*$`, 'u');
const maximumLabel = 63;
const maximumDomain = 253;

/** The address in a field and what is wrong with it; `undefined` when nothing is, or nothing is checked. */
export function emailProblem(field: string): { readonly address: string; readonly problem: string } | undefined {
  const address = singleAddress(field);
  if (address === undefined || address === '') {
    return undefined;
  }
  const problem = addressProblem(address);
  return problem === undefined ? undefined : { address, problem };
}

function addressProblem(address: string): string | undefined {
  const at = unquotedAt(address);
  if (at < 0) {
    return 'An email address must have an @-sign.';
  }
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  if (local.startsWith('"')) {
    return 'Quoting the part before the @-sign is not allowed here.';
  }
  return localProblem(local) ?? domainProblem(domain);
}

function unquotedAt(address: string): number {
  const quotedPart = /^"(?:[^"\\]|\\.)*"/s.exec(address)?.[0].length ?? 0;
  return address.indexOf('@', quotedPart);
}

function localProblem(local: string): string | undefined {
  if (local === '') {
    return 'There must be something before the @-sign.';
  }
  if (localPart.test(local)) {
    return hasUnsafeCharacter(local) ? 'The email address contains unsafe characters.' : undefined;
  }
  const bad = [...new Set(local)].filter((character) => !new RegExp(`[.${atomCharacter}]`, 'u').test(character));
  if (bad.length > 0) {
    const names = bad.map((character) => (character === ' ' ? 'SPACE' : `'${character}'`)).sort();
    return `The email address contains invalid characters before the @-sign: ${names.join(', ')}.`;
  }
  if (local.startsWith('.')) {
    return 'An email address cannot start with a period.';
  }
  return local.endsWith('.')
    ? 'An email address cannot have a period immediately before the @-sign.'
    : 'An email address cannot have two periods in a row.';
}

function domainProblem(domain: string): string | undefined {
  const bad = [...new Set(domain)].filter((character) => !/[a-zA-Z0-9\-.\u{80}-\u{10FFFF}]/u.test(character)).sort();
  if (bad.length > 0) {
    const names = bad.map((character) => `'${character}'`).join(', ');
    return `The part after the @-sign contains invalid characters: ${names}.`;
  }
  if (domain === '') {
    return 'There must be something after the @-sign.';
  }
  for (const [pattern, sign] of [
    [/^\./, 'a period immediately after the @-sign'],
    [/^-/, 'a hyphen immediately after the @-sign'],
    [/\.\./, 'two periods in a row'],
    [/-\.|\.-/, 'a period and a hyphen next to each other'],
  ] as const) {
    if (pattern.test(domain)) {
      return `An email address cannot have ${sign}.`;
    }
  }
  if (/[.-]$/.test(domain)) {
    return `An email address cannot end with a ${domain.endsWith('.') ? 'period' : 'hyphen'}.`;
  }
  if (domain.split('.').some((label) => /^(?!xn)..--/i.test(label))) {
    return 'An email address cannot have two letters followed by two dashes, except Punycode.';
  }
  const ascii = /[\u{80}-\u{10FFFF}]/u.test(domain) ? domainToASCII(domain) : domain.toLowerCase();
  if (ascii === '' || ascii.length > maximumDomain || ascii.split('.').some((label) => label.length > maximumLabel)) {
    return 'The part after the @-sign is invalid or too long.';
  }
  if (!ascii.includes('.')) {
    return 'The part after the @-sign is not valid. It should have a period.';
  }
  if (!/[A-Za-z]$/.test(ascii)) {
    return 'The part after the @-sign is not valid. It is not within a valid top-level domain.';
  }
  return reserved.some((name) => ascii === name || ascii.endsWith(`.${name}`))
    ? 'The part after the @-sign is a special-use or reserved name that cannot be used with email.'
    : undefined;
}

/** Control characters, spaces other than the usual one, unassigned and private ones; a combining one at the beginning. */
function hasUnsafeCharacter(text: string): boolean {
  return /^\p{M}|[\p{C}\p{Z}]/u.test(text);
}
