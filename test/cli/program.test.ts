import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { describe, expect, test } from "vitest";
import { explain } from "../../src/engine/explain.ts";
import { archiveOf } from "../bundle/support.ts";
import { clusterDouble } from "../support/api-double/cluster-double.ts";
import { double } from "../support/api-double/connected.ts";
import { rbac } from "../support/api-double/refusals.ts";
import { type Ended, home, looksLikeAStack, run, start, startAgainst } from "./program.ts";

/** At most an error line, a hint and "See --help.", and no word of the program's inside. */
function endsShortly({ exitCode, stdout, stderr }: Ended, code: number): void {
  expect([exitCode, stdout]).toEqual([code, ""]);
  expect(stderr.length, stderr.join("\n")).toBeGreaterThan(0);
  expect(stderr.length, stderr.join("\n")).toBeLessThanOrEqual(2);
  expect(stderr[0]).toMatch(/^error: /);
  expect(looksLikeAStack(stderr.join("\n"))).toBe(false);
}

describe.concurrent("a wrong command line ends with 2 and says what is wrong", () => {
  test.for<readonly [argv: readonly string[], word: string]>([
    [["check", "--bogus"], "--bogus"],
    [["nonsense"], "nonsense"],
    [["check", "--timeout", "soon"], "`--timeout`"],
    [["explain", "vxlan-port-blockd"], "did you mean `vxlan-port-blocked`"],
  ])("%j", async ([argv, word], { expect }) => {
    const ended = await run(...argv);
    endsShortly(ended, 2);
    expect(ended.stderr[0]).toContain(word);
    expect(ended.stderr.at(-1)).toBe("See --help.");
  });
});

test("no finding is called like a member of every object", () => {
  for (const id of ["__proto__", "constructor", "toString"]) expect(explain(id)).toMatchObject({ known: false });
});

describe.concurrent("no access ends with 3 and says what would help", () => {
  test("without a kubeconfig", async () => {
    endsShortly(await run("check"), 3);
  });

  test("with a server that does not answer", async ({ expect }) => {
    const ended = await startAgainst("https://127.0.0.1:1", "check").ended;
    endsShortly(ended, 3);
    expect(ended.stderr[0]).toContain("https://127.0.0.1:1");
  });

  test("with a bundle that is not there, or is none", async ({ expect }) => {
    const file = home().write("notes.tar.gz", "this is no archive");
    const [absent, text] = await Promise.all([
      run("check", "--bundle", "absent.tar.gz"),
      run("cidr", "--bundle", file),
    ]);
    endsShortly(absent, 3);
    expect(absent.stderr[0]).toContain("absent.tar.gz");
    endsShortly(text, 3);
  });

  test("with a bundle that wants to write elsewhere or to act on the terminal", async ({ expect }) => {
    const directory = home();
    const file = join(directory.path, "evil.tar.gz");
    writeFileSync(file, await archiveOf([[{ name: "../../evil\u001b[2J" }, "x"]]));
    const ended = await run("check", "--bundle", file);
    endsShortly(ended, 3);
    expect(ended.stderr.join("")).not.toMatch(/\p{Cc}/u);
  });
});

test("an account without any right gets a report, with what would unlock the rest, and 4", async () => {
  const server = await double({
    handle: ({ method, path }) =>
      path === "/version" ? undefined : rbac(method === "GET" ? "list" : "create", path.split("/").at(-1) ?? ""),
  });
  const { exitCode, stdout, stderr } = await startAgainst(server.url, "check").ended;
  expect(exitCode).toBe(4);
  expect(stdout).toContain("kubectl netdoctor rbac");
  expect(stdout).toContain('User "ada" cannot list resource "nodes"');
  expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  expect(stderr).toEqual([]);
  expect(looksLikeAStack(stdout)).toBe(false);
});

test("-o json writes one JSON document to stdout, and nothing is created with --api-only", async () => {
  const cluster = await clusterDouble({ nodes: ["node1"] });
  const { stdout, stderr } = await startAgainst(cluster.url, "check", "--api-only", "-o", "json").ended;
  expect(JSON.parse(stdout)).toMatchObject({ kind: "Report", cluster: { nodes: ["node1"] } });
  expect(stderr).toEqual([]);
  expect(cluster.changes()).toEqual([]);
});

test("check --dry-run prints every object and creates none", async () => {
  const cluster = await clusterDouble({ nodes: ["node1"] });
  const { exitCode, stdout } = await startAgainst(cluster.url, "check", "--dry-run").ended;
  expect(exitCode).toBe(0);
  const kinds = ["Namespace", "Service", "Service", "Pod", "Pod"].map((kind) => ({ kind }));
  expect(JSON.parse(stdout)).toMatchObject({ kind: "List", items: kinds });
  expect(cluster.changes()).toEqual([]);
});

test("Ctrl-C deletes what was created and ends with 130", async () => {
  let press = (): void => undefined;
  const cluster = await clusterDouble({
    nodes: ["node1"],
    podStatus: () => ({ phase: "Pending" }),
    answer: ({ method, path }) => {
      if (method === "GET" && path.endsWith("/pods") && path.includes("netdoctor-")) press();
      return undefined;
    },
  });
  const started = startAgainst(cluster.url, "check");
  press = () => {
    press = () => undefined;
    started.process.kill("SIGINT");
  };
  const { exitCode, stdout, stderr } = await started.ended;
  expect([exitCode, stdout]).toEqual([130, ""]);
  expect(stderr.at(-1)).toBe("interrupted");
  expect(cluster.changes()).toContain("DELETE /api/v1/namespaces/RUN");
  expect([...cluster.namespaces.keys()]).toEqual([]);
});

test("a server that goes away before the cleanup is no crash: the report stands and says what may be left", async () => {
  const cluster = await clusterDouble({
    nodes: ["node1"],
    answer: ({ method }, self) => {
      if (method === "DELETE") void self.close();
      return undefined;
    },
  });
  const { stdout, stderr } = await startAgainst(cluster.url, "check").ended;
  expect(stdout).not.toBe("");
  expect(stderr.join("\n")).toMatch(/left in the cluster: Namespace netdoctor-\w+: .*127\.0\.0\.1/);
  expect(looksLikeAStack(stderr.join("\n"))).toBe(false);
});

test("rbac prints a ClusterRole that every YAML reader takes, and the lesser mode asks for less", async () => {
  const [full, reading] = await Promise.all([run("rbac"), run("rbac", "--mode", "api-only")]);
  expect([full.exitCode, reading.exitCode]).toEqual([0, 0]);
  expect(full.stdout).not.toMatch(/[&*]ref_/);
  expect(load(full.stdout)).toMatchObject({
    kind: "ClusterRole",
    apiVersion: "rbac.authorization.k8s.io/v1",
    rules: expect.arrayContaining([{ apiGroups: [""], resources: ["pods/exec"], verbs: ["get", "create"] }]),
  });
  expect(reading.stdout).not.toMatch(/secrets|create|delete|watch|update|patch/);
  expect(full.stdout).not.toMatch(/secrets|update|patch|escalate|impersonate/);
});

test("the help of every command fits a terminal of 80 columns", async () => {
  const commands = ["check", "cidr", "cni", "dns", "collect", "explain", "cleanup", "rbac", "version"];
  const directory = home();
  const helps = [[], ...commands.map((command) => [command])].map((command) => [...command, "--help"]);
  for (const { exitCode, stdout, stderr } of await Promise.all(
    helps.map((argv) => start(argv, directory.path).ended),
  )) {
    expect([exitCode, stderr]).toEqual([0, []]);
    expect(stdout).toContain("$ kubectl netdoctor");
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(looksLikeAStack(stdout)).toBe(false);
  }
});
