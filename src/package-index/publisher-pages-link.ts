/** How an index that is not PyPI says that it has pages for trusted publishers under PyPI's paths: a `Link` header. */

/**
 * Origin of those pages, if the answer names them. Only the origin that answered can be named: an index must not send
 * people elsewhere.
 * @param link value of the header
 * @param answered where the answer came from
 */
export function linkedPagesOrigin(link: string | undefined, answered: URL): URL | undefined {
  const target = /<([^<>]*)>\s*;[^,<]*\brel="trusted-publisher-pages"/i.exec(link ?? '')?.[1];
  const url = target !== undefined && URL.canParse(target, answered.href) ? new URL(target, answered) : undefined;
  return url?.origin === answered.origin ? new URL(url.origin) : undefined;
}
