/**
 * The last guard before anything is printed: known secrets and things that look like tokens become `[redacted]`, control
 * characters go, and nothing that a CI would take for a command is left. Servers may repeat what was sent to them.
 */

import { Secret } from '../secret.ts';

const replacement = '[redacted]';

/** Tokens by their looks: PyPI macaroons, JWTs, and whatever follows an authentication scheme. */
const tokenPatterns: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/pypi-Ag[A-Za-z0-9_-]{6,}={0,2}/g, replacement],
  [/eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)*/g, replacement],
  [/\b(basic|bearer)([ :]+)[A-Za-z0-9+/._~-]{16,}={0,2}/gi, `$1$2${replacement}`],
];

export class Redactor {
  readonly #known = new Set<string>();

  /** From now on the secret, and the forms it takes on its way, are replaced. */
  add(secret: Secret): void {
    const value = secret.reveal();
    if (value.length < 4) return;
    const forms = [value, Buffer.from(`__token__:${value}`).toString('base64'), encodeURIComponent(value)];
    const parts = value.split('.').filter((part) => part.length >= 16);
    for (const form of [...forms, ...parts, value.replace(/^pypi-/, '')]) {
      if (form.length >= 4) this.#known.add(form);
    }
  }

  /** Text that is safe to print; line breaks stay. */
  clean(text: string): string {
    // First, so that none of them can hide a secret from the patterns.
    let result = text
      .replace(/\r\n?/g, '\n')
      .replace(/[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, (character) => (character === '\n' ? '\n' : ''));
    for (const form of [...this.#known].toSorted((a, b) => b.length - a.length))
      result = result.replaceAll(form, replacement);
    for (const [pattern, instead] of tokenPatterns) result = result.replace(pattern, instead);
    return result
      .replaceAll('##[', '## [')
      .replaceAll('##vso', '## vso')
      .replace(/^(\s*):(?=:)/gm, '$1: ');
  }

  /** All texts in a value of plain data, cleaned; other objects (secrets, URLs, dates) stay as they are. */
  cleanAll<T>(value: T): T {
    return this.#cleanUnknown(value) as T;
  }

  #cleanUnknown(value: unknown): unknown {
    if (typeof value === 'string') return this.clean(value);
    if (Array.isArray(value)) return value.map((entry) => this.#cleanUnknown(entry));
    if (value === null || typeof value !== 'object' || value instanceof Secret) return value;
    if (Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, this.#cleanUnknown(entry)]));
  }
}
