/**
 * How many addresses an e-mail field holds, and which is the one when it is one: the outcome of Python's
 * `email.utils.parseaddr` (strict) for what occurs in metadata.
 */

/** The address, `undefined` unless the text holds exactly one. Empty when there is nothing to check. */
export function singleAddress(text: string): string | undefined {
  const pieces = hasBalancedParentheses(text) ? splitPieces(text) : undefined;
  if (pieces === undefined) {
    return undefined;
  }
  const group = /^[^@:<>,;"()[\]]*:([^;]*);?\s*$/.exec(text)?.[1];
  if (group !== undefined) {
    return singleAddress(group);
  }
  const angle = pieces.findIndex((piece) => piece.kind === 'angle');
  if (angle >= 0) {
    // A display name may stand before an address in angle brackets; nothing may follow it.
    const around = pieces.filter((_, position) => position !== angle);
    const isAlone = around.every((piece) => piece.kind !== 'angle' && !/[,:;@<>[\]]/.test(outsideQuotes(piece)));
    const isLast = pieces.slice(angle + 1).every((piece) => piece.text.trim() === '');
    const address = pieces[angle]?.text ?? '';
    // What begins with an at sign is a route, not an address.
    return isAlone && isLast ? (address.trimStart().startsWith('@') ? '' : inner(address)) : undefined;
  }
  const whole = pieces.map((piece) => piece.text).join('');
  const bare = pieces.map(outsideQuotes).join('').replace(/,\s*$/, '');
  if (/[,:;<>[\]]/.test(bare)) {
    return undefined;
  }
  return bare.includes('@') ? inner(whole.replace(/,\s*$/, '')) : (whole.trim().split(/\s+/)[0] ?? '');
}

/** Quoted parts and escapes do not count. */
function hasBalancedParentheses(text: string): boolean {
  let depth = 0;
  for (const sign of text.replaceAll(/\\.|"(?:[^"\\]|\\.)*"?/gs, '').match(/[()]/g) ?? []) {
    depth += sign === '(' ? 1 : -1;
    if (depth < 0) {
      return false;
    }
  }
  return depth === 0;
}

interface Piece {
  readonly kind: 'plain' | 'quoted' | 'angle';
  readonly text: string;
}

/** Comments are dropped; `undefined` when brackets do not fit. */
function splitPieces(text: string): Piece[] | undefined {
  const pieces: Piece[] = [];
  let rest = text;
  while (rest !== '') {
    const quoted = /^"(?:[^"\\]|\\.)*"?/s.exec(rest)?.[0];
    const comment = /^\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)/s.exec(rest)?.[0];
    const angle = /^<((?:[^<>"]|"(?:[^"\\]|\\.)*")*)>?/s.exec(rest);
    if (quoted !== undefined) {
      pieces.push({ kind: 'quoted', text: quoted });
      rest = rest.slice(quoted.length);
    } else if (comment !== undefined) {
      rest = rest.slice(comment.length);
    } else if (/^[()]/.test(rest)) {
      return undefined;
    } else if (angle !== null) {
      pieces.push({ kind: 'angle', text: angle[1] ?? '' });
      rest = rest.slice(angle[0].length);
    } else {
      const plain = /^[^"()<]+/s.exec(rest)?.[0] ?? rest.charAt(0);
      pieces.push({ kind: 'plain', text: plain });
      rest = rest.slice(plain.length);
    }
  }
  return pieces;
}

function outsideQuotes(piece: Piece): string {
  return piece.kind === 'quoted' ? '' : piece.text;
}

/** An address without space around its signs; empty, and so not checked, when the domain is missing or there are two at signs. */
function inner(text: string): string | undefined {
  const bare = text.replaceAll(/"(?:[^"\\]|\\.)*"/gs, 'q');
  if (bare.split('@').length > 2 || /@\s*$/.test(bare)) {
    return '';
  }
  if (/[,:;[\]]/.test(bare)) {
    return undefined;
  }
  const at = text.lastIndexOf('@');
  // A quote behind the sign begins another address.
  if (at >= 0 && text.includes('"', at)) {
    return undefined;
  }
  if (at < 0) {
    return text.trim();
  }
  const local = text
    .slice(0, at)
    .trim()
    .replaceAll(/\s*\.\s*/g, '.');
  return `${local}@${text.slice(at + 1).replaceAll(/\s+/g, '')}`;
}
