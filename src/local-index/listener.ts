/** The sockets of the index: loopback only, with TLS when asked for, and then a second one without for metadata servers. */

import { createServer, type RequestListener, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { LocalIndexError } from './local-index-error.ts';

export interface Listener {
  /** `http://127.0.0.1:PORT` or `https://localhost:PORT`, without a slash at the end. */
  readonly url: string;
  /** Host and port of it. */
  readonly host: string;
  /** Host and port that answer the same without TLS; `host` where there is none anyway. */
  readonly plainHost: string;
  /** The certificate authority that clients have to trust, PEM; `undefined` without TLS. */
  readonly certificateAuthority: string | undefined;
  /** Answer requests from now on. */
  serve(handler: RequestListener): void;
  /** Stop listening and end all connections. */
  close(): Promise<void>;
}

/** PyPI's upload host takes headers of 32 760 bytes each. */
const options = { maxHeaderSize: 64 * 1024, keepAliveTimeout: 60_000 };
const address = '127.0.0.1';

/**
 * @param wantedPort 0 for a free one
 * @param tlsNowMs time of issue of the certificates; `undefined` for no TLS
 * @throws {LocalIndexError} when the port is taken
 */
export async function openListener(wantedPort: number, tlsNowMs: number | undefined): Promise<Listener> {
  if (tlsNowMs === undefined) {
    const server = createServer(options);
    const host = `${address}:${await listen(server, wantedPort)}`;
    return { url: `http://${host}`, host, plainHost: host, certificateAuthority: undefined, ...operations([server]) };
  }
  const [{ createServer: createSecureServer }, { issueServerCertificate }] = await Promise.all([
    import('node:https'),
    import('./tls.ts'),
  ]);
  const { authority, certificate, key } = issueServerCertificate(tlsNowMs);
  const secure = createSecureServer({ ...options, key, cert: certificate + authority });
  // By name: pip (25, with the truststore library) cannot check a certificate for an address.
  const host = `localhost:${await listen(secure, wantedPort)}`;
  const plain = createServer(options);
  const plainHost = `${address}:${await listen(plain, 0)}`;
  return { url: `https://${host}`, host, plainHost, certificateAuthority: authority, ...operations([secure, plain]) };
}

type AnyServer = Pick<Server, 'on' | 'once' | 'listen' | 'address' | 'close'>;

function operations(servers: readonly AnyServer[]): Pick<Listener, 'serve' | 'close'> {
  // Servers know the connections that have begun a request; one inside its TLS handshake would keep them open.
  const connections = new Set<Socket>();
  for (const server of servers) {
    server.on('connection', (socket: Socket) => {
      connections.add(socket);
      socket.on('close', () => connections.delete(socket));
    });
  }
  return {
    serve: (handler) => {
      for (const server of servers) {
        server.on('request', handler);
      }
    },
    close: async () => {
      const closed = servers.map(closeServer);
      for (const socket of connections) {
        socket.destroy();
      }
      await Promise.all(closed);
    },
  };
}

function listen(server: AnyServer, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      reject(
        new LocalIndexError({
          message: `The embedded index cannot listen on ${address}, port ${port}.`,
          hint: 'Choose another port, or leave it out for a free one.',
          cause: error,
        }),
      );
    });
    server.listen(port, address, () => {
      const bound = server.address();
      resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
    });
  });
}

function closeServer(server: AnyServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
  });
}
