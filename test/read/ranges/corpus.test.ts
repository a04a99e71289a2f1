import { readFileSync } from "node:fs";
import { loadAll } from "js-yaml";
import { describe, expect, test } from "vitest";
import { readSnapshot } from "../../../src/read/facts.ts";
import { asObjects, asString, at } from "../../../src/read/json-value.ts";
import { captures, corpusFolder, valueIn } from "../api/captures.ts";
import { configMap } from "./objects.ts";

const folder = corpusFolder("cluster");
const manifest = folder === null ? "" : readFileSync(`${folder}/../MANIFEST.tsv`, "utf8");
const text = (path: string): string => readFileSync(`${folder}/${path}`, "utf8");
const ranges = (texts: Readonly<Record<string, unknown>>, role: string): readonly string[] =>
  valueIn(readSnapshot(captures({ services: [], ...texts })).ranges)
    .ranges.filter((range) => range.role === role)
    .map(({ cidr }) => cidr);

/** The files of one folder, with what the manifest says about them: "podSubnet=10.244.0.0/16" → ["podSubnet", "10.244.0.0/16"]. */
function filesOf(name: string) {
  return manifest.split("\n").flatMap((line) => {
    const [path = "", , , , , , , answer = ""] = line.split("\t");
    if (!path.startsWith(`cluster/${name}/`)) return [];
    const values = [...answer.matchAll(/([A-Za-z-]+)=([0-9a-f.:/,]+\/[0-9]+)/g)].map(
      ([, key, value]) => [key, value] as const,
    );
    return [{ path: path.slice("cluster/".length), values }];
  });
}
const named = (
  values: readonly (readonly [string | undefined, string | undefined])[],
  key: string,
): readonly string[] => values.filter(([name]) => name === key).flatMap(([, value]) => value?.split(",") ?? []);

describe.skipIf(folder === null)("configuration in the corpus", () => {
  test.each(filesOf("kubeadm"))("$path gives the ranges that it names", ({ path, values }) => {
    const configmaps = [
      configMap("kubeadm-config", { ClusterConfiguration: text(path) }),
      configMap("kube-proxy", { "config.conf": text(path) }),
    ];
    expect(ranges({ configmaps }, "pod")).toEqual(named(values, "podSubnet"));
    expect(ranges({ configmaps }, "service")).toEqual(named(values, "serviceSubnet"));
  });
  test.each(filesOf("staticpod"))("the flags of $path are read", ({ path, values }) => {
    const pods = loadAll(text(path));
    expect(ranges({ pods }, "pod")).toEqual(named(values, "cluster-cidr"));
    expect(ranges({ pods }, "service")).toEqual(named(values, "service-cluster-ip-range"));
  });
  test.each(filesOf("flannel"))("the Network of $path is read", ({ path, values }) => {
    const configmaps = [configMap("kube-flannel-cfg", { "net-conf.json": text(path) }, "kube-flannel")];
    expect(ranges({ configmaps }, "pod")).toEqual(named(values, "Network"));
  });
  test.each(filesOf("calico").filter(({ path }) => path.includes("/confd-") && path.endsWith(".yaml")))(
    "every enabled IPPool of $path is a range",
    ({ path }) => {
      const pools = asObjects(loadAll(text(path))).filter(({ kind }) => kind === "IPPool");
      const cidrs = pools.map((pool) => asString(at(pool, "spec", "cidr")));
      const found = ranges({ "custom/ippools.crd.projectcalico.org": pools }, "pod");
      expect(new Set(found)).toEqual(new Set(cidrs));
      expect(found.length).toBeGreaterThan(0);
    },
  );
  test("OpenShift's Network object gives Pod and Service range", () => {
    const network: unknown = JSON.parse(text("openshift/config-network.json"));
    const texts = { "custom/networks.config.openshift.io": [{ kind: "Network", ...Object(network) }] };
    expect([ranges(texts, "pod"), ranges(texts, "service")]).toEqual([["10.128.0.0/14"], ["172.30.0.0/16"]]);
  });
  test("Nodes of both families have a block of each", () => {
    const nodes = asObjects(at(loadAll(text("nodes/kube-router-nodes.yaml"))[0], "items"));
    const snapshot = valueIn(readSnapshot(captures({ nodes })).ranges);
    expect(snapshot.perNode).toEqual([
      { node: "kube-router-vm1", podCIDRs: ["10.242.0.0/24", "2001:db8:42:1000::/64"] },
      { node: "kube-router-vm2", podCIDRs: ["10.242.1.0/24", "2001:db8:42:1001::/64"] },
    ]);
    expect(snapshot.overlaps).toEqual([]);
  });
});
