import { readFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { connect } from "../../src/collect/api/connection.ts";
import { accessErrorOf as errorOf } from "../support/api-double/access-error-of.ts";
import { connected, double, NOWHERE, soon } from "../support/api-double/connected.ts";
import { kubeconfigText, temporaryDirectory } from "../support/api-double/kubeconfig.ts";
import { certificate } from "../support/api-double/server.ts";

const V1 = "client.authentication.k8s.io/v1";

/** A plugin that writes what it was told to a log and prints a credential; `status` is JavaScript. */
function plugin(status: string, more: object = {}) {
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  const log = directory.write("log", "");
  const program = `
    const fs = require("fs");
    fs.appendFileSync(${JSON.stringify(log)}, process.env.KUBERNETES_EXEC_INFO + "\\n");
    console.log(JSON.stringify({kind: "ExecCredential", apiVersion: "${V1}", status: ${status}}));`;
  return {
    directory,
    exec: { apiVersion: V1, interactiveMode: "Never", command: process.execPath, args: ["-e", program], ...more },
    /** What it was told at each start. */
    starts: () =>
      readFileSync(log, "utf8")
        .trim()
        .split("\n")
        .map((line): unknown => JSON.parse(line)),
  };
}
const script = (program: string, more: object = {}) => ({
  apiVersion: V1,
  command: process.execPath,
  args: ["-e", program],
  ...more,
});

describe("a credential plugin", () => {
  test("is started once for many requests and told the API version and the cluster", async () => {
    const server = await double({ tokens: new Set(["plugged"]) });
    const { exec, starts, directory } = plugin('{token: "plugged"}', { provideClusterInfo: true });
    const cluster = {
      "certificate-authority-data": "",
      "certificate-authority": directory.write("ca.pem", certificate("ca.pem")),
      "tls-server-name": "kubernetes.example",
      extensions: [
        { name: "client.authentication.k8s.io/exec", extension: { audience: "x" } },
        { name: "other", extension: 1 },
      ],
    };
    const connection = await connected(server, { cluster, user: { exec } });
    await Promise.all([1, 2, 3, 4].map(() => connection.get("/version", { signal: soon() })));
    expect(starts()).toEqual([
      {
        apiVersion: V1,
        kind: "ExecCredential",
        spec: {
          interactive: false,
          cluster: {
            server: server.url,
            "tls-server-name": "kubernetes.example",
            "certificate-authority-data": Buffer.from(certificate("ca.pem")).toString("base64"),
            config: { audience: "x" },
          },
        },
      },
    ]);
  });

  test("is told nothing of the cluster unless it asks, and is given the environment with its own entries", async () => {
    const server = await double({ tokens: new Set(["own inherited"]) });
    const { exec, starts } = plugin("{token: process.env.OWN + ' ' + process.env.INHERITED}", {
      env: [{ name: "OWN", value: "own" }],
    });
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    const kubeconfig = directory.write("c", kubeconfigText({ server: server.url, user: { exec } }));
    const surroundings = { ...NOWHERE, env: { INHERITED: "inherited" } };
    const connection = await connect({ kubeconfig }, { surroundings, signal: soon() });
    onTestFinished(() => connection.close());
    expect(starts()).toEqual([{ apiVersion: V1, kind: "ExecCredential", spec: { interactive: false } }]);
  });

  test("is started again when its credential has expired, once for all who need it", async () => {
    const server = await double({ tokens: new Set(["plugged"]) });
    const { exec, starts } = plugin(
      '{token: "plugged", expirationTimestamp: new Date(Date.now() + 1500).toISOString()}',
    );
    const connection = await connected(server, { user: { exec } });
    await new Promise((settle) => setTimeout(settle, 1600));
    await Promise.all([1, 2, 3, 4].map(() => connection.get("/version", { signal: soon() })));
    expect(starts().length).toBeGreaterThanOrEqual(2);
    expect(starts().length).toBeLessThanOrEqual(3);
  });

  test("is started again after a 401, once for all who met it", async () => {
    const tokens = new Set(["first"]);
    const server = await double({ tokens });
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    const token = directory.write("token", "first");
    const { exec, starts } = plugin(`{token: fs.readFileSync(${JSON.stringify(token)}, "utf8")}`);
    const connection = await connected(server, { user: { exec } });
    directory.write("token", "second");
    tokens.clear();
    tokens.add("second");
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => connection.get("/version", { signal: soon() })));
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true, true]);
    expect(starts()).toHaveLength(2);
  });

  test("may give a client certificate instead of a token", async () => {
    const server = await double({ tokens: new Set() });
    const status = { clientCertificateData: certificate("client.pem"), clientKeyData: certificate("client.key") };
    await connected(server, { user: { exec: plugin(JSON.stringify(status)).exec } });
    expect(server.requests[0]).toMatchObject({ certificate: "ada" });
    expect(server.requests[0]?.headers.authorization).toBeUndefined();
  });

  test("is not started where the user has a token", async () => {
    const server = await double({ tokens: new Set(["letmein"]) });
    await connected(server, { user: { token: "letmein", exec: { apiVersion: V1, command: "no-such-plugin" } } });
    expect(server.requests).toHaveLength(1);
  });

  test("that hangs ends with the caller's patience", async () => {
    const server = await double();
    const exec = script("setTimeout(() => undefined, 60000)");
    const begun = performance.now();
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    const kubeconfig = directory.write("c", kubeconfigText({ server: server.url, user: { exec } }));
    const attempt = connect({ kubeconfig }, { surroundings: NOWHERE, signal: AbortSignal.timeout(200) });
    await expect(attempt).rejects.toMatchObject({ kind: "timed-out" });
    expect(performance.now() - begun).toBeLessThan(30_000);
  });

  test.each([
    [
      "that is missing shows its install hint, in one line",
      { apiVersion: V1, command: "no-such-plugin-of-ours", installHint: "\u001b[1mInstall it\n\nfrom the intranet.\n" },
      /`no-such-plugin-of-ours` of the kubeconfig is not installed/,
      /^ ?\[1mInstall it from the intranet\.$/,
    ],
    [
      "that fails shows its last line",
      script('console.error("a\\nsession expired"); process.exit(1)'),
      /session expired/,
      /log in/,
    ],
    ["that prints something else", script('console.log("hello")'), /printed no ExecCredential/, /by hand/],
    [
      "that gives nothing",
      script(`console.log(JSON.stringify({apiVersion: "${V1}", status: {}}))`),
      /neither a token nor a certificate/,
      /Log in/,
    ],
    [
      "that answers in another version",
      script('console.log(JSON.stringify({apiVersion: "client.authentication.k8s.io/v1beta1", status: {token: "t"}}))'),
      /answered in version `client.authentication.k8s.io\/v1beta1`/,
      /Update/,
    ],
    [
      "of a version that Kubernetes has removed",
      { apiVersion: "client.authentication.k8s.io/v1alpha1", command: "x" },
      /v1alpha1/,
      /client.authentication.k8s.io\/v1/,
    ],
    ["that must ask, without a terminal", script("", { interactiveMode: "Always" }), /no terminal/, /from a terminal/],
  ])("%s", async (_, exec, message, hint) => {
    const server = await double();
    const error = await errorOf(connected(server, { user: { exec } }));
    expect(error.kind).toBe("unauthorized");
    expect(error.message).toMatch(message);
    expect(error.hint).toMatch(hint);
    expect(server.requests).toEqual([]);
  });
});
