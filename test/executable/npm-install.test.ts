import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import pjson from "../../package.json" with { type: "json" };
import { packForNpm } from "../../scripts/package/npm-package.ts";
import { temporaryDirectory } from "../support/api-double/kubeconfig.ts";
import { programs, runProgram } from "./programs.ts";

const bundleFile = programs[0]?.argv[1] ?? "";

test("npm i -g of the packed package gives kubectl-netdoctor, without the network", { timeout: 120_000 }, async () => {
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  const name = await packForNpm(bundleFile, "notices\n", directory.path);
  expect(name).toBe(`kubectl-netdoctor-${pjson.version}.tgz`);
  const prefix = join(directory.path, "prefix");
  mkdirSync(prefix);
  const cache = join(directory.path, "cache");
  execFileSync("npm", ["i", "-g", "--offline", "--prefix", prefix, "--cache", cache, join(directory.path, name)], {
    cwd: directory.path,
    stdio: "pipe",
  });

  const installed = join(prefix, "lib/node_modules/kubectl-netdoctor");
  expect(readdirSync(installed).sort()).toEqual(
    ["LICENSE", "README.md", "THIRD_PARTY_NOTICES", "bin", "dist", "package.json"].sort(),
  );
  const bin = join(prefix, "bin");
  const env = { PATH: `${bin}:${join(process.execPath, "..")}:${process.env.PATH}` };
  const run = (...argv: readonly string[]) =>
    runProgram({ argv: [join(bin, "kubectl-netdoctor")] }, argv, directory.path, env);
  const version = await run("version", "--client");
  expect([version.exitCode, version.stderr]).toEqual([0, ""]);
  expect(version.stdout).toContain(pjson.version);
  expect((await run("explain", "vxlan-port-blocked")).stdout).toContain("overlay");
  expect((await run("check", "--bogus")).exitCode).toBe(2);
  // kubectl completes with this one.
  const completed = await runProgram({ argv: [join(bin, "kubectl_complete-netdoctor")] }, ["che"], directory.path, env);
  expect(completed.stdout).toMatch(/^check\t.*\n(?:.*\n)*:\d+\n?$/);
});
