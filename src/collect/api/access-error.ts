import type { Unknown, UnknownReason } from "../../model/learned.ts";
import { unknown } from "../../model/learned.ts";

/** Why the API server could not be used at all, as opposed to a `Refusal`, which is its answer. */
export type AccessErrorKind =
  | "no-kubeconfig"
  | "bad-kubeconfig"
  | "no-such-context"
  | "unreachable"
  | "unauthorized"
  | "forbidden"
  | "tls"
  | "timed-out"
  | "bad-answer"
  | "too-large";

/** One line saying what is wrong, one saying what to do. Never holds a credential. */
export class AccessError extends Error {
  readonly kind: AccessErrorKind;
  readonly hint: string;

  constructor(kind: AccessErrorKind, message: string, hint: string, options?: { readonly cause: unknown }) {
    super(message, options);
    this.name = "AccessError";
    this.kind = kind;
    this.hint = hint;
  }
}

/** Turns what undici, ws, TLS or the resolver threw into an AccessError that names the server. */
export function accessErrorFrom(cause: unknown, server: string): AccessError {
  if (cause instanceof AccessError) {
    return cause;
  }
  const { code, message } = innermost(cause);
  const kind = kindOf(code, cause);
  return new AccessError(kind, `${SAYING[kind]} ${server}: ${message}`, hintFor(kind, code), { cause });
}

/** Connection errors after which the same GET may be sent again: the transport failed, nobody refused. */
export function isTransient(cause: unknown): boolean {
  return TRANSIENT.has(innermost(cause).code);
}

/** The reason and detail a capture records when the server could not be asked. */
export function unknownFrom(error: AccessError): Unknown {
  return unknown(REASONS[error.kind], error.message);
}

const TRANSIENT = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "EPIPE",
  "UND_ERR_SOCKET",
  "ERR_STREAM_PREMATURE_CLOSE",
  "Z_BUF_ERROR",
]);
const TIMEOUTS = new Set([
  "ETIMEDOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "TimeoutError",
]);
const TLS =
  /^(EPROTO|ERR_SSL_|ERR_TLS_|ERR_OSSL_|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_(GET|VERIFY)|HOSTNAME_MISMATCH|INVALID_CA)/;

type TransportKind = "unreachable" | "tls" | "timed-out" | "bad-answer";
const SAYING: Record<TransportKind | AccessErrorKind, string> = {
  "no-kubeconfig": "no way to reach",
  "bad-kubeconfig": "the kubeconfig does not lead to",
  "no-such-context": "no context leads to",
  unreachable: "cannot reach",
  unauthorized: "not let in by",
  forbidden: "not allowed by",
  tls: "no trusted TLS connection to",
  "timed-out": "no answer in time from",
  "bad-answer": "no usable answer from",
  "too-large": "too large an answer from",
};
const REASONS: Record<AccessErrorKind, UnknownReason> = {
  "no-kubeconfig": "not-collected",
  "bad-kubeconfig": "not-collected",
  "no-such-context": "not-collected",
  unreachable: "unreachable",
  unauthorized: "forbidden",
  forbidden: "forbidden",
  tls: "unreachable",
  "timed-out": "timed-out",
  "bad-answer": "unparsable",
  "too-large": "too-large",
};

function kindOf(code: string, cause: unknown): TransportKind {
  if (TLS.test(code)) {
    return "tls";
  }
  if (TIMEOUTS.has(code) || (cause instanceof Error && cause.name === "TimeoutError")) {
    return "timed-out";
  }
  return code.startsWith("HPE_") ? "bad-answer" : "unreachable";
}

function hintFor(kind: TransportKind, code: string): string {
  if (kind === "tls") {
    return code === "EPROTO" || code.startsWith("ERR_SSL_")
      ? "Check that the server speaks HTTPS on this port, and that no proxy stands in between."
      : "Check certificate-authority and tls-server-name of the cluster in the kubeconfig; the server's certificate does not match them.";
  }
  if (kind === "timed-out") {
    return "Check network, VPN and firewall on the way to the server, or allow more time with --request-timeout.";
  }
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    return "Check the server's host name in the kubeconfig, and the DNS and VPN of this machine.";
  }
  return "Check that the server in the kubeconfig is right and up: kubectl cluster-info";
}

/** The code and message of the innermost cause: undici and ws wrap, happy eyeballs aggregates. */
function innermost(cause: unknown): { readonly code: string; readonly message: string } {
  let error = cause;
  for (let depth = 0; depth < 8 && error instanceof Error; depth += 1) {
    const inner = error instanceof AggregateError ? error.errors[0] : error.cause;
    if (!(inner instanceof Error)) {
      break;
    }
    error = inner;
  }
  if (!(error instanceof Error)) {
    return { code: "", message: String(error) };
  }
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  const line = error.message.split("\n")[0]?.trim() ?? "";
  return { code, message: line === "" ? code : line };
}
