import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { setTimeout as wait } from "node:timers/promises";
import { createGunzip } from "node:zlib";
import type { LimitFunction } from "p-limit";
import { AccessError, accessErrorFrom, isTransient } from "./access-error.ts";
import type { Headers } from "./authenticate.ts";
import type { Authenticated, Credentials } from "./credentials.ts";

/** One server, one set of credentials, one pool of connections. */
export interface Transport {
  readonly server: string;
  readonly credentials: Credentials;
  /** 0 = none. */
  readonly requestTimeoutMs: number;
  readonly compression: boolean;
  /** Told a line about each request that was answered or failed. */
  readonly onNote: ((line: string) => void) | undefined;
  readonly maxBodyBytes: number;
  /** How many requests run at once; nothing else throttles this client. */
  readonly gate: LimitFunction;
  readonly warnings: Set<string>;
}
export interface Outgoing {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** From the server's root, query included: "/api/v1/pods?limit=500". */
  readonly path: string;
  readonly signal: AbortSignal;
  readonly accept?: string | undefined;
  readonly body?: string | undefined;
  readonly contentType?: string | undefined;
  /** May be sent again when the connection breaks: it changes nothing, or nothing more the second time. */
  readonly repeatable: boolean;
}
export interface Incoming {
  readonly status: number;
  readonly body: string;
  readonly warnings: readonly string[];
  readonly retryAfterMs: number | null;
}

const TRIES = 3;
const LONGEST_RETRY_AFTER_MS = 30_000;

/**
 * Sends a request and reads the whole answer, whatever its status. Repeats on broken connections and on 429/503 with the
 * server's own delay, at most three tries; renews the credentials once on 401. Throws AccessError, or the signal's reason
 * when the caller gave up for another reason than time.
 */
export async function send(transport: Transport, request: Outgoing): Promise<Incoming> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await exchangeAuthenticated(transport, request);
    if (outcome instanceof AccessError) {
      if (attempt >= TRIES || !request.repeatable || outcome.kind !== "unreachable" || !isTransient(outcome)) {
        throw outcome;
      }
      await pause(100 * 4 ** (attempt - 1), transport, request.signal);
    } else if (attempt < TRIES && isBusy(outcome, request)) {
      await pause(outcome.retryAfterMs ?? 500 * attempt, transport, request.signal);
    } else {
      return outcome;
    }
  }
}

async function exchangeAuthenticated(transport: Transport, request: Outgoing): Promise<Incoming | AccessError> {
  const used = await authenticated(transport, request.signal);
  const first = await transport.gate(() => noted(transport, request, used));
  if (first instanceof AccessError || first.status !== 401) {
    return first;
  }
  const renewed = await renew(transport, used, request.signal);
  const second = await transport.gate(() => noted(transport, request, renewed));
  return !(second instanceof AccessError) && second.status === 401 ? unauthorized(transport.server) : second;
}

export function unauthorized(server: string): AccessError {
  return new AccessError(
    "unauthorized",
    `${server} does not accept the credentials (401)`,
    "Log in again, or check user and token of the kubeconfig: kubectl auth whoami",
  );
}

/** Ends a wait: time is an AccessError, anything else the caller's own reason. */
export function giveUp(signal: AbortSignal, server: string): unknown {
  const reason: unknown = signal.reason;
  return reason instanceof Error && reason.name === "TimeoutError"
    ? new AccessError("timed-out", `${server} did not answer within the time limit`, "Allow more time with --timeout.")
    : reason;
}

export async function authenticated(transport: Transport, signal: AbortSignal): Promise<Authenticated> {
  return transport.credentials.current(signal).catch((cause: unknown) => {
    throw authenticationEnded(cause, transport, signal);
  });
}

export async function renew(transport: Transport, stale: Authenticated, signal: AbortSignal): Promise<Authenticated> {
  return transport.credentials.renew(stale, signal).catch((cause: unknown) => {
    throw authenticationEnded(cause, transport, signal);
  });
}

function authenticationEnded(cause: unknown, { server }: Transport, signal: AbortSignal): unknown {
  return signal.aborted ? giveUp(signal, server) : accessErrorFrom(cause, server);
}

async function pause(ms: number, { server }: Transport, signal: AbortSignal): Promise<void> {
  await wait(ms, undefined, { signal }).catch(() => {
    throw giveUp(signal, server);
  });
}

/** 429 means the request was not begun (API Priority and Fairness), so that even a create may be sent again. */
function isBusy({ status, retryAfterMs }: Incoming, { repeatable }: Outgoing): boolean {
  const again = status === 429 || (status === 503 && repeatable);
  return again && (retryAfterMs ?? 0) <= LONGEST_RETRY_AFTER_MS;
}

async function noted(transport: Transport, request: Outgoing, used: Authenticated): Promise<Incoming | AccessError> {
  const begun = performance.now();
  const outcome = await exchange(transport, request, used);
  const said = outcome instanceof AccessError ? outcome.kind : String(outcome.status);
  noteRequest(transport, request.method, request.path, said, begun);
  return outcome;
}

/** Method, URL, status and time, as kubectl shows them from -v 6 on; never a header. */
export function noteRequest(
  { onNote, server }: Transport,
  method: string,
  path: string,
  said: string,
  begun: number,
): void {
  onNote?.(`${method} ${server}${path} ${said} ${Math.round(performance.now() - begun)} ms`);
}

/** One try. A failure of the transport is returned, an abort by the caller is thrown. */
async function exchange(transport: Transport, request: Outgoing, used: Authenticated): Promise<Incoming | AccessError> {
  const { server, requestTimeoutMs, maxBodyBytes, warnings } = transport;
  const limit = requestTimeoutMs > 0 ? AbortSignal.timeout(requestTimeoutMs) : null;
  const { request: undiciRequest } = await import("undici");
  try {
    const response = await undiciRequest(server + request.path, {
      method: request.method,
      headers: headersOf(transport, request, used),
      body: request.body ?? null,
      dispatcher: used.dispatcher,
      signal: limit === null ? request.signal : AbortSignal.any([request.signal, limit]),
      headersTimeout: requestTimeoutMs,
      bodyTimeout: requestTimeoutMs,
    });
    const body = await readBody(response.body, response.headers["content-encoding"] === "gzip", maxBodyBytes, server);
    const spoken = warningTexts(response.headers.warning);
    for (const text of spoken) {
      warnings.add(text);
    }
    return {
      status: response.statusCode,
      body,
      warnings: spoken,
      retryAfterMs: retryAfter(response.headers["retry-after"]),
    };
  } catch (cause) {
    if (request.signal.aborted) {
      throw giveUp(request.signal, server);
    }
    return accessErrorFrom(limit?.aborted ? limit.reason : cause, server);
  }
}

function headersOf({ compression }: Transport, request: Outgoing, { headers }: Authenticated): Headers {
  return {
    ...headers,
    accept: request.accept ?? "application/json",
    "accept-encoding": compression ? "gzip" : "identity",
    "user-agent": "kubectl-netdoctor",
    ...(request.body === undefined ? {} : { "content-type": request.contentType ?? "application/json" }),
  };
}

async function readBody(stream: Readable, zipped: boolean, maxBytes: number, server: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const take = async (source: AsyncIterable<Uint8Array>): Promise<void> => {
    for await (const chunk of source) {
      size += chunk.byteLength;
      if (size > maxBytes) {
        throw new AccessError(
          "too-large",
          `${server} answered with more than ${maxBytes} bytes`,
          "Narrow the request.",
        );
      }
      chunks.push(chunk);
    }
  };
  await (zipped ? pipeline(stream, createGunzip(), take) : pipeline(stream, take));
  return Buffer.concat(chunks, size).toString("utf8");
}

/** Seconds or a date (RFC 9110 section 10.2.3). */
function retryAfter(header: string | string[] | undefined): number | null {
  const value = Array.isArray(header) ? header[0] : header;
  if (value === undefined) {
    return null;
  }
  const seconds = Number(value);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.max(0, ms) : null;
}

/** `299 - "text"` (RFC 7234 section 5.5, as the API server sends it since KEP-1693); several may stand in one line. */
function warningTexts(header: string | string[] | undefined): readonly string[] {
  const lines = header === undefined ? [] : Array.isArray(header) ? header : [header];
  return lines.flatMap((line) =>
    [...line.matchAll(/\b\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) => text.replace(/\\(.)/g, "$1")),
  );
}
