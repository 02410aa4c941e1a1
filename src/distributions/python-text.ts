/** Where Python's idea of text differs from JavaScript's: tools for Python read the same files, and must see the same values. */

/** What `str.isspace` accepts, for use inside a character class. */
const WHITESPACE = '\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const OUTER_WHITESPACE = new RegExp(`^[${WHITESPACE}]+|[${WHITESPACE}]+$`, 'g');

/** `str.strip()`: unlike `trim()` it leaves a byte order mark and takes the separators U+001C to U+001F and U+0085. */
export function stripWhitespace(text: string): string {
  return text.replace(OUTER_WHITESPACE, '');
}

/** `str.isidentifier()`, close enough for tags: letters, digits and `_`, not beginning with a digit. */
export function isIdentifier(text: string): boolean {
  return /^[\p{XID_Start}_]\p{XID_Continue}*$/u.test(text);
}
