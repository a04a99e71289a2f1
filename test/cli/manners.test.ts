import { spawn } from "node:child_process";
import { join } from "node:path";
import { load } from "js-yaml";
import { expect, test } from "vitest";
import { clusterDouble } from "../support/api-double/cluster-double.ts";
import { buildProgram, home, looksLikeAStack, programFile, run, startAgainst } from "./program.ts";

const root = join(import.meta.dirname, "../..");
const example = join(root, "examples/vxlan-port-blocked.tar.gz");

buildProgram();

/** The program in a shell line, as a person pipes it. */
function piped(
  line: string,
  env: Readonly<Record<string, string>> = {},
): Promise<{ code: number | null; out: string; err: string }> {
  const cwd = home().path;
  const child = spawn("/bin/sh", ["-c", line], {
    cwd,
    env: {
      PATH: process.env.PATH,
      HOME: cwd,
      LC_ALL: "C.UTF-8",
      NODE: process.execPath,
      PROGRAM: programFile(),
      EXAMPLE: example,
      ...env,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let [out, err] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    err += text;
  });
  return new Promise((settle) => child.on("close", (code) => settle({ code, out, err })));
}

test("a reader that goes away (| head) is no error, and nothing is said of it", async () => {
  const head = await piped('{ "$NODE" "$PROGRAM" check --bundle "$EXAMPLE" -o json; echo "code $?" >&2; } | head -n 1');
  expect([head.code, head.out, head.err]).toEqual([0, "{\n", "code 1\n"]);
}, 120_000);

test("a pipe gets no colour and no cursor movements; FORCE_COLOR gives colour; LC_ALL=C gets ASCII", async () => {
  const check = '"$NODE" "$PROGRAM" check --bundle "$EXAMPLE"';
  const plain = await piped(check, { LC_ALL: "C" });
  const forced = await piped(check, { FORCE_COLOR: "1" });
  expect(plain.out + plain.err).toMatch(/^[\x20-\x7e\n]*$/);
  expect(forced.out).toContain("\u001b[1;31m✗");
}, 120_000);

test("--timeout ends a run that hangs with 3, and deletes what was created", async () => {
  const cluster = await clusterDouble({ nodes: ["node1"], podStatus: () => ({ phase: "Pending" }) });
  const { exitCode, stderr } = await startAgainst(cluster.url, "check", "--timeout", "5s", "--pod-timeout", "60s")
    .ended;
  expect(looksLikeAStack(stderr.join("\n"))).toBe(false);
  expect([exitCode, [...cluster.namespaces.keys()]]).toEqual([3, []]);
}, 120_000);

test("version tells client and server, as kubectl does", async () => {
  const cluster = await clusterDouble({ nodes: [] });
  const text = await startAgainst(cluster.url, "version").ended;
  const yaml = await startAgainst(cluster.url, "version", "-o", "yaml").ended;
  expect(text.stdout).toMatch(/^Client Version: v\d+\.\d+\.\d+\nServer Version: v1\.\S+\n$/);
  expect(load(yaml.stdout)).toMatchObject({
    clientVersion: { platform: expect.stringMatching(/^\w+\/\w+$/) },
    serverVersion: { gitVersion: expect.any(String) },
  });
}, 120_000);

test("version without a server is the client's alone, and --client asks nobody", async () => {
  const alone = await startAgainst("http://127.0.0.1:1", "version").ended;
  const client = await startAgainst("http://127.0.0.1:1", "version", "--client", "-o", "json").ended;
  expect([alone.exitCode, alone.stdout]).toEqual([0, expect.stringMatching(/^Client Version: \S+\n$/)]);
  expect(alone.stderr.join("")).toContain("server version not known");
  expect([client.stderr, Object.keys(JSON.parse(client.stdout))]).toEqual([[], ["clientVersion"]]);
}, 120_000);

test("the program prints help and completions, and says nothing on stderr", async () => {
  const help = await run("help", "explain");
  expect([help.exitCode, help.stderr]).toEqual([0, []]);
  expect(help.stdout).toContain("kubectl netdoctor explain vxlan-port-blocked");
  const { exitCode, stdout, stderr } = await run("__complete", "che");
  expect([exitCode, stdout.split("\t")[0], stdout.trimEnd().split("\n").at(-1), stderr]).toEqual([
    0,
    "check",
    ":4",
    [],
  ]);
}, 120_000);
