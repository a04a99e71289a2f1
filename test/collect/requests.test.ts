import { describe, expect, test } from "vitest";
import { AccessError } from "../../src/collect/api/access-error.ts";
import { connected, double, soon } from "../support/api-double/connected.ts";
import { status } from "../support/api-double/objects.ts";
import type { Reply } from "../support/api-double/server.ts";

/** Answers the n-th request to a path with the n-th reply, the last one from then on. */
function inTurn(path: string, replies: readonly Reply[]) {
  let turn = 0;
  return {
    handle: (request: { readonly path: string }): Reply | undefined => {
      if (request.path !== path) {
        return undefined;
      }
      turn += 1;
      return replies[Math.min(turn, replies.length) - 1];
    },
    asked: () => turn,
  };
}

describe("GET", () => {
  test("is repeated when the connection is cut in the middle of the body", async () => {
    const script = inTurn("/x", [{ text: "0123456789", cutAfterBytes: 4 }, { text: "whole" }]);
    const connection = await connected(await double(script));
    expect(await connection.get("/x", { signal: soon() })).toMatchObject({ ok: true, value: "whole" });
  });

  test("gives up after three tries", async () => {
    const script = inTurn("/x", [{ text: "0123456789", cutAfterBytes: 4 }]);
    const connection = await connected(await double(script));
    await expect(connection.get("/x", { signal: soon() })).rejects.toMatchObject({ kind: "unreachable" });
    expect(script.asked()).toBe(3);
  });

  test("waits as long as a 429 says and tries again", async () => {
    const script = inTurn("/x", [{ status: 429, headers: { "retry-after": "1" } }, { text: "later" }]);
    const connection = await connected(await double(script));
    const begun = performance.now();
    expect(await connection.get("/x", { signal: soon() })).toMatchObject({ ok: true, value: "later" });
    expect(performance.now() - begun).toBeGreaterThan(900);
  });

  test("reports a 503 that stays", async () => {
    const body = status(503, "ServiceUnavailable", "the server is currently unable to handle the request");
    const script = inTurn("/x", [{ status: 503, json: body, headers: { "retry-after": "0" } }]);
    const connection = await connected(await double(script));
    const answer = await connection.get("/x", { signal: soon() });
    expect(answer).toMatchObject({ ok: false, refusal: { status: 503, reason: "ServiceUnavailable" } });
    expect(script.asked()).toBe(3);
  });

  test("does not wait for a 429 that asks for minutes", async () => {
    const script = inTurn("/x", [{ status: 429, headers: { "retry-after": "600" } }]);
    const connection = await connected(await double(script));
    const answer = await connection.get("/x", { signal: soon() });
    expect(answer).toMatchObject({ ok: false, refusal: { status: 429, retryAfterMs: 600_000 } });
  });

  test("tells a refusal's reason, message and causes", async () => {
    const body = status(403, "Forbidden", 'pods is forbidden: User "ada" cannot list', {
      details: { causes: [{ reason: "QuotaExceeded", message: "pods=1", field: "spec" }] },
    });
    const connection = await connected(
      await double({ handle: ({ path }) => (path === "/x" ? { status: 403, json: body } : undefined) }),
    );
    expect(await connection.get("/x", { signal: soon() })).toEqual({
      ok: false,
      refusal: {
        status: 403,
        reason: "Forbidden",
        message: 'pods is forbidden: User "ada" cannot list',
        causes: [{ reason: "QuotaExceeded", message: "pods=1", field: "spec" }],
        retryAfterMs: null,
      },
    });
  });

  test("makes one line of a refusal that is no Status", async () => {
    const page = { status: 502, text: "<html><h1>Bad\nGateway</h1></html>" };
    const connection = await connected(await double({ handle: ({ path }) => (path === "/x" ? page : undefined) }));
    const answer = await connection.get("/x", { signal: soon() });
    expect(answer).toMatchObject({ ok: false, refusal: { status: 502, message: "HTTP 502: Bad Gateway" } });
  });

  test("reads compressed answers", async () => {
    const text = "x".repeat(100_000);
    const connection = await connected(
      await double({ handle: ({ path }) => (path === "/x" ? { text, gzip: true } : undefined) }),
    );
    expect(await connection.get("/x", { signal: soon() })).toMatchObject({ ok: true, value: text });
  });

  test("collects the texts of Warning headers", async () => {
    const headers = {
      warning: ['299 - "would violate PodSecurity \\"restricted:latest\\""', '299 - "v1beta1 is deprecated"'],
    };
    const connection = await connected(
      await double({ handle: ({ path }) => (path === "/x" ? { headers } : undefined) }),
    );
    const answer = await connection.get("/x", { signal: soon() });
    expect(answer).toMatchObject({
      warnings: ['would violate PodSecurity "restricted:latest"', "v1beta1 is deprecated"],
    });
    expect([...connection.warnings]).toContain("v1beta1 is deprecated");
  });

  test("ends with the caller's own reason when the caller stops", async () => {
    const connection = await connected(
      await double({ handle: ({ path }) => (path === "/x" ? { delayMs: 5_000 } : undefined) }),
    );
    const stop = new AbortController();
    setTimeout(() => stop.abort(new Error("interrupted")), 50);
    await expect(connection.get("/x", { signal: stop.signal })).rejects.toThrow("interrupted");
  });
});

describe("writing", () => {
  test("create sends the object and returns what the server made of it", async () => {
    const server = await double({
      handle: ({ method, body }) =>
        method === "POST" ? { status: 201, json: { ...JSON.parse(body), made: true } } : undefined,
    });
    const connection = await connected(server);
    const answer = await connection.create("/api/v1/namespaces", { kind: "Namespace" }, { signal: soon() });
    expect(answer).toMatchObject({ ok: true, value: { kind: "Namespace", made: true } });
    expect(server.requests.at(-1)?.query.get("dryRun")).toBeNull();
  });

  test("a dry run is asked of the server", async () => {
    const server = await double({ handle: ({ method }) => (method === "POST" ? { status: 201 } : undefined) });
    const connection = await connected(server);
    await connection.create("/api/v1/namespaces", {}, { signal: soon(), dryRun: true });
    expect(server.requests.at(-1)?.query.get("dryRun")).toBe("All");
  });

  test("create is not repeated when the connection breaks", async () => {
    const script = inTurn("/api/v1/namespaces", [{ text: "0123", cutAfterBytes: 1 }]);
    const connection = await connected(await double(script));
    await expect(connection.create("/api/v1/namespaces", {}, { signal: soon() })).rejects.toBeInstanceOf(AccessError);
    expect(script.asked()).toBe(1);
  });

  test("create is repeated after a 429, which had no effect", async () => {
    const script = inTurn("/api/v1/pods", [{ status: 429, headers: { "retry-after": "0" } }, { status: 201 }]);
    const connection = await connected(await double(script));
    expect(await connection.create("/api/v1/pods", {}, { signal: soon() })).toMatchObject({ ok: true });
  });

  test("remove sends grace period, propagation and selector", async () => {
    const server = await double({ handle: ({ method }) => (method === "DELETE" ? {} : undefined) });
    const connection = await connected(server);
    await connection.remove("/api/v1/pods", {
      signal: soon(),
      gracePeriodSeconds: 0,
      propagationPolicy: "Background",
      labelSelector: "run=1,role=probe",
    });
    const sent = server.requests.at(-1);
    expect(sent?.query.get("labelSelector")).toBe("run=1,role=probe");
    expect(JSON.parse(sent?.body ?? "")).toMatchObject({ gracePeriodSeconds: 0, propagationPolicy: "Background" });
  });

  test("remove reports what is not there as a refusal", async () => {
    const connection = await connected(await double());
    const answer = await connection.remove("/api/v1/namespaces/gone", { signal: soon() });
    expect(answer).toMatchObject({ ok: false, refusal: { status: 404, reason: "NotFound" } });
  });

  test("patch sends a merge patch", async () => {
    const server = await double({ handle: ({ method }) => (method === "PATCH" ? {} : undefined) });
    const connection = await connected(server);
    await connection.patch("/api/v1/namespaces/x", { metadata: { labels: { a: "b" } } }, { signal: soon() });
    expect(server.requests.at(-1)?.headers["content-type"]).toBe("application/merge-patch+json");
  });
});

describe("access review", () => {
  const review = (reply: Reply) => double({ handle: ({ method }) => (method === "POST" ? reply : undefined) });

  test.each([true, false])("says whether something is allowed: %s", async (allowed) => {
    const server = await review({ status: 201, json: { status: { allowed } } });
    const connection = await connected(server);
    const answer = await connection.accessReview(
      { verb: "create", resource: "pods", subresource: "exec" },
      { signal: soon() },
    );
    expect(answer).toEqual({ known: true, value: allowed });
    expect(JSON.parse(server.requests.at(-1)?.body ?? "")).toMatchObject({
      spec: { resourceAttributes: { verb: "create", resource: "pods", subresource: "exec" } },
    });
  });

  test("is unknown where the server refuses to say", async () => {
    const connection = await connected(await review({ status: 403, json: status(403, "Forbidden", "no") }));
    const answer = await connection.accessReview({ verb: "list", resource: "pods" }, { signal: soon() });
    expect(answer).toEqual({ known: false, reason: "forbidden", detail: "no" });
  });

  test("is unknown where the answer has no status", async () => {
    const connection = await connected(await review({ status: 201, json: {} }));
    expect(await connection.accessReview({ verb: "list", resource: "pods" }, { signal: soon() })).toMatchObject({
      known: false,
      reason: "unparsable",
    });
  });
});
