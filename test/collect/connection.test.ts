import { readFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { connect } from "../../src/collect/api/connection.ts";
import { exec } from "../../src/collect/api/exec.ts";
import { accessErrorOf as errorOf } from "../support/api-double/access-error-of.ts";
import { connectProxy } from "../support/api-double/connect-proxy.ts";
import { connected, double, NOWHERE, soon } from "../support/api-double/connected.ts";
import { exit, stdout } from "../support/api-double/exec-channel.ts";
import { kubeconfigText, temporaryDirectory } from "../support/api-double/kubeconfig.ts";
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

  test("basic credentials are sent", async () => {
    const server = await double();
    await connected(server, { user: { username: "ada", password: "secret" } });
    expect(server.requests[0]?.headers.authorization).toBe(`Basic ${Buffer.from("ada:secret").toString("base64")}`);
  });

  test("impersonation keeps each group apart", async () => {
    const server = await double();
    const user = { token: "t", "as-user-extra": { "example.org/team": ["net"] } };
    await connected(server, { user }, { as: "bob", asGroups: ["ops", "dev"], asUid: "7" });
    const sent = server.requests[0];
    expect(sent?.headers["impersonate-user"]).toBe("bob");
    expect(sent?.headers["impersonate-uid"]).toBe("7");
    expect(repeated(sent?.rawHeaders ?? [], "impersonate-group")).toEqual(["ops", "dev"]);
    expect(sent?.headers["impersonate-extra-example.org%2fteam"]).toBe("net");
  });

  test("a credential plugin is run once for many requests and told the API version and cluster", async () => {
    const server = await double({ tokens: new Set(["plugged"]) });
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    const log = directory.write("log", "");
    const program = `
      require("fs").appendFileSync(${JSON.stringify(log)}, process.env.KUBERNETES_EXEC_INFO + "\\n");
      console.log(JSON.stringify({kind: "ExecCredential", status: {token: "plugged"}}))`;
    const exec = {
      apiVersion: "client.authentication.k8s.io/v1",
      command: process.execPath,
      args: ["-e", program],
      provideClusterInfo: true,
    };
    const connection = await connected(server, { user: { exec } });
    await Promise.all([1, 2, 3, 4].map(() => connection.get("/version", { signal: soon() })));
    const infos = readFileSync(log, "utf8").trim().split("\n");
    expect(infos).toHaveLength(1);
    expect(JSON.parse(infos[0] ?? "")).toMatchObject({
      apiVersion: "client.authentication.k8s.io/v1",
      spec: { interactive: false, cluster: { server: server.url } },
    });
  });

  test("a 401 renews the credentials once, for all who met it", async () => {
    const tokens = new Set(["first"]);
    const server = await double({ tokens });
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    const log = directory.write("log", "");
    const token = directory.write("token", "first");
    const program = `
      const fs = require("fs");
      fs.appendFileSync(${JSON.stringify(log)}, "run\\n");
      console.log(JSON.stringify({status: {token: fs.readFileSync(${JSON.stringify(token)}, "utf8")}}))`;
    const connection = await connected(server, {
      user: { exec: { command: process.execPath, args: ["-e", program] } },
    });
    directory.write("token", "second");
    tokens.clear();
    tokens.add("second");
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => connection.get("/version", { signal: soon() })));
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
    expect(readFileSync(log, "utf8")).toBe("run\nrun\n");
  });

  test("a credential plugin that hangs ends with the caller's patience", async () => {
    const server = await double();
    const exec = { command: process.execPath, args: ["-e", "setTimeout(() => undefined, 6000)"] };
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    const kubeconfig = directory.write("c", kubeconfigText({ server: server.url, user: { exec } }));
    const begun = performance.now();
    const attempt = connect({ kubeconfig }, { surroundings: NOWHERE, signal: AbortSignal.timeout(200) });
    await expect(attempt).rejects.toMatchObject({ kind: "timed-out" });
    expect(performance.now() - begun).toBeLessThan(5000);
  });
});

describe("which server", () => {
  test("plain http is spoken, as kubectl proxy serves it", async () => {
    const server = await double({ plain: true });
    const connection = await connected(server);
    expect(connection.server).toMatch(/^http:/);
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

  test("a proxy-url of the cluster is used for requests and for exec", async () => {
    const server = await double({ exec: () => ({ steps: [stdout("through"), exit(0)] }) });
    const proxy = await connectProxy();
    const connection = await connected(server, { cluster: { "proxy-url": proxy.url } });
    const target = { namespace: "shop", pod: "cart-0", container: "app", command: ["true"] };
    const output = await exec(connection, target, { signal: soon(), maxBytes: 100 });
    expect(output).toMatchObject({ value: { stdout: "through" } });
    const host = server.url.replace("https://", "");
    expect(proxy.asked).toEqual([host, host]);
  });

  test("many requests share few connections", async () => {
    const server = await double();
    const connection = await connected(server);
    await Promise.all(Array.from({ length: 100 }, () => connection.get("/version", { signal: soon() })));
    expect(server.requests).toHaveLength(101);
    expect(server.connections()).toBeLessThanOrEqual(8);
  });
});
