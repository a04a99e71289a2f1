import { spawnSync } from "node:child_process";
import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { commands } from "../../src/cli/command-table.ts";
import { complete } from "../../src/cli/completion/complete.ts";
import { completionShim, installCompletion } from "../../src/engine/completion/install.ts";
import { clusterDouble } from "../support/api-double/cluster-double.ts";
import { kubeconfigText } from "../support/api-double/kubeconfig.ts";
import { pageOf } from "../support/api-double/objects.ts";
import { home } from "./program.ts";

/** The completions without descriptions, and the directive. */
async function answer(...words: string[]): Promise<{ readonly names: readonly string[]; readonly directive: string }> {
  const lines = (await complete(words, commands)).trimEnd().split("\n");
  return { names: lines.slice(0, -1).map((line) => line.split("\t")[0] ?? ""), directive: lines.at(-1) ?? "" };
}
const named = (...names: string[]) => names.map((name) => ({ metadata: { name } }));

/** A cluster with some names, and the flag that leads to it. */
async function withNames(): Promise<string> {
  const objects: Readonly<Record<string, readonly object[]>> = {
    "/api/v1/namespaces": named("kube-system", "shop"),
    "/api/v1/nodes": named("node1", "node2"),
    "/api/v1/namespaces/shop/pods": named("cart-0", "cart-1"),
    "/api/v1/namespaces/default/pods": named("shell", "evil\nname\u001b[2J"),
    "/api/v1/namespaces/shop/services": named("cart"),
    "/apis/apps/v1/namespaces/default/deployments": named("web"),
  };
  const { url } = await clusterDouble({
    nodes: [],
    answer: ({ path, query }) => {
      const found = objects[path];
      return found === undefined ? undefined : { json: pageOf(found, query) };
    },
  });
  return `--kubeconfig=${home().write("config", kubeconfigText({ server: url, context: "shop-prod" }))}`;
}

describe("without a cluster", () => {
  test("commands, and no files", async () => {
    const { names, directive } = await answer("");
    expect(names).toEqual(expect.arrayContaining(["check", "completion", "explain", "version"]));
    expect(names.filter((name) => name.startsWith("_") || name.includes(":"))).toEqual([]);
    expect(directive).toBe(":4");
    expect((await answer("che")).names).toEqual(["check"]);
    expect((await answer("completion", "")).names).toEqual(["install", "print"]);
    expect((await answer("help", "cid")).names).toEqual(["cidr"]);
  });
  test("each completion carries the command's summary", async () => {
    expect(await complete(["che"], commands)).toBe(`check\t${commands.check.summary}\n:4\n`);
  });
  test("flags of the command, those of the connection too, and none twice", async () => {
    const { names } = await answer("check", "--");
    expect(names).toEqual(expect.arrayContaining(["--fail-on", "--context", "--output", "--help"]));
    expect((await answer("check", "--fail-on", "error", "--fail")).names).toEqual([]);
    expect((await answer("check", "-ojson", "--outp")).names).toEqual(["--output", "--output-file"]);
  });
  test("values of flags", async () => {
    expect((await answer("check", "--fail-on", "")).names).toEqual(["error", "warning", "info", "never"]);
    expect((await answer("check", "--fail-on=w")).names).toEqual(["--fail-on=warning"]);
    expect((await answer("check", "-o", "ju")).names).toEqual(["junit"]);
    expect((await answer("check", "--bundle", "")).directive).toBe(":0");
    expect((await answer("check", "--image", "")).directive).toBe(":4");
  });
  test("findings of explain", async () => {
    expect((await answer("explain", "vxlan-port")).names).toEqual(["vxlan-port-blocked"]);
    expect((await answer("explain", "vxlan-port-blocked", "")).names).toEqual([]);
  });
  test("a server that does not answer is silence", async () => {
    expect(await answer("trace", "--server", "http://127.0.0.1:1", "")).toEqual({
      names: ["svc/", "deploy/", "node/"],
      directive: ":6",
    });
    expect(await answer("check", "--kubeconfig", "/nowhere", "--context", "")).toEqual({ names: [], directive: ":4" });
  });
});

describe("with a cluster", () => {
  test("names of the kubeconfig, namespaces and Nodes", async () => {
    const flag = await withNames();
    expect((await answer("check", flag, "--context", "")).names).toEqual(["shop-prod"]);
    expect((await answer("check", flag, "-n", "s")).names).toEqual(["shop"]);
    expect((await answer("check", flag, "--nodes", "node1,")).names).toEqual(["node1,node2"]);
  });
  test("the ends of a trace: Pods, Services, Deployments and Nodes, by namespace", async () => {
    const flag = await withNames();
    const start = await answer("trace", flag, "");
    expect(start.names).toEqual(expect.arrayContaining(["shell", "kube-system/", "shop/", "svc/", "node/"]));
    expect(start.directive).toBe(":6");
    expect((await answer("trace", flag, "shop/ca")).names).toEqual(["shop/cart-0", "shop/cart-1"]);
    expect((await answer("trace", flag, "-n", "shop", "cart-0", "svc/")).names).toEqual(["svc/cart"]);
    expect((await answer("trace", flag, "shop/svc/")).names).toEqual(["shop/svc/cart"]);
    expect((await answer("trace", flag, "a", "deploy/")).names).toEqual(["deploy/web"]);
    expect((await answer("trace", flag, "node/node1", "node/")).names).toEqual(["node/node1", "node/node2"]);
    expect((await answer("trace", flag, "a", "b", "")).names).toEqual([]);
  });
  test("a name cannot add a line or act on the terminal", async () => {
    const text = await complete(["trace", await withNames(), ""], commands);
    expect(text.replaceAll("\n", "").replaceAll("\t", "")).not.toMatch(/\p{Cc}/u);
    expect(text).not.toContain("\nname");
  });
});

describe("the program that kubectl asks", () => {
  test("is two lines of shell that hand on every word", () => {
    const directory = home();
    const plugin = directory.write("kubectl-netdoctor", '#!/bin/sh\nfor word; do printf "%s." "$word"; done\n');
    chmodSync(plugin, 0o755);
    const shim = directory.write("kubectl_complete-netdoctor", completionShim("linux").text);
    chmodSync(shim, 0o755);
    const { stdout } = spawnSync(shim, ["trace", "a b", ""], {
      encoding: "utf8",
      env: { PATH: `${directory.path}:/usr/bin:/bin` },
    });
    expect(stdout).toBe("__complete.trace.a b..");
  });
  test("is put beside the plugin, again and again, and never over another's file", async () => {
    const directory = home();
    chmodSync(directory.write("kubectl-netdoctor", "#!/bin/sh\n"), 0o755);
    const options = {
      directory: null,
      platform: "linux",
      env: { PATH: `/nowhere:${directory.path}`, HOME: "/nowhere" },
    };
    const path = join(directory.path, "kubectl_complete-netdoctor");
    for (let time = 0; time < 2; time++)
      expect(await installCompletion(options)).toEqual({ known: true, value: { path, onPath: true } });
    expect(statSync(path).mode & 0o777).toBe(0o755);
    writeFileSync(path, "#!/bin/sh\necho mine\n");
    expect(await installCompletion(options)).toMatchObject({ known: false });
    expect(readFileSync(path, "utf8")).toContain("mine");
    expect(await installCompletion({ ...options, env: { PATH: "/nowhere" } })).toMatchObject({ known: false });
    expect(await installCompletion({ ...options, directory: home().path })).toMatchObject({ value: { onPath: false } });
    onTestFinished(() => directory.remove());
  });
});
