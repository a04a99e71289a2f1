import { describe, expect, onTestFinished, test } from "vitest";
import { connect } from "../../src/collect/api/connection.ts";
import { accessErrorOf as errorOf } from "../support/api-double/access-error-of.ts";
import { connected, double, NOWHERE, soon } from "../support/api-double/connected.ts";
import { kubeconfigText, temporaryDirectory } from "../support/api-double/kubeconfig.ts";

describe("a connection that cannot be had", () => {
  test("a refused port is unreachable", async () => {
    const server = await double();
    await server.close();
    const error = await errorOf(connected(server));
    expect(error.kind).toBe("unreachable");
    expect(error.message).toContain(server.url);
  });

  test("a host name that does not resolve is unreachable, with a hint at DNS", async () => {
    const error = await errorOf(
      connect({ server: "https://api.invalid:6443" }, { surroundings: NOWHERE, signal: soon() }),
    );
    expect(error.kind).toBe("unreachable");
    expect(error.hint).toContain("DNS");
  });

  test("wrong credentials are unauthorized", async () => {
    const server = await double({ tokens: new Set(["another"]) });
    const error = await errorOf(connected(server));
    expect(error).toMatchObject({ kind: "unauthorized" });
    expect(server.requests).toHaveLength(2);
  });

  test("a server that does not answer has timed out", async () => {
    const server = await double({ handle: () => ({ delayMs: 5_000 }) });
    const error = await errorOf(connected(server, {}, { requestTimeoutMs: 150 }));
    expect(error.kind).toBe("timed-out");
  });

  test("the caller's own time limit is a time-out too", async () => {
    const server = await double({ handle: () => ({ delayMs: 5_000 }) });
    const error = await errorOf(
      connect(
        { server: server.url, insecureSkipTlsVerify: true },
        { surroundings: NOWHERE, signal: AbortSignal.timeout(150) },
      ),
    );
    expect(error.kind).toBe("timed-out");
  });

  test("plain http on an https address is a matter of TLS", async () => {
    const server = await double({ plain: true });
    const error = await errorOf(
      connect(
        { server: server.url.replace("http:", "https:"), insecureSkipTlsVerify: true },
        { surroundings: NOWHERE, signal: soon() },
      ),
    );
    expect(error.kind).toBe("tls");
  });

  test("a login page is no API server", async () => {
    const server = await double({ handle: () => ({ text: "<html><body>Sign in</body></html>" }) });
    const error = await errorOf(connected(server));
    expect(error.kind).toBe("bad-answer");
    expect(error.message).toContain("Sign in");
  });

  test("a missing certificate file is named", async () => {
    const server = await double();
    const error = await errorOf(
      connected(server, {
        user: { "client-certificate": "/nonexistent/ada.pem", "client-key": "/nonexistent/ada.key" },
      }),
    );
    expect(error).toMatchObject({ kind: "bad-kubeconfig" });
    expect(error.message).toContain("/nonexistent/ada.pem");
  });

  test("no message ever holds a token", async () => {
    const server = await double({ tokens: new Set() });
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    const kubeconfig = directory.write("c", kubeconfigText({ server: server.url, user: { token: "hush-hush" } }));
    const error = await errorOf(connect({ kubeconfig }, { surroundings: NOWHERE, signal: soon() }));
    expect(`${error.message} ${error.hint} ${error.stack}`).not.toContain("hush-hush");
  });
});
