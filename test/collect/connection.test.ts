import { describe, expect, onTestFinished, test, vi } from "vitest";
import { connect } from "../../src/collect/api/connection.ts";
import { accessErrorOf as errorOf } from "../support/api-double/access-error-of.ts";
import { connected, double, NOWHERE, soon } from "../support/api-double/connected.ts";
import { temporaryDirectory } from "../support/api-double/kubeconfig.ts";
import { certificate, certificatePath } from "../support/api-double/server.ts";

const base64 = (name: string) => Buffer.from(certificate(name)).toString("base64");
const otherCa = { "certificate-authority-data": base64("other-ca.pem") };

function repeated(rawHeaders: readonly string[], name: string): readonly string[] {
  return rawHeaders.filter((_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name);
}

describe("who we are", () => {
  test("a token is sent as a bearer token", async () => {
    const server = await double({ tokens: new Set(["letmein"]) });
    await connected(server);
    expect(server.requests[0]?.headers.authorization).toBe("Bearer letmein");
  });

  test("a client certificate is shown to the server", async () => {
    const server = await double({ tokens: new Set() });
    const user = { "client-certificate-data": base64("client.pem"), "client-key-data": base64("client.key") };
    await connected(server, { user });
    expect(server.requests[0]?.certificate).toBe("ada");
  });

  test("a client certificate may be given by flags as files", async () => {
    const server = await double({ tokens: new Set() });
    await connected(
      server,
      { user: {} },
      {
        clientCertificate: certificatePath("client.pem"),
        clientKey: certificatePath("client.key"),
      },
    );
    expect(server.requests[0]?.certificate).toBe("ada");
  });

  test("a token file is read without its newline", async () => {
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    const server = await double({ tokens: new Set(["from-file"]) });
    await connected(server, { user: { tokenFile: directory.write("token", "from-file\n") } });
    expect(server.requests[0]?.headers.authorization).toBe("Bearer from-file");
  });

  test("a token file is read again after a minute, and a token beside it counts where it cannot be read", async () => {
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    const server = await double({ handle: ({ path }) => (path === "/x" ? { text: "x" } : undefined) });
    const tokenFile = directory.write("token", "one");
    const connection = await connected(server, { user: { tokenFile } });
    directory.write("token", "two");
    await connection.get("/x", { signal: soon() });
    vi.useFakeTimers({ now: Date.now() + 61_000, toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    await connection.get("/x", { signal: soon() });
    await connected(server, { user: { tokenFile: "/nonexistent/token", token: "beside" } });
    const sent = server.requests.map(({ headers }) => headers.authorization);
    expect(sent).toEqual(["Bearer one", "Bearer one", "Bearer two", "Bearer beside"]);
  });

  test("a token given by flag sets the user's other ways aside", async () => {
    const server = await double({ tokens: new Set(["flag"]) });
    for (const user of [
      { tokenFile: "/nonexistent" },
      { username: "a", password: "b" },
      { exec: { command: "none" } },
    ]) {
      await connected(server, { user }, { token: "flag" });
    }
    expect(server.requests).toHaveLength(3);
  });

  test("an OIDC token is used until it expires, and then kubectl is asked to renew it", async () => {
    const server = await double();
    const token = (exp: number) => `x.${Buffer.from(JSON.stringify({ exp })).toString("base64url")}.y`;
    const later = token(Date.now() / 1000 + 600);
    const user = (id: string) => ({ "auth-provider": { name: "oidc", config: { "id-token": id } } });
    await connected(server, { user: user(later) });
    expect(server.requests[0]?.headers.authorization).toBe(`Bearer ${later}`);
    const error = await errorOf(connected(server, { user: user(token(1)) }));
    expect(error).toMatchObject({ kind: "unauthorized", hint: expect.stringContaining("kubectl get --raw /version") });
    expect(server.requests).toHaveLength(1);
  });

  test("basic credentials are sent", async () => {
    const server = await double();
    await connected(server, { user: { username: "ada", password: "secret" } });
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from("ada:secret").toString("base64")}`);
  });

  test("impersonation keeps each group apart", async () => {
    const server = await double();
    const user = { token: "t", "as-user-extra": { "example.org/team": ["net"] } };
    await connected(
      server,
      { user },
      { as: "bob", asGroups: ["ops", "dev"], asUid: "7", asUserExtra: [["scopes(1)", "a=b"]] },
    );
    const sent = server.requests[0];
    expect(sent?.headers["impersonate-user"]).toBe("bob");
    expect(sent?.headers["impersonate-uid"]).toBe("7");
    expect(repeated(sent?.rawHeaders ?? [], "impersonate-group")).toEqual(["ops", "dev"]);
    expect(sent?.headers["impersonate-extra-example.org%2fteam"]).toBe("net");
    expect(sent?.headers["impersonate-extra-scopes%281%29"]).toBe("a=b");
  });
});

describe("which server", () => {
  test("plain http is spoken, as kubectl proxy serves it, and carries who to act as but no credentials", async () => {
    const server = await double({ plain: true });
    const user = { exec: { command: "no-such-plugin-of-ours" }, token: "letmein" };
    const connection = await connected(server, { user }, { as: "bob" });
    expect(connection.server).toMatch(/^http:/);
    expect(server.requests[0]?.headers).toMatchObject({ "impersonate-user": "bob" });
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  test("a server without a scheme is spoken to in plain http", async () => {
    const server = await double({ plain: true });
    const connection = await connected(server, {}, { server: server.url.replace("http://", "") });
    expect(connection.server).toBe(server.url);
  });

  test("a server given by flag is not checked against the kubeconfig's tls-server-name", async () => {
    const server = await double();
    const cluster = { "tls-server-name": "another.example" };
    const connection = await connected(server, { cluster }, { server: server.url });
    expect(connection.server).toBe(server.url);
  });

  test("an authority given by flag ends what the kubeconfig says of not verifying", async () => {
    const server = await double();
    const cluster = { "certificate-authority-data": "", "insecure-skip-tls-verify": true };
    await connected(server, { cluster }, { certificateAuthority: certificatePath("ca.pem") });
    const error = await errorOf(
      connected(server, { cluster }, { certificateAuthority: certificatePath("other-ca.pem") }),
    );
    expect(error.kind).toBe("tls");
  });

  test("answers are not compressed where the flag or the kubeconfig says so", async () => {
    const server = await double();
    await connected(server);
    await connected(server, {}, { disableCompression: true });
    await connected(server, { cluster: { "disable-compression": true } });
    expect(server.requests.map(({ headers }) => headers["accept-encoding"])).toEqual(["gzip", "identity", "identity"]);
  });

  test("a server under a path keeps its path", async () => {
    const server = await double({
      handle: ({ path }) => (path === "/k8s/clusters/c-1/version" ? { json: {} } : undefined),
    });
    await connect(
      { server: `${server.url}/k8s/clusters/c-1/`, insecureSkipTlsVerify: true },
      { surroundings: NOWHERE, signal: soon() },
    ).then((connection) => connection.close());
    expect(server.requests[0]?.path).toBe("/k8s/clusters/c-1/version");
  });

  test("the certificate is checked against tls-server-name", async () => {
    const server = await double();
    const cluster = { "tls-server-name": "kubernetes.example" };
    const connection = await connected(server, { cluster });
    expect(connection.namespace).toBe("default");
    const error = await errorOf(connected(server, { cluster: { "tls-server-name": "another.example" } }));
    expect(error.kind).toBe("tls");
  });

  test("an untrusted certificate is accepted only when told so", async () => {
    const server = await double();
    const error = await errorOf(connected(server, { cluster: otherCa }));
    expect(error.kind).toBe("tls");
    expect(error.hint).toContain("certificate-authority");
    await connected(server, { cluster: otherCa }, { insecureSkipTlsVerify: true });
    expect(server.requests.map(({ path }) => path)).toEqual(["/version"]);
  });

  test("many requests share few connections", async () => {
    const server = await double();
    const connection = await connected(server);
    await Promise.all(Array.from({ length: 100 }, () => connection.get("/version", { signal: soon() })));
    expect(server.requests).toHaveLength(101);
    expect(server.connections()).toBeLessThanOrEqual(8);
  });
});
