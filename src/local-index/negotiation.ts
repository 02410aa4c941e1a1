/**
 * Which of the offered media types an `Accept` header prefers (RFC 9110, section 12.5.1), with the habits of the
 * PyPI server: equal preference goes to the earlier offer, a type with parameters matches no plain offer, and a header
 * that is not well-formed accepts everything.
 */

interface MediaRange {
  readonly type: string;
  readonly quality: number;
  readonly hasParameters: boolean;
}

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const quotedText = '"(?:[\\t !#-\\[\\]-~\\x80-\\xff]|\\\\[\\t -~\\x80-\\xff])*"';
const space = '[ \\t]*';
const parameters = `(?:${space};${space}(?![qQ]=)${token}=(?:${token}|${quotedText}))*`;
const weight = `${space};${space}[qQ]=(0(?:\\.[0-9]{0,3})?|1(?:\\.0{0,3})?)`;
const extensions = `(?:${space};${space}${token}(?:=(?:${token}|${quotedText}))?)*`;
const rangePattern = `(${token}/${token})(${parameters})(?:${weight}${extensions})?`;
const headerPattern = new RegExp(`^(?:${rangePattern}|,)?(?:${space},(?:${space}${rangePattern})?)*$`);

/** The offer that `accept` prefers, `undefined` when it accepts none of them or the header is absent. */
export function preferredType<Offer extends string>(
  accept: string | undefined,
  offers: readonly Offer[],
): Offer | undefined {
  if (accept === undefined) {
    return undefined;
  }
  if (!headerPattern.test(accept)) {
    return offers[0];
  }
  const ranges = [...accept.matchAll(new RegExp(rangePattern, 'g'))].map(toRange);
  let best: Offer | undefined;
  let bestQuality = 0;
  for (const offer of offers) {
    const quality = qualityOf(offer, ranges);
    if (quality > bestQuality) {
      best = offer;
      bestQuality = quality;
    }
  }
  return best;
}

function toRange([, type = '', typeParameters = '', quality]: RegExpMatchArray): MediaRange {
  return { type: type.toLowerCase(), quality: Number(quality ?? 1), hasParameters: typeParameters !== '' };
}

/** The most specific range decides, of equal ones the first: `text/html;q=0` beats the wildcard that follows it. */
function qualityOf(offer: string, ranges: readonly MediaRange[]): number {
  const family = `${offer.split('/')[0]}/*`;
  const matching =
    ranges.find((range) => range.type === offer && !range.hasParameters) ??
    ranges.find((range) => range.type === family) ??
    ranges.find((range) => range.type === '*/*');
  return matching?.quality ?? 0;
}
