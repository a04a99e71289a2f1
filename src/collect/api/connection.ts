import * as v from "valibot";
import type { Learned } from "../../model/learned.ts";
import { known, unknown } from "../../model/learned.ts";
import { findAccess } from "./access.ts";
import { AccessError, unknownFrom } from "./access-error.ts";
import type { Channels, OnFrame } from "./channels.ts";
import { openChannels } from "./channels.ts";
import type { ConnectionOptions, Surroundings } from "./connection-options.ts";
import { processSurroundings } from "./connection-options.ts";
import { credentialsFor } from "./credentials.ts";
import type { ListOptions } from "./list.ts";
import { jsonOf, listPages } from "./list.ts";
import type { Answer } from "./refusal.ts";
import { refused, unknownFromRefusal } from "./refusal.ts";
import type { Outgoing, Transport } from "./transport.ts";
import { send } from "./transport.ts";

export type { Answer, Refusal } from "./refusal.ts";

/**
 * One API server and who we are there. Paths start at the server's root and carry no `limit` or `continue`. What the server
 * refuses is a `Refusal`; when it cannot be asked at all an `AccessError` is thrown; when the caller's signal ends the wait
 * for another reason than time, that reason is.
 */
export interface Connection {
  readonly server: string;
  /** "" where no context was used. */
  readonly context: string;
  /** The namespace of the flag or the context; "default" otherwise. */
  readonly namespace: string;
  /** Every text of a Warning header so far: PodSecurity, deprecations. */
  readonly warnings: ReadonlySet<string>;
  get(path: string, options: { readonly signal: AbortSignal; readonly accept?: string }): Promise<Answer<string>>;
  getObject(
    path: string,
    options: { readonly signal: AbortSignal; readonly accept?: string },
  ): Promise<Answer<unknown>>;
  /** All objects of a collection, paged; unknown with the reason where they cannot be read. */
  list<T>(path: string, options: ListOptions<T>): Promise<Learned<readonly T[]>>;
  /** `path` is the collection's. Not repeated when the connection breaks: the object may have been created. */
  create(
    path: string,
    object: unknown,
    options: { readonly signal: AbortSignal; readonly dryRun?: boolean },
  ): Promise<Answer<unknown>>;
  /** `path` is an object's, or a collection's together with `labelSelector`. */
  remove(path: string, options: RemoveOptions): Promise<Answer<unknown>>;
  /** JSON merge patch (RFC 7386) unless another content type is given. */
  patch(
    path: string,
    body: unknown,
    options: { readonly signal: AbortSignal; readonly contentType?: string },
  ): Promise<Answer<unknown>>;
  /** Asks whether we may do this (SelfSubjectAccessReview). Does not throw for an unreachable server. */
  accessReview(attributes: AccessAttributes, options: { readonly signal: AbortSignal }): Promise<Learned<boolean>>;
  /** For exec. */
  openChannels(path: string, onFrame: OnFrame, signal: AbortSignal): Promise<Answer<Channels>>;
  close(): Promise<void>;
}
export interface RemoveOptions {
  readonly signal: AbortSignal;
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: "Background" | "Foreground" | "Orphan";
  readonly labelSelector?: string;
}
/** ResourceAttributes of authorization.k8s.io/v1; a namespace left out means all of them. */
export interface AccessAttributes {
  readonly verb: string;
  readonly group?: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
}

const REQUEST_TIMEOUT_MS = 60_000;
const MAX_BODY_BYTES = 128 * 1024 * 1024;
const CONCURRENT_REQUESTS = 8;

/**
 * Connects as kubectl would with the same flags, environment and files, and asks the server for its version, so that an
 * unreachable server or a stale login shows here. Throws AccessError.
 */
export async function connect(
  options: ConnectionOptions,
  { signal, surroundings }: { readonly signal?: AbortSignal; readonly surroundings?: Surroundings } = {},
): Promise<Connection> {
  const { default: pLimit } = await import("p-limit");
  const access = await findAccess(options, surroundings ?? processSurroundings());
  const { onNote } = options;
  const transport: Transport = {
    server: access.cluster.server,
    credentials: credentialsFor(access, onNote),
    requestTimeoutMs: options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS,
    compression: !access.cluster["disable-compression"],
    onNote,
    maxBodyBytes: MAX_BODY_BYTES,
    gate: pLimit(CONCURRENT_REQUESTS),
    warnings: new Set(),
  };
  const connection = connectionOver(transport, access.context, access.namespace);
  try {
    await connection.getObject("/version", { signal: signal ?? new AbortController().signal });
  } catch (cause) {
    await connection.close();
    throw cause;
  }
  return connection;
}

function connectionOver(transport: Transport, context: string, namespace: string): Connection {
  const text = (request: Outgoing) => sendForText(transport, request);
  const object = (request: Outgoing) => sendForObject(transport, request);
  return {
    server: transport.server,
    context,
    namespace,
    warnings: transport.warnings,
    get: (path, { signal, accept }) => text({ method: "GET", path, signal, accept, repeatable: true }),
    getObject: (path, { signal, accept }) => object({ method: "GET", path, signal, accept, repeatable: true }),
    list: (path, options) => listPages(transport, path, options),
    create: (path, created, { signal, dryRun = false }) =>
      object({
        method: "POST",
        path: dryRun ? `${path}?dryRun=All` : path,
        body: JSON.stringify(created),
        signal,
        repeatable: dryRun,
      }),
    remove: (path, options) => object(removal(path, options)),
    patch: (path, body, { signal, contentType = "application/merge-patch+json" }) =>
      object({ method: "PATCH", path, body: JSON.stringify(body), contentType, signal, repeatable: false }),
    accessReview: (attributes, { signal }) => reviewAccess(transport, attributes, signal),
    openChannels: (path, onFrame, signal) => openChannels(transport, path, onFrame, signal),
    close: () => transport.credentials.close(),
  };
}

function removal(
  path: string,
  { signal, gracePeriodSeconds, propagationPolicy, labelSelector }: RemoveOptions,
): Outgoing {
  const query = labelSelector === undefined ? "" : `?${new URLSearchParams({ labelSelector })}`;
  const body = JSON.stringify({ kind: "DeleteOptions", apiVersion: "v1", gracePeriodSeconds, propagationPolicy });
  return { method: "DELETE", path: path + query, body, signal, repeatable: true };
}

async function sendForText(transport: Transport, request: Outgoing): Promise<Answer<string>> {
  const { status, body, warnings, retryAfterMs } = await send(transport, request);
  return status >= 200 && status <= 299 ? { ok: true, value: body, warnings } : refused(status, body, retryAfterMs);
}

async function sendForObject(transport: Transport, request: Outgoing): Promise<Answer<unknown>> {
  const answer = await sendForText(transport, request);
  return answer.ok ? { ...answer, value: jsonOf(answer.value, transport.server, request.path) } : answer;
}

const reviewSchema = v.object({ status: v.object({ allowed: v.boolean() }) });

async function reviewAccess(
  transport: Transport,
  attributes: AccessAttributes,
  signal: AbortSignal,
): Promise<Learned<boolean>> {
  const review = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: attributes },
  };
  try {
    const answer = await sendForObject(transport, {
      method: "POST",
      path: "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
      body: JSON.stringify(review),
      signal,
      repeatable: true,
    });
    if (!answer.ok) {
      return unknownFromRefusal(answer.refusal);
    }
    const parsed = v.safeParse(reviewSchema, answer.value);
    return parsed.success
      ? known(parsed.output.status.allowed)
      : unknown("unparsable", "the access review has no status");
  } catch (cause) {
    if (cause instanceof AccessError) {
      return unknownFrom(cause);
    }
    throw cause;
  }
}
