import * as v from "valibot";
import type { Unknown } from "../../model/learned.ts";
import { unknown } from "../../model/learned.ts";

/** One detail of a Status: which field, which quota, which exit code. */
export interface Cause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

/** The API server's own "no", from the Status it sent. A value, because callers explain quota, PodSecurity and RBAC from it. */
export interface Refusal {
  /** HTTP status code. */
  readonly status: number;
  /** Status.reason: "Forbidden", "NotFound", "AlreadyExists", "Expired"; "" where the answer was no Status. */
  readonly reason: string;
  readonly message: string;
  readonly causes: readonly Cause[];
  /** Set where the server said when to come back. */
  readonly retryAfterMs: number | null;
}
export interface Accepted<T> {
  readonly ok: true;
  readonly value: T;
  /** Texts of the Warning headers of this answer (PodSecurity, deprecations). */
  readonly warnings: readonly string[];
}
export type Answer<T> = Accepted<T> | { readonly ok: false; readonly refusal: Refusal };

const text = v.fallback(v.string(), "");
const causeSchema = v.object({ reason: text, message: text, field: text });
const statusSchema = v.looseObject({
  // The status channel of exec leaves `kind` out; a page that is no Status has no such `status`.
  status: v.picklist(["Success", "Failure"]),
  reason: text,
  message: text,
  metadata: v.fallback(v.looseObject({ continue: text }), { continue: "" }),
  details: v.fallback(v.looseObject({ causes: v.fallback(v.array(causeSchema), []) }), { causes: [] }),
});

/** metav1.Status, with what is missing filled in. */
export type Status = v.InferOutput<typeof statusSchema>;

/** The Status in an answer's body, or null where it is something else (a proxy's HTML page, nothing at all). */
export function statusOf(body: string): Status | null {
  try {
    const parsed = v.safeParse(statusSchema, JSON.parse(body));
    return parsed.success ? parsed.output : null;
  } catch {
    return null;
  }
}

export function refusalFrom(httpStatus: number, body: string, retryAfterMs: number | null = null): Refusal {
  const status = statusOf(body);
  return {
    status: httpStatus,
    reason: status?.reason ?? "",
    message: status?.message || `HTTP ${httpStatus}: ${excerpt(body)}`,
    causes: status?.details.causes ?? [],
    retryAfterMs,
  };
}

export function refused(httpStatus: number, body: string, retryAfterMs: number | null = null): Answer<never> {
  return { ok: false, refusal: refusalFrom(httpStatus, body, retryAfterMs) };
}

/** The reason and detail a capture records for a refusal. */
export function unknownFromRefusal(refusal: Refusal): Unknown {
  return unknown(reasonOf(refusal), refusal.message);
}

function reasonOf({ status, message }: Refusal): Unknown["reason"] {
  if (status === 401 || status === 403) {
    return "forbidden";
  }
  if (status === 404 || status === 405 || status === 406) {
    return "not-served";
  }
  if (status === 408 || status === 504) {
    return "timed-out";
  }
  // The API server cannot reach the kubelet, or an aggregated API server.
  return status === 502 || status === 503 || message.includes("error dialing backend") ? "unreachable" : "failed";
}

function excerpt(body: string): string {
  const line = body
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return line === "" ? "no body" : line.slice(0, 200);
}
