import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";
import { expect, test } from "vitest";
import { explain } from "../../src/engine/explain.ts";
import { archiveOf } from "../bundle/support.ts";
import { clusterDouble } from "../support/api-double/cluster-double.ts";
import { double } from "../support/api-double/connected.ts";
import { rbac } from "../support/api-double/refusals.ts";
import { buildProgram, type Ended, home, looksLikeAStack, run, startAgainst } from "./program.ts";

buildProgram();

/** At most an error line, a hint and "See --help.", and no word of the program's inside. */
function endsShortly({ exitCode, stdout, stderr }: Ended, code: number): void {
  expect([exitCode, stdout]).toEqual([code, ""]);
  expect(stderr.length, stderr.join("\n")).toBeGreaterThan(0);
  expect(stderr.length, stderr.join("\n")).toBeLessThanOrEqual(2);
  expect(stderr[0]).toMatch(/^error: /);
  expect(looksLikeAStack(stderr.join("\n"))).toBe(false);
}

test("a wrong command line ends with 2 and says what is wrong", async () => {
  const wrong: readonly (readonly [word: string, ...argv: readonly string[]])[] = [
    ["--bogus", "check", "--bogus"],
    ["nonsense", "nonsense"],
    ["did you mean `check`?", "chek"],
    ["did you mean `table`", "check", "-o", "tabel"],
    ["`--timeout`", "check", "--timeout", "soon"],
    ["did you mean `vxlan-port-blocked`", "explain", "vxlan-port-blockd"],
  ];
  await Promise.all(
    wrong.map(async ([word, ...argv]) => {
      const ended = await run(...argv);
      endsShortly(ended, 2);
      expect(ended.stderr[0]).toContain(word);
      expect(ended.stderr.at(-1)).toBe("See --help.");
    }),
  );
});

test("no finding is called like a member of every object", () => {
  for (const id of ["__proto__", "constructor", "toString"]) expect(explain(id)).toMatchObject({ known: false });
});

test("no kubeconfig, no server and a bundle that is none end with 3 and say what would help", async () => {
  const directory = home();
  const text = directory.write("notes.tar.gz", "this is no archive");
  const evil = join(directory.path, "evil.tar.gz");
  writeFileSync(evil, await archiveOf([[{ name: "../../evil\u001b[2J" }, "x"]]));
  const [bare, silent, ...bundles] = await Promise.all([
    run("check"),
    startAgainst("https://127.0.0.1:1", "check").ended,
    run("cidr", "--bundle", text),
    run("check", "--bundle", evil),
  ]);
  for (const ended of [bare, silent, ...bundles]) endsShortly(ended, 3);
  expect(bare.stderr.join(" ")).toContain("--kubeconfig");
  expect(silent.stderr[0]).toContain("https://127.0.0.1:1");
  expect(bundles.flatMap(({ stderr }) => stderr).join("")).not.toMatch(/\p{Cc}/u);
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

test("check --api-only and check --dry-run each write one JSON document to stdout, and create nothing", async () => {
  const cluster = await clusterDouble({ nodes: ["node1"] });
  const [read, planned] = await Promise.all([
    startAgainst(cluster.url, "check", "--api-only", "-o", "json").ended,
    startAgainst(cluster.url, "check", "--dry-run").ended,
  ]);
  expect(JSON.parse(read.stdout)).toMatchObject({ kind: "Report", cluster: { nodes: ["node1"] } });
  const kinds = ["Namespace", "ServiceAccount", "Service", "Service", "Pod", "Pod"].map((kind) => ({ kind }));
  expect(JSON.parse(planned.stdout)).toMatchObject({ kind: "List", items: kinds });
  expect([planned.exitCode, read.stderr, planned.stderr]).toEqual([0, [], []]);
  expect(cluster.changes()).toEqual([]);
});

test("trace --dry-run writes the Pods of the Nodes concerned, and creates nothing; of a bundle it is refused", async () => {
  const cluster = await clusterDouble({ nodes: ["node1", "node2"] });
  const [planned, refused] = await Promise.all([
    startAgainst(cluster.url, "trace", "node/node1", "192.0.2.1", "--dry-run").ended,
    startAgainst(cluster.url, "trace", "a", "b", "--dry-run", "--bundle", "none.tar.gz").ended,
  ]);
  expect(JSON.parse(planned.stdout)).toMatchObject({
    kind: "List",
    items: [{ kind: "Namespace" }, { kind: "ServiceAccount" }, { kind: "Pod", spec: { nodeName: "node1" } }],
  });
  expect([planned.exitCode, refused.exitCode, refused.stdout]).toEqual([0, 2, ""]);
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
