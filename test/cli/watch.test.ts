import { expect, test } from "vitest";
import { UsageError } from "../../src/cli/errors.ts";
import { watchPauseMs } from "../../src/cli/watch-argument.ts";
import { refuseUnwatchable } from "../../src/cli/watch-command.ts";
import { clusterDouble } from "../support/api-double/cluster-double.ts";
import { buildProgram, startAgainst } from "./program.ts";

buildProgram();

const apiService = (name: string, port: number) => ({
  metadata: { name, namespace: "shop" },
  spec: {
    type: "ClusterIP",
    clusterIP: "10.96.0.7",
    clusterIPs: ["10.96.0.7"],
    selector: { app: name },
    ports: [{ port }],
  },
});

test("--watch shows the report once and then what changes, leaves nothing, and ends with Ctrl-C", async () => {
  let broken = false;
  let runs = 0;
  const cluster = await clusterDouble({
    nodes: ["node1"],
    answer: ({ method, path }) => {
      if (method === "GET" && path === "/api/v1/services") {
        runs++;
        if (runs === 2) broken = true;
        if (runs === 3) broken = false;
        if (runs === 4) started.process.kill("SIGINT");
        return { json: { metadata: {}, items: broken ? [apiService("crat", 80)] : [] } };
      }
      return undefined;
    },
  });
  const started = startAgainst(cluster.url, "check", "--api-only", "--watch=200ms");
  const { exitCode, stdout, stderr } = await started.ended;
  expect([exitCode, stderr.at(-1)]).toEqual([130, "interrupted"]);
  expect(stdout.match(/checked {2}/g)).toHaveLength(1);
  expect(stdout).toContain("service-selecting-no-pods   Service shop/crat");
  expect(stdout).toContain("✓ gone   service-selecting-no-pods   Service shop/crat");
  expect(cluster.changes()).toEqual([]);
}, 120_000);

test("each run of --watch deletes its namespace, the interrupted one too", async () => {
  let listed = 0;
  const cluster = await clusterDouble({
    nodes: ["node1"],
    answer: ({ method, path }) => {
      if (method === "GET" && path === "/api/v1/nodes") listed++;
      // Nodes are listed twice a run: for the report, and for the Pods.
      if (listed === 4 && method === "POST" && path.endsWith("/pods")) started.process.kill("SIGINT");
      return undefined;
    },
  });
  const started = startAgainst(cluster.url, "check", "--watch=100ms", "-o", "json", "--quiet");
  const { exitCode, stdout } = await started.ended;
  expect(exitCode).toBe(130);
  expect(JSON.parse(stdout)).toMatchObject({ kind: "Report" });
  expect([...cluster.namespaces.keys()]).toEqual([]);
}, 120_000);

test("what cannot be watched is refused", () => {
  const stdout = (format: "html" | "table" | "yaml") => [{ format, file: null }];
  expect(() => refuseUnwatchable({ bundle: "x.tar.gz" }, stdout("table"))).toThrow(UsageError);
  expect(() => refuseUnwatchable({}, stdout("html"))).toThrow("-o html=FILE");
  expect(() => refuseUnwatchable({}, [...stdout("yaml"), { format: "html", file: "r.html" }])).not.toThrow();
  expect(() => watchPauseMs("soon")).toThrow("`--watch` to be a duration");
});
