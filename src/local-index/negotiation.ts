/**
 * Which of the offered media types an `Accept` header prefers (RFC 9110, section 12.5.1), with the habits of the
 * PyPI server: equal preference goes to the earlier offer, and a range with parameters matches no plain offer.
 */

interface MediaRange {
  readonly type: string;
  readonly quality: number;
  readonly hasParameters: boolean;
}

/** The offer that `accept` prefers, `undefined` when it accepts none of them or the header is absent. */
export function preferredType<Offer extends string>(
  accept: string | undefined,
  offers: readonly Offer[],
): Offer | undefined {
  if (accept === undefined) {
    return undefined;
  }
  const ranges = accept.split(',').map(parseRange);
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

function parseRange(text: string): MediaRange {
  const [type = '', ...parameters] = text.split(';').map((part) => part.trim());
  let quality = 1;
  let hasParameters = false;
  for (const parameter of parameters) {
    const match = /^q\s*=\s*([\d.]+)$/i.exec(parameter);
    if (match === null) {
      hasParameters ||= parameter !== '';
    } else {
      quality = Number(match[1]);
    }
  }
  return { type: type.toLowerCase(), quality: Number.isNaN(quality) ? 0 : quality, hasParameters };
}

/** The most specific range decides: `text/html;q=0` beats the wildcard that follows it. */
function qualityOf(offer: string, ranges: readonly MediaRange[]): number {
  const family = `${offer.split('/')[0]}/*`;
  for (const type of [offer, family, '*/*']) {
    const matching = ranges.filter((range) => range.type === type && !range.hasParameters);
    if (matching.length > 0) {
      return Math.max(...matching.map((range) => range.quality));
    }
  }
  return 0;
}
