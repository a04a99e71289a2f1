import { describe, expect, test } from "vitest";
import { connected, double, soon } from "../support/api-double/connected.ts";
import { numbered, pageOf, status } from "../support/api-double/objects.ts";
import type { SeenRequest } from "../support/api-double/server.ts";

const PODS = "/api/v1/pods";
const name = (item: unknown): string => JSON.parse(JSON.stringify(item)).metadata.name;
const names = (count: number) => numbered("pod", count).map(name);

/** Serves 1,200 Pods; `gone` says when a continue token has expired, and with which fresh token. */
function expiring(gone: (request: SeenRequest, nth: number) => object | null) {
  let nth = 0;
  return double({
    handle: (request) => {
      if (request.path !== PODS) {
        return undefined;
      }
      nth += 1;
      const metadata = gone(request, nth);
      const expired = status(410, "Expired", "The provided continue parameter is too old", { metadata });
      return metadata === null
        ? { json: pageOf(numbered("pod", 1200), request.query) }
        : { status: 410, json: expired };
    },
  });
}

describe("list", () => {
  test("reads all pages and keeps the order", async () => {
    const server = await double({ collections: { [PODS]: numbered("pod", 1200) } });
    const connection = await connected(server);
    const pages: number[] = [];
    const listed = await connection.list(PODS, { signal: soon(), project: name, onPage: (count) => pages.push(count) });
    expect(listed).toEqual({ known: true, value: names(1200) });
    expect(pages).toEqual([500, 1000, 1200]);
    expect(server.requests.slice(1).map(({ query }) => query.get("limit"))).toEqual(["500", "500", "500"]);
  });

  test("goes on with the fresh token that comes with a 410", async () => {
    const server = await expiring((_, nth) => (nth === 2 ? { continue: "500" } : null));
    const connection = await connected(server);
    expect(await connection.list(PODS, { signal: soon(), project: name })).toEqual({ known: true, value: names(1200) });
    expect(server.requests).toHaveLength(5);
  });

  test("starts again after a 410 without a token, and no object is double", async () => {
    const server = await expiring((_, nth) => (nth === 3 ? {} : null));
    const connection = await connected(server);
    expect(await connection.list(PODS, { signal: soon(), project: name })).toEqual({ known: true, value: names(1200) });
  });

  test("gives up when the tokens expire again and again", async () => {
    const connection = await connected(await expiring(({ query }) => (query.get("continue") === null ? null : {})));
    const listed = await connection.list(PODS, { signal: soon(), project: name });
    expect(listed).toMatchObject({ known: false, reason: "failed" });
  });

  test("stops at the limit", async () => {
    const server = await double({ collections: { [PODS]: numbered("pod", 1200) } });
    const connection = await connected(server);
    const listed = await connection.list(PODS, { signal: soon(), project: name, limit: 700 });
    expect(listed).toEqual({ known: true, value: names(700) });
    expect(server.requests).toHaveLength(3);
  });

  test("sends a selector with every page", async () => {
    const server = await double({ collections: { [PODS]: numbered("pod", 600) } });
    const connection = await connected(server);
    await connection.list(PODS, { signal: soon(), project: name, query: { fieldSelector: "type=Warning" } });
    expect(server.requests.slice(1).map(({ query }) => query.get("fieldSelector"))).toEqual([
      "type=Warning",
      "type=Warning",
    ]);
  });

  test("an empty list is known to be empty, and so is `items: null`", async () => {
    const server = await double({
      collections: { [PODS]: [] },
      handle: ({ path }) => (path === "/null" ? { json: { items: null } } : undefined),
    });
    const connection = await connected(server);
    expect(await connection.list(PODS, { signal: soon(), project: name })).toEqual({ known: true, value: [] });
    expect(await connection.list("/null", { signal: soon(), project: name })).toEqual({ known: true, value: [] });
  });

  test.each([
    ["forbidden", 403, "forbidden"],
    ["not served", 404, "not-served"],
    ["an API server without backend", 503, "unreachable"],
    ["a server that timed out", 504, "timed-out"],
    ["a server that broke", 500, "failed"],
  ])("%s is unknown, never empty", async (_, code, reason) => {
    const body = status(code, "Reason", "the server's own words");
    const connection = await connected(
      await double({
        handle: ({ path }) =>
          path === PODS ? { status: code, json: body, headers: { "retry-after": "0" } } : undefined,
      }),
    );
    const listed = await connection.list(PODS, { signal: soon(), project: name });
    expect(listed).toEqual({ known: false, reason, detail: "the server's own words" });
  });

  test("an answer that is no list is unparsable", async () => {
    const connection = await connected(
      await double({ handle: ({ path }) => (path === PODS ? { json: { items: "none" } } : undefined) }),
    );
    expect(await connection.list(PODS, { signal: soon(), project: name })).toMatchObject({ reason: "unparsable" });
  });

  test("a server that repeats its page does not keep us for ever", async () => {
    const page = { json: { metadata: { continue: "same" }, items: numbered("pod", 1) } };
    const connection = await connected(await double({ handle: ({ path }) => (path === PODS ? page : undefined) }));
    expect(await connection.list(PODS, { signal: soon(), project: name })).toMatchObject({ reason: "unparsable" });
  });
});
