/** The ways to a host: straight or through a proxy, and the certificates that are trusted on both. */

import type { Dispatcher } from 'undici';
import { UsageError } from '../errors.ts';

export interface RouteOptions {
  /** PEM certificates to trust beside Node's own. */
  readonly extraCertificates?: string | undefined;
  /** As in `HTTPS_PROXY` and `NO_PROXY`; loopback is never proxied. */
  readonly proxies?: {
    readonly https?: string | undefined;
    readonly except?: string | undefined;
  };
}

/** Ways out: straight, which loopback always is, and through the proxies where there are any. */
export interface Routes {
  readonly direct: Dispatcher;
  readonly proxied: Dispatcher | undefined;
}

export async function openRoutes(options: RouteOptions & { readonly connectMs: number }): Promise<Routes> {
  const { Agent, EnvHttpProxyAgent } = await import('undici');
  const connect = { timeout: options.connectMs, ...(await trustedCertificates(options.extraCertificates)) };
  const common = { connect, allowH2: false, pipelining: 1 };
  const { https, except } = options.proxies ?? {};
  const direct = new Agent(common);
  // undici knows `*` only when it stands alone.
  if (https === undefined || except?.split(/[,\s]+/).includes('*')) return { direct, proxied: undefined };
  const proxied = new EnvHttpProxyAgent({
    ...common,
    requestTls: connect,
    // Plain http goes to loopback only. The empty string keeps undici from reading the environment on its own.
    httpProxy: '',
    httpsProxy: proxyAddress(https),
    noProxy: except ?? '',
  });
  return { direct, proxied };
}

/** As curl takes it: without a scheme it is an http proxy. The address may hold a password, and is in no message. */
function proxyAddress(text: string): string {
  const address = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (URL.canParse(address) && /^https?:$/.test(new URL(address).protocol)) return address;
  throw new UsageError('SETTINGS_INVALID', {
    message: 'The address of the proxy cannot be used.',
    hint: 'Correct `HTTPS_PROXY`, as in `http://proxy.example.org:3128`. SOCKS proxies are not supported.',
  });
}

async function trustedCertificates(extra: string | undefined): Promise<{ ca?: string[] }> {
  if (extra === undefined) return {};
  const { rootCertificates } = await import('node:tls');
  return { ca: [...rootCertificates, extra] };
}
