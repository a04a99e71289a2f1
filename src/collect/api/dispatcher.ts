import type { Dispatcher } from "undici";
import type { Proxied } from "./proxied-socket.ts";
import { proxiedSocket } from "./proxied-socket.ts";
import type { TlsOptions } from "./tls-options.ts";

/** How the API server is reached. */
export interface Route {
  readonly server: URL;
  readonly tls: TlsOptions;
  /** Null = directly. */
  readonly proxy: URL | null;
}

const CONNECTIONS = 8;
/** Longer than one address of a dual-stack name may take, shorter than a person waits; client-go's is 30 s too. */
export const DIAL_MS = 30_000;
const keepAlive = { keepAlive: true, keepAliveInitialDelay: 30_000 } as const;

/**
 * Connections to the API server, few and kept open, in HTTP/1.1: over HTTP/2 undici joins the values of a repeated header, and two groups
 * to impersonate would arrive as one.
 */
export async function dispatcherFor({ server, tls, proxy }: Route): Promise<Dispatcher> {
  const { Agent, ProxyAgent } = await import("undici");
  if (proxy === null) {
    return new Agent({ connections: CONNECTIONS, allowH2: false, connect: { ...tls, ...keepAlive, timeout: DIAL_MS } });
  }
  if (server.protocol === "http:" && proxy.protocol.startsWith("http")) {
    // Plain HTTP is asked of the proxy itself (RFC 9112 section 3.2.2); only TLS is tunnelled.
    return new ProxyAgent({ uri: proxy.href, proxyTunnel: false, connections: CONNECTIONS });
  }
  const proxied: Proxied = { proxy, server, tls };
  return new Agent({
    connections: CONNECTIONS,
    allowH2: false,
    connect: (_options, callback) => {
      proxiedSocket(proxied, AbortSignal.timeout(DIAL_MS)).then(
        (socket) => callback(null, socket),
        (cause: unknown) => callback(cause instanceof Error ? cause : new Error(String(cause)), null),
      );
    },
  });
}
