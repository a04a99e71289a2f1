import { execFileSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import pjson from "../../package.json" with { type: "json" };
import { isLicense } from "../../scripts/package/krew-manifest.ts";
import { renderKrewManifest } from "../../scripts/package/krew-template.ts";
import { archiveOf, hostPlatform, platforms } from "../../scripts/package/platforms.ts";
import { sha256 } from "../../scripts/package/release-files.ts";
import { absence, notBuilt, packaged, runProgram } from "../executable/programs.ts";
import { temporaryDirectory } from "../support/api-double/kubeconfig.ts";
import { krewInstall } from "./krew-install.ts";

const host = hostPlatform();
const archive = join(packaged, archiveOf(host, pjson.version));
const missing = existsSync(archive) ? null : absence(notBuilt("the archive"));
const kubectl = (): boolean => {
  try {
    execFileSync("kubectl", ["version", "--client"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
};

test("the archive installs as Krew does it, and runs as kubectl netdoctor", { timeout: 60_000 }, async ({ skip }) => {
  skip(missing !== null, missing ?? "");
  const directory = temporaryDirectory();
  onTestFinished(() => directory.remove());
  const sum = sha256(readFileSync(archive));
  const sums = new Map(platforms.map((platform) => [archiveOf(platform, pjson.version), sum]));
  const manifest = renderKrewManifest(pjson.version, sums);
  const { bin, store } = await krewInstall(manifest, archive, host.os, host.arch, directory.path);

  const files = readdirSync(store).sort();
  expect(files).toEqual(["LICENSE", "THIRD_PARTY_NOTICES", "kubectl-netdoctor"]);
  expect(files.some(isLicense)).toBe(true);
  expect(statSync(join(store, "kubectl-netdoctor")).mode & 0o111).toBe(0o111);
  expect(lstatSync(join(bin, "kubectl-netdoctor")).isSymbolicLink()).toBe(true);
  const linked = { argv: [join(bin, "kubectl-netdoctor")] };
  expect((await runProgram(linked, ["version", "--client"], directory.path)).stdout).toContain(pjson.version);

  skip(!kubectl(), "kubectl is not installed");
  const env = { PATH: `${bin}:${process.env.PATH}` };
  const through = await runProgram({ argv: ["kubectl"] }, ["netdoctor", "version", "--client"], directory.path, env);
  expect([through.exitCode, through.stderr]).toEqual([0, ""]);
  expect(through.stdout).toContain(pjson.version);
  const listed = await runProgram({ argv: ["kubectl"] }, ["plugin", "list"], directory.path, env);
  expect(listed.stdout).toContain(join(bin, "kubectl-netdoctor"));
  // kubectl hands the plugin's exit code on.
  const wrong = await runProgram({ argv: ["kubectl"] }, ["netdoctor", "check", "--bogus"], directory.path, env);
  expect(wrong.exitCode).toBe(2);
});
