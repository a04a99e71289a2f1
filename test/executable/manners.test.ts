/** What differs between runtimes besides transport: configuration they pick up by themselves, pipes, signals, exit codes. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import pjson from "../../package.json" with { type: "json" };
import { type ClusterDouble, clusterDouble } from "../support/api-double/cluster-double.ts";
import { kubeconfigText, temporaryDirectory } from "../support/api-double/kubeconfig.ts";
import { programs, runProgram } from "./programs.ts";

const LIMIT_MS = 60_000;
const folder = (): ReturnType<typeof temporaryDirectory> => {
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  return directory;
};

describe.each(programs)("$name", (program) => {
  const { absent } = program;
  const on = (name: string, run: () => Promise<void>): void =>
    test(name, { timeout: LIMIT_MS }, async ({ skip }) => {
      skip(absent !== null, absent ?? "");
      await run();
    });

  on("says its version, and what it runs on", async () => {
    const { exitCode, stdout, stderr } = await runProgram(
      program,
      ["version", "--client", "-o", "json"],
      folder().path,
    );
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toContain(pjson.version);
    expect(stdout).toMatch(process.arch === "x64" ? /amd64|x64/ : /arm64/);
  });

  on("shows its help as a plugin of kubectl, and nothing of the runtime's", async () => {
    const { exitCode, stdout, stderr } = await runProgram(program, ["--help"], folder().path);
    expect([exitCode, stderr]).toEqual([0, ""]);
    expect(stdout).toContain("kubectl netdoctor");
    expect(stdout).not.toMatch(/\bbun\b|--inspect|NODE_OPTIONS/i);
  });

  on("says of a wrong flag what was meant, and nothing else", async () => {
    const { exitCode, stderr } = await runProgram(program, ["check", "--contxt", "x"], folder().path);
    expect([exitCode, stderr]).toEqual([2, "error: unknown flag `--contxt`; did you mean --context?\nSee --help.\n"]);
  });

  on("takes flags that its runtime also has for its own", async () => {
    for (const argv of [["--eval", "process.exit(0)"], ["run", "x.ts"], ["--inspect-brk"]]) {
      const { exitCode, stderr } = await runProgram(program, argv, folder().path);
      expect([argv, exitCode]).toEqual([argv, 2]);
      expect(stderr).toMatch(/^error: /);
    }
  });

  on("reads no .env, bunfig.toml or package.json of the directory it is started in", async () => {
    const directory = folder();
    directory.write(".env", "KUBECONFIG=from-dot-env\nNETDOCTOR_IMAGE=from-dot-env\n");
    directory.write("bunfig.toml", 'preload = ["./evil.js"]\n');
    directory.write("evil.js", 'process.stdout.write("evil"); process.exit(0);\n');
    directory.write("package.json", "this is no JSON");
    const { exitCode, stdout, stderr } = await runProgram(program, ["check", "--api-only"], directory.path);
    expect([exitCode, stdout]).toEqual([3, ""]);
    expect(stderr).toMatch(/^error: .*kubeconfig/i);
    expect(stdout + stderr).not.toContain("from-dot-env");
  });

  on("ends quietly when its reader goes away", async () => {
    const [command = "", ...first] = program.argv;
    const argv = [...first, "explain", "vxlan-port-blocked"];
    const child = spawn(command, argv, { cwd: folder().path, stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      errors += text;
    });
    const exitCode = await new Promise((settle) => child.on("close", settle));
    expect([exitCode, errors]).toEqual([0, ""]);
  });

  on("deletes what it created when it is interrupted", async () => {
    const directory = folder();
    const cluster: ClusterDouble = await clusterDouble({ nodes: ["node1"], podStatus: () => ({ phase: "Pending" }) });
    const kubeconfig = directory.write("config", kubeconfigText({ server: cluster.url }));
    const [command = "", ...first] = program.argv;
    const child = spawn(command, [...first, "check", "--kubeconfig", kubeconfig], {
      cwd: directory.path,
      env: { PATH: process.env.PATH, HOME: join(directory.path) },
      stdio: "ignore",
    });
    const ended = new Promise((settle) => child.on("close", settle));
    await expect
      .poll(
        () =>
          cluster.requests.filter(({ method, path }) => method === "GET" && /\/netdoctor-\w+\/pods/.test(path)).length,
        {
          timeout: LIMIT_MS / 2,
        },
      )
      .toBeGreaterThan(0);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    expect(cluster.changes()).toContain("DELETE /api/v1/namespaces/RUN");
    expect([...cluster.namespaces.keys()]).toEqual([]);
  });
});
