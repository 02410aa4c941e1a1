/**
 * URL fields. PyPI checks little: after RFC 3986 a scheme of http or https, and a port that exists if there is one that
 * can be read. Everything else passes, a missing authority included, but for square brackets in the path or the query.
 */

const generic = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^\\/?#]*))?/;
/** A number of more than five digits is not read as a port. */
const highestPort = 65535;

export function isAcceptedUrl(url: string): boolean {
  const [start = '', scheme, authority = ''] = generic.exec(url) ?? [];
  if (scheme === undefined || !/^https?$/i.test(scheme) || /^[^#]*[[\]]/.test(url.slice(start.length))) {
    return false;
  }
  const port = /^(?:[^@]+@)?(?:[a-zA-Z0-9._~!$&'()*+,;=%-]*|\[[^\]]*\]):(\d{1,5})$/.exec(authority)?.[1];
  return port === undefined || Number(port) <= highestPort;
}
