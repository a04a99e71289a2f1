import type { Socket } from "node:net";
import type { RawData, WebSocket } from "ws";
import type { AccessError } from "./access-error.ts";
import { accessErrorFrom } from "./access-error.ts";
import type { Authenticated } from "./credentials.ts";
import { DIAL_MS } from "./dispatcher.ts";
import type { Proxied } from "./proxied-socket.ts";
import { proxiedSocket } from "./proxied-socket.ts";
import type { Answer, Refusal } from "./refusal.ts";
import { refusalFrom } from "./refusal.ts";
import type { Transport } from "./transport.ts";
import { authenticated, giveUp, noteRequest, renew, unauthorized } from "./transport.ts";

/** An open exec stream. */
export interface Channels {
  /** Settles when the socket is closed: by either end, by the network, or because the signal was aborted. */
  readonly closed: Promise<void>;
  terminate(): void;
}
/** Called for every frame that carries data: 1 = stdout, 2 = stderr, 3 = status. */
export type OnFrame = (channel: number, bytes: Buffer) => void;

/** v4 is what API servers before 1.30 and some front ends speak; output and status are the same in both (KEP-4006). */
const PROTOCOLS = ["v5.channel.k8s.io", "v4.channel.k8s.io"];
const CLOSE_CHANNEL = 255;
const REFUSAL_BYTES = 64 * 1024;
const FRAME_BYTES = 64 * 1024 * 1024;

/** Upgrades to the channel protocol of exec. A refused upgrade comes back with the Status that the server sent. */
export async function openChannels(
  transport: Transport,
  path: string,
  onFrame: OnFrame,
  signal: AbortSignal,
): Promise<Answer<Channels>> {
  const used = await authenticated(transport, signal);
  const first = await upgrade(transport, used, path, onFrame, signal);
  if (first.ok || first.refusal.status !== 401) {
    return first;
  }
  const renewed = await renew(transport, used, signal);
  const second = await upgrade(transport, renewed, path, onFrame, signal);
  if (!second.ok && second.refusal.status === 401) {
    throw unauthorized(transport.server);
  }
  return second;
}

/** The socket is ws's own: libraries above it lose the body of a refusal, and stay silent when the connection dies. */
async function upgrade(
  transport: Transport,
  { headers, route }: Authenticated,
  path: string,
  onFrame: OnFrame,
  signal: AbortSignal,
): Promise<Answer<Channels>> {
  const { server, requestTimeoutMs } = transport;
  const { WebSocket } = await import("ws");
  const begun = performance.now();
  const proxied = route.proxy === null ? null : await dialled({ ...route, proxy: route.proxy }, server, signal);
  if (signal.aborted) {
    throw giveUp(signal, server);
  }
  const socket = new WebSocket(server.replace(/^http/, "ws") + path, PROTOCOLS, {
    ...route.tls,
    headers: { ...headers, "user-agent": "kubectl-netdoctor" },
    ...(requestTimeoutMs > 0 ? { handshakeTimeout: requestTimeoutMs } : {}),
    ...(proxied === null ? {} : { createConnection: () => proxied }),
    maxPayload: FRAME_BYTES,
    perMessageDeflate: false,
  });
  const abort = () => socket.terminate();
  signal.addEventListener("abort", abort, { once: true });
  const closed = new Promise<void>((settle) => socket.once("close", () => settle())).finally(() =>
    signal.removeEventListener("abort", abort),
  );
  socket.on("message", (data) => passOn(data, onFrame));
  const opened = await opening(socket, server);
  const said = opened === null ? "101" : opened instanceof Error ? opened.kind : String(opened.status);
  noteRequest(transport, "GET", path.split("?")[0] ?? "", said, begun);
  if (signal.aborted) {
    throw giveUp(signal, server);
  }
  if (opened instanceof Error) {
    throw opened;
  }
  return opened === null
    ? { ok: true, value: { closed, terminate: abort }, warnings: [] }
    : { ok: false, refusal: opened };
}

/** A proxy's failure is an AccessError as that of the server is. */
async function dialled(proxied: Proxied, server: string, signal: AbortSignal): Promise<Socket> {
  try {
    return await proxiedSocket(proxied, AbortSignal.any([signal, AbortSignal.timeout(DIAL_MS)]));
  } catch (cause) {
    throw signal.aborted ? giveUp(signal, server) : accessErrorFrom(cause, server);
  }
}

/** null = open. After that, errors of the socket say nothing that its close does not. */
function opening(socket: WebSocket, server: string): Promise<null | Refusal | AccessError> {
  return new Promise((settle) => {
    socket.once("open", () => settle(null));
    socket.on("error", (cause) => settle(accessErrorFrom(namedIfLate(cause), server)));
    socket.once("unexpected-response", (_request, response) => {
      void readRefusal(response, response.statusCode ?? 0).then((refusal) => {
        settle(refusal);
        socket.terminate();
      });
    });
  });
}

/** Channel-close frames (v5) and empty ones (sent at the start) carry no data. */
function passOn(data: RawData, onFrame: OnFrame): void {
  if (Buffer.isBuffer(data) && data.length > 1 && data[0] !== undefined && data[0] !== CLOSE_CHANNEL) {
    onFrame(data[0], data.subarray(1));
  }
}

async function readRefusal(response: AsyncIterable<unknown>, status: number): Promise<Refusal> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response) {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
      size += bytes.length;
      chunks.push(bytes);
      if (size > REFUSAL_BYTES) {
        break;
      }
    }
  } catch {
    // What was read so far still says more than nothing.
  }
  return refusalFrom(status, Buffer.concat(chunks).toString("utf8"));
}

/** ws has no code for its own handshake time limit. */
function namedIfLate(cause: Error): Error {
  if (cause.message.includes("handshake has timed out")) {
    cause.name = "TimeoutError";
  }
  return cause;
}
