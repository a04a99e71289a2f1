import * as v from "valibot";
import type { Learned } from "../../model/learned.ts";
import { known } from "../../model/learned.ts";
import { AccessError, unknownFrom } from "./access-error.ts";
import { refusalFrom, statusOf, unknownFromRefusal } from "./refusal.ts";
import type { Incoming, Transport } from "./transport.ts";
import { send } from "./transport.ts";

export interface ListOptions<T> {
  readonly signal: AbortSignal;
  /** Applied to each object as its page is parsed; the page itself is dropped at once. */
  readonly project: (item: unknown) => T;
  /** "type=Warning" and the like; sent with every page. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Stops after this many objects. */
  readonly limit?: number | undefined;
  readonly accept?: string | undefined;
  readonly onPage?: ((objects: number) => void) | undefined;
}

const PAGE = 500;
const RESTARTS = 2;

const pageSchema = v.object({
  metadata: v.fallback(v.object({ continue: v.fallback(v.string(), "") }), { continue: "" }),
  items: v.nullable(v.array(v.unknown())),
});

/**
 * Lists a collection page by page. A continue token that expired (410) is followed by the fresh one the server sends with
 * it, or by a new start (Kubernetes API concepts, "Retrieving large results sets in chunks"). Throws only the signal's reason.
 */
export async function listPages<T>(
  transport: Transport,
  path: string,
  options: ListOptions<T>,
): Promise<Learned<readonly T[]>> {
  try {
    return await allPages(transport, path, options);
  } catch (cause) {
    if (cause instanceof AccessError) {
      return unknownFrom(cause);
    }
    throw cause;
  }
}

async function allPages<T>(
  transport: Transport,
  path: string,
  options: ListOptions<T>,
): Promise<Learned<readonly T[]>> {
  const limit = options.limit ?? Number.POSITIVE_INFINITY;
  let items: T[] = [];
  let token = "";
  let restarts = 0;
  do {
    const incoming = await requestPage(transport, path, token, options);
    if (incoming.status === 410 && restarts < RESTARTS) {
      restarts += 1;
      token = statusOf(incoming.body)?.metadata.continue ?? "";
      items = token === "" ? [] : items;
      continue;
    }
    if (incoming.status < 200 || incoming.status > 299) {
      return unknownFromRefusal(refusalFrom(incoming.status, incoming.body));
    }
    const next = takePage(incoming.body, transport.server, path, items, options.project, limit);
    options.onPage?.(items.length);
    if (next === "") {
      return known(items);
    }
    if (next === token) {
      throw new AccessError("bad-answer", `${transport.server}${path} repeats the same page`, NOT_AN_API_SERVER);
    }
    token = next;
  } while (items.length < limit);
  return known(items);
}

/** Parses an answer that must be JSON. Throws AccessError "bad-answer". */
export function jsonOf(body: string, server: string, path: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    const start = body.slice(0, 60).replace(/\s+/g, " ").trim();
    throw new AccessError(
      "bad-answer",
      `${server}${path} answered with something that is not JSON: ${start}`,
      NOT_AN_API_SERVER,
    );
  }
}

const NOT_AN_API_SERVER =
  "Check that the server in the kubeconfig is a Kubernetes API server and that no login page or proxy answers for it.";

function requestPage<T>(transport: Transport, path: string, token: string, options: ListOptions<T>): Promise<Incoming> {
  const query = new URLSearchParams({ ...options.query, limit: String(Math.min(PAGE, options.limit ?? PAGE)) });
  if (token !== "") {
    query.set("continue", token);
  }
  return send(transport, {
    method: "GET",
    path: `${path}?${query}`,
    signal: options.signal,
    accept: options.accept,
    repeatable: true,
  });
}

/** Projects the page's objects into `items` and returns the next page's token. The parsed page is garbage after this. */
function takePage<T>(
  body: string,
  server: string,
  path: string,
  items: T[],
  project: (item: unknown) => T,
  limit: number,
): string {
  const parsed = v.safeParse(pageSchema, jsonOf(body, server, path));
  if (!parsed.success) {
    throw new AccessError(
      "bad-answer",
      `${server}${path} answered with something that is not a list`,
      NOT_AN_API_SERVER,
    );
  }
  const { items: objects, metadata } = parsed.output;
  for (const object of objects ?? []) {
    if (items.length >= limit) {
      return metadata.continue || "more";
    }
    items.push(project(object));
  }
  return metadata.continue;
}
