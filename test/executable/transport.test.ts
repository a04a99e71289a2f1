/** The way to the API server, over every form in which the program ships: runtimes differ in TLS, HTTP and WebSockets. */
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readBundle } from "../../src/bundle/read.ts";
import { type ClusterDouble, type ClusterScript, clusterDouble } from "../support/api-double/cluster-double.ts";
import { type ExecScript, type ExecStep, exit, stderr, stdout } from "../support/api-double/exec-channel.ts";
import { kubeconfigText, temporaryDirectory } from "../support/api-double/kubeconfig.ts";
import { rbac } from "../support/api-double/refusals.ts";
import { certificate, certificatePath, type SeenRequest } from "../support/api-double/server.ts";
import { type Ended, programs, runProgram } from "./programs.ts";

const LIMIT_MS = 60_000;
const data = (file: string): string => Buffer.from(certificate(file)).toString("base64");

interface Setting {
  readonly cluster?: object;
  readonly user?: object;
  readonly argv?: readonly string[];
}
const https = (script: Partial<ClusterScript> = {}): Promise<ClusterDouble> =>
  clusterDouble({ nodes: ["node1"], plain: false, ...script });

describe.each(programs)("$name", (program) => {
  const { absent } = program;

  /** `check` against a cluster, by default reading the API only; the report is JSON. */
  async function check(server: string, { cluster, user, argv = ["--api-only"] }: Setting = {}): Promise<Ended> {
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    const parts = { server, ...(cluster ? { cluster } : {}), ...(user ? { user } : {}) };
    const kubeconfig = directory.write("config", kubeconfigText(parts));
    return runProgram(program, ["check", "-o", "json", "--kubeconfig", kubeconfig, ...argv], directory.path);
  }
  const reads = ({ exitCode, stdout: text, stderr: errors }: Ended): void => {
    expect([exitCode, errors]).toEqual([0, ""]);
    expect(JSON.parse(text)).toMatchObject({ kind: "Report", cluster: { nodes: ["node1"] } });
  };
  const isRefused = ({ exitCode, stdout: text, stderr: errors }: Ended): void => {
    expect([exitCode, text]).toEqual([3, ""]);
    expect(errors).toMatch(/^error: no trusted TLS connection to https:\/\/127\.0\.0\.1:\d+: /);
  };
  /** What the report says about node1, of which a whole run read what `exec` gave. */
  async function node1(exec: (request: SeenRequest) => ExecScript): Promise<readonly string[]> {
    const cluster = await https({ exec });
    const { stdout: text } = await check(cluster.url, { argv: ["--no-egress"] });
    expect([...cluster.namespaces.keys()]).toEqual([]);
    const { incomplete }: { incomplete: { what: string; reason: string }[] } = JSON.parse(text);
    return incomplete.filter(({ what }) => what.includes("node1")).map(({ reason }) => reason);
  }
  /** A test that says why where the program is absent. */
  const on = (name: string, run: () => Promise<void>): void =>
    test(name, { timeout: LIMIT_MS }, async ({ skip }) => {
      skip(absent !== null, absent ?? "");
      await run();
    });

  on("reads through a private CA", async () => {
    reads(await check((await https()).url));
  });

  on("refuses a server that another CA signed, and one that no CA of its own is given for", async () => {
    const { url } = await https();
    isRefused(await check(url, { cluster: { "certificate-authority-data": data("other-ca.pem") } }));
    isRefused(await check(url, { cluster: { "certificate-authority-data": "" } }));
  });

  on("reads without any CA only where it is told not to verify", async () => {
    const cluster = { "certificate-authority-data": "", "insecure-skip-tls-verify": true };
    reads(await check((await https()).url, { cluster }));
  });

  on("shows its client certificate, inline and from files", async () => {
    const cluster = await https();
    const inline = {
      "client-certificate-data": data("client.pem"),
      "client-key-data": data("client.key"),
    };
    const files = { "client-certificate": certificatePath("client.pem"), "client-key": certificatePath("client.key") };
    for (const user of [inline, files]) reads(await check(cluster.url, { user }));
    expect(new Set(cluster.requests.map(({ certificate: name }) => name))).toEqual(new Set(["ada"]));
  });

  on("checks the certificate against tls-server-name", async () => {
    const { url } = await https();
    reads(await check(url, { cluster: { "tls-server-name": "kubernetes.example" } }));
    isRefused(await check(url, { cluster: { "tls-server-name": "another.example" } }));
  });

  on("tells the exit code and the words of a command that failed", async () => {
    expect(await node1(() => ({ steps: [stderr("sh: nsenter: not found\n"), exit(127)] }))).toEqual([
      expect.stringMatching(/exit code 127: sh: nsenter: not found/),
    ]);
  });

  on("reads on when the server closes one channel of a command before the others", async () => {
    const half: readonly ExecStep[] = [{ raw: Buffer.from([255, 2]) }, { raw: Buffer.from([255, 1]) }];
    expect(await node1(() => ({ steps: [...half, stderr("after"), exit(9)] }))).toEqual([
      expect.stringMatching(/exit code 9: after/),
    ]);
  });

  on("says that the connection was cut while a command ran", async () => {
    expect(await node1(() => ({ steps: [stdout("partial"), { die: true }] }))).toEqual([
      expect.stringContaining("the connection closed before the command's status arrived; 7 bytes had arrived"),
    ]);
  });

  on("shows why the server refused a command", async () => {
    const { json: body } = rbac("create", "pods/exec");
    expect(await node1(() => ({ refuse: { status: 403, body } }))).toEqual([
      expect.stringContaining('User "ada" cannot create resource "pods/exec"'),
    ]);
  });

  on("shows why the server refused a list", async () => {
    const cluster = await https({ answer: ({ path }) => (path === "/api/v1/pods" ? rbac("list", "pods") : undefined) });
    const { exitCode, stdout: text } = await check(cluster.url);
    expect(exitCode).toBe(4);
    expect(text).toContain('User \\"ada\\" cannot list resource \\"pods\\"');
  });

  on("asks again when the connection is cut in the middle of a list", async () => {
    let cut = 0;
    const cluster = await https({
      answer: ({ path }) =>
        path === "/api/v1/pods" && cut++ === 0 ? { text: "x".repeat(4096), cutAfterBytes: 100 } : undefined,
    });
    reads(await check(cluster.url));
    expect(cut).toBe(2);
  });

  on("takes 20 MB of a command's output, whole", async () => {
    const text = "0123456789abcde\n".repeat((20 * 1024 * 1024) / 16);
    const cluster = await https({ sections: (name) => (name === "node" ? [{ name: "sysctl", text }] : []) });
    const directory = temporaryDirectory();
    onTestFinished(() => directory.remove());
    const file = join(directory.path, "bundle.tar.gz");
    await check(cluster.url, { argv: ["--no-egress", "--save", file] });
    const bundle = await readBundle(file);
    const sysctl = bundle.known ? bundle.value.captures.get("node/node1/sysctl")?.result : bundle;
    const arrived = sysctl?.known ? sysctl.value : String(sysctl?.detail);
    expect(arrived.length).toBe(text.length);
    expect(arrived === text).toBe(true);
  });
});
