import { readFileSync } from "node:fs";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { setTimeout as wait } from "node:timers/promises";
import type { TLSSocket } from "node:tls";
import { gzipSync } from "node:zlib";
import { type ExecScript, serveExec } from "./exec-channel.ts";
import { pageOf, status } from "./objects.ts";

/** One request as it arrived, for tests to look at. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  /** Header lines in order, so that repeated ones can be told from joined ones. */
  readonly rawHeaders: readonly string[];
  readonly body: string;
  /** CN of the client's certificate; "" = none. */
  readonly certificate: string;
}
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly json?: unknown;
  readonly text?: string;
  readonly gzip?: boolean;
  readonly delayMs?: number;
  /** Sends this many bytes of the body and destroys the connection. */
  readonly cutAfterBytes?: number;
}
export interface ApiDoubleOptions {
  /** Answers before the collections do; undefined = it is not for me. */
  readonly handle?: (request: SeenRequest) => Reply | undefined;
  /** Objects by the path of their collection; served in pages, filtered by nothing. */
  readonly collections?: Readonly<Record<string, readonly unknown[]>>;
  readonly exec?: (request: SeenRequest) => ExecScript;
  /** Plain HTTP, as `kubectl proxy` serves. */
  readonly plain?: boolean;
  /** Tokens that are let in besides client certificates; none = everybody is. May change while it runs. */
  readonly tokens?: ReadonlySet<string>;
}
export interface ApiDouble {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** TCP connections accepted so far. */
  readonly connections: () => number;
  close(): Promise<void>;
}

export const certificate = (name: string): string =>
  readFileSync(new URL(`./certificates/${name}`, import.meta.url), "utf8");
export const certificatePath = (name: string): string => new URL(`./certificates/${name}`, import.meta.url).pathname;

/** A real server on 127.0.0.1 that speaks TLS, HTTP and the exec channel protocol, and does what the test scripted. */
export async function startApiDouble(options: ApiDoubleOptions = {}): Promise<ApiDouble> {
  const requests: SeenRequest[] = [];
  const sockets = new Set<Socket>();
  let connections = 0;
  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const request = await seen(incoming);
    requests.push(request);
    await send(outgoing, isKnown(request, options) ? replyTo(request, options) : unauthorizedReply);
  };
  const listener = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    answer(incoming, outgoing).catch(() => outgoing.destroy());
  };
  const server = options.plain
    ? createHttpServer(listener)
    : createHttpsServer(
        {
          cert: certificate("server.pem"),
          key: certificate("server.key"),
          ca: certificate("ca.pem"),
          // A client that offers HTTP/2 gets it agreed and is then not understood.
          ALPNProtocols: ["h2", "http/1.1"],
          requestCert: true,
          rejectUnauthorized: false,
        },
        listener,
      );
  server.on("connection", (socket: Socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("upgrade", (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    void seen(incoming).then((request) => {
      requests.push(request);
      const refusal: ExecScript = { refuse: { status: 401, body: unauthorizedReply.json } };
      serveExec(
        incoming,
        socket,
        head,
        isKnown(request, options) ? (options.exec?.(request) ?? { steps: [] }) : refusal,
      );
    });
  });
  await new Promise<void>((settle) => server.listen(0, "127.0.0.1", settle));
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === "string") {
    throw new Error("the double has no port");
  }
  return {
    url: `${options.plain ? "http" : "https"}://127.0.0.1:${address.port}`,
    requests,
    connections: () => connections,
    close: () =>
      new Promise((settle) => {
        for (const socket of sockets) {
          socket.destroy();
        }
        server.close(() => settle());
      }),
  };
}

const unauthorizedReply = { status: 401, json: status(401, "Unauthorized", "Unauthorized") };

function isKnown({ headers, certificate: name }: SeenRequest, { tokens }: ApiDoubleOptions): boolean {
  const token = /^Bearer (.*)$/.exec(headers.authorization ?? "")?.[1];
  return tokens === undefined || name !== "" || (token !== undefined && tokens.has(token));
}

function replyTo(request: SeenRequest, { handle, collections = {} }: ApiDoubleOptions): Reply {
  const scripted = handle?.(request);
  if (scripted !== undefined) {
    return scripted;
  }
  if (request.path === "/version") {
    return { json: { major: "1", minor: "34", gitVersion: "v1.34.4" } };
  }
  const objects = collections[request.path];
  if (objects === undefined) {
    return { status: 404, json: status(404, "NotFound", "the server could not find the requested resource") };
  }
  return { json: pageOf(objects, request.query) };
}

async function seen(incoming: IncomingMessage): Promise<SeenRequest> {
  const url = new URL(incoming.url ?? "/", "http://double");
  const chunks: Buffer[] = [];
  if (incoming.headers.upgrade === undefined) {
    for await (const chunk of incoming) {
      chunks.push(Buffer.from(chunk));
    }
  }
  return {
    method: incoming.method ?? "",
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    rawHeaders: incoming.rawHeaders,
    body: Buffer.concat(chunks).toString("utf8"),
    certificate: clientName(incoming.socket),
  };
}

/** Only a certificate that the double's own CA signed counts. */
function clientName(socket: Socket | TLSSocket): string {
  if (!("getPeerCertificate" in socket) || !socket.authorized) {
    return "";
  }
  const { CN: name } = socket.getPeerCertificate().subject ?? {};
  return typeof name === "string" ? name : "";
}

async function send(outgoing: ServerResponse, reply: Reply): Promise<void> {
  await wait(reply.delayMs ?? 0);
  const text = reply.text ?? JSON.stringify(reply.json ?? {});
  const body = reply.gzip ? gzipSync(text) : Buffer.from(text);
  outgoing.writeHead(reply.status ?? 200, {
    "content-type": reply.text === undefined ? "application/json" : "text/plain",
    "content-length": String(body.length),
    ...(reply.gzip ? { "content-encoding": "gzip" } : {}),
    ...reply.headers,
  });
  if (reply.cutAfterBytes === undefined) {
    outgoing.end(body);
    return;
  }
  outgoing.write(body.subarray(0, reply.cutAfterBytes), () => outgoing.destroy());
}
