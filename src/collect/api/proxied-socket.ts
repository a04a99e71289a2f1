import { once } from "node:events";
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import { AccessError } from "./access-error.ts";
import { socksHandshake } from "./socks-handshake.ts";
import type { TlsOptions } from "./tls-options.ts";

export interface Proxied {
  /** http, https, socks5 or socks5h, as for client-go. */
  readonly proxy: URL;
  /** The API server's base URL. */
  readonly server: URL;
  readonly tls: TlsOptions;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  "http:": 80,
  "https:": 443,
  "socks5:": 1080,
  "socks5h:": 1080,
};

/** The URL of a proxy. Throws AccessError where client-go would refuse it too. */
export function proxyUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.hostname === "" || DEFAULT_PORTS[url.protocol] === undefined) {
    throw new AccessError(
      "bad-kubeconfig",
      `\`${text.replace(/\/\/[^/]*@/, "//")}\` is not the URL of a proxy`,
      "Correct proxy-url of the cluster, or HTTPS_PROXY: http://, https:// or socks5://HOST:PORT.",
    );
  }
  return url;
}

/** A connection to the API server through a proxy, with TLS where the server has it. Throws what the network threw, or AccessError. */
export async function proxiedSocket({ proxy, server, tls }: Proxied, signal: AbortSignal): Promise<Socket | TLSSocket> {
  const target = {
    host: server.hostname.replace(/^\[|\]$/g, ""),
    port: Number(server.port) || (server.protocol === "https:" ? 443 : 80),
  };
  const raw = proxy.protocol.startsWith("socks")
    ? await throughSocks(proxy, target, signal)
    : await throughConnect(proxy, target, tls, signal);
  raw.setKeepAlive(true, 30_000);
  if (server.protocol === "http:") {
    return raw;
  }
  const secure = connectTls({ ...tls, ...nameFor(target.host, tls), socket: raw, ALPNProtocols: ["http/1.1"] });
  await once(secure, "secureConnect", { signal }).catch((cause: unknown) => {
    raw.destroy();
    throw cause;
  });
  return secure;
}

/** Addresses are no server names (RFC 6066 section 3), but are what the certificate is checked for. */
const nameFor = (host: string, { servername }: TlsOptions): { readonly host: string; readonly servername: string } => ({
  host: servername ?? host,
  servername: servername ?? (isIP(host) === 0 ? host : ""),
});

interface Target {
  readonly host: string;
  readonly port: number;
}

/** As in Go, an https proxy is trusted by the cluster's own authority. */
async function throughConnect(
  proxy: URL,
  { host, port }: Target,
  tls: TlsOptions,
  signal: AbortSignal,
): Promise<Socket> {
  const authority = isIP(host) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
  const login =
    proxy.username === "" ? "" : `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  const options = {
    host: proxy.hostname.replace(/^\[|\]$/g, ""),
    port: proxyPort(proxy),
    method: "CONNECT",
    path: authority,
    headers: {
      host: authority,
      ...(login === "" ? {} : { "proxy-authorization": `Basic ${Buffer.from(login).toString("base64")}` }),
    },
    agent: false,
    signal,
  };
  const { ca, rejectUnauthorized } = tls;
  const trust = {
    ...(ca === undefined ? {} : { ca }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  };
  const request = proxy.protocol === "https:" ? httpsRequest({ ...options, ...trust }) : httpRequest(options);
  return new Promise((settle, fail) => {
    request.once("connect", (response, socket: Socket) => {
      if (response.statusCode === 200) {
        settle(socket);
        return;
      }
      socket.destroy();
      fail(refusedBy(proxy, `${response.statusCode} ${response.statusMessage ?? ""}`.trim()));
    });
    request.once("response", (response) => {
      response.destroy();
      fail(refusedBy(proxy, `${response.statusCode} ${response.statusMessage ?? ""}`.trim()));
    });
    request.once("error", (cause) => fail(unreached(proxy, cause)));
    request.end();
  });
}

async function throughSocks(proxy: URL, target: Target, signal: AbortSignal): Promise<Socket> {
  const socket = connect({ host: proxy.hostname.replace(/^\[|\]$/g, ""), port: proxyPort(proxy), signal });
  try {
    await once(socket, "connect", { signal });
  } catch (cause) {
    socket.destroy();
    throw unreached(proxy, cause);
  }
  const answer = await socksHandshake(socket, target, {
    name: decodeURIComponent(proxy.username),
    password: decodeURIComponent(proxy.password),
  });
  if (answer !== "") {
    socket.destroy();
    throw refusedBy(proxy, answer);
  }
  return socket;
}

const proxyPort = ({ port, protocol }: URL): number => Number(port) || (DEFAULT_PORTS[protocol] ?? 0);

function refusedBy({ host }: URL, answer: string): AccessError {
  return new AccessError(
    "unreachable",
    `the proxy ${host} refused the connection to the server: ${answer}`,
    "Check proxy-url of the cluster, HTTPS_PROXY and NO_PROXY, and the proxy's user and password.",
  );
}

function unreached({ host }: URL, cause: unknown): AccessError {
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : String(cause);
  return new AccessError(
    code === "ABORT_ERR" ? "timed-out" : "unreachable",
    `cannot reach the proxy ${host}: ${code === "ABORT_ERR" ? "no answer in time" : code}`,
    "Check proxy-url of the cluster, HTTPS_PROXY and NO_PROXY.",
    { cause },
  );
}
