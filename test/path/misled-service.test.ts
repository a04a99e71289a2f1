import { describe, expect, it } from "vitest";
import { baseIptables, kubeProxyNft } from "./base-rules.ts";
import type { Cluster } from "./drafts.ts";
import { stopOf } from "./stop-of.ts";
import { cluster, flow, nodeOf, onlyWalk, podEnd, podOf, serviceEnd, sliceOf } from "./world-builder.ts";

const toService = (world: Cluster) => flow(podEnd(podOf(world, 1, 1)), serviceEnd, { port: 80 });
const onlyOnNode2 = (world: Cluster): void => {
  world.slices = [sliceOf([podOf(world, 2)])];
  nodeOf(world, 1).iptables = baseIptables([podOf(world, 2).ip]);
};

describe("kube-proxy's rules that are behind the API", () => {
  it("are stale if they lead to an address that no slice has and nobody takes", () => {
    const { stop, evidence } = stopOf(
      "routes",
      (world) => {
        world.slices = [sliceOf([podOf(world, 2)])];
        nodeOf(world, 1).iptables = baseIptables(["10.244.2.99"]);
      },
      toService,
    );
    expect(stop).toEqual({
      kind: "stale-service-rule",
      node: "node1",
      service: "shop/web",
      address: "10.96.0.50",
      port: 80,
      endpoint: "10.244.2.99:8080",
    });
    expect(evidence[0]).toMatchObject({ source: "node/node1/iptables-nft", where: "nat KUBE-SERVICES rule 2" });
  });

  it("are stale in nftables mode as well", () => {
    const { stop } = stopOf(
      "routes",
      (world) => {
        world.slices = [sliceOf([podOf(world, 2)])];
        Object.assign(nodeOf(world, 1), { iptables: "", nft: kubeProxyNft(["10.244.2.99"]) });
      },
      toService,
    );
    expect(stop).toMatchObject({ kind: "stale-service-rule", node: "node1", endpoint: "10.244.2.99:8080" });
  });

  it("are not called stale where no slice was read", () => {
    const { stop } = stopOf(
      "routes",
      (world) => {
        world.slices = [];
        nodeOf(world, 1).iptables = baseIptables(["10.244.2.99"]);
      },
      toService,
    );
    expect(stop?.kind).not.toBe("stale-service-rule");
  });

  it.each(["iptables", "nftables"])("are missing if the Service's chain is empty (%s)", (mode) => {
    const { stop, evidence } = stopOf(
      "routes",
      (world) => {
        world.slices = [sliceOf([podOf(world, 2)])];
        const empty = mode === "iptables" ? { iptables: baseIptables([]) } : { iptables: "", nft: kubeProxyNft([]) };
        Object.assign(nodeOf(world, 1), empty);
      },
      toService,
    );
    expect(stop).toMatchObject({ kind: "no-service-rule", node: "node1", service: "shop/web" });
    expect(evidence.map(({ value }) => value)).toContain("no rule that leads to an endpoint");
  });
});

describe("a foreign rule that takes a Service's packets", () => {
  const hijack = (to: string) => (world: Cluster) => {
    onlyOnNode2(world);
    const rule = `-A PREROUTING -d 10.96.0.50/32 -p tcp -m tcp --dport 80 -j DNAT --to-destination ${to}`;
    const node = nodeOf(world, 1);
    node.iptables = node.iptables.replace("-A PREROUTING -m comment", `${rule}\n-A PREROUTING -m comment`);
  };

  it.each(["192.168.100.250:9000", "10.244.2.3:9000"])("is what stops them, if %s does not answer", (to) => {
    const { stop } = stopOf("routes", hijack(to), toService);
    expect(stop).toMatchObject({ kind: "service-redirected", node: "node1", to, chain: "PREROUTING", rule: 1 });
  });

  it("is no stop where it leads to an endpoint of the Service", () => {
    const world = cluster("routes");
    hijack(`${podOf(world, 2).ip}:8080`)(world);
    expect(onlyWalk(world, toService(world))).toMatchObject({ verdict: "passes", stop: null });
  });
});

describe("a rule that gives packets another source", () => {
  it("is named with the address that it gives", () => {
    const world = cluster("routes");
    const node = nodeOf(world, 1);
    node.iptables = node.iptables.replace("-A POSTROUTING -m", "-A POSTROUTING -j MASQUERADE\n-A POSTROUTING -m");
    const walk = onlyWalk(world, flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 2))));
    expect(walk.sourceTranslated).toMatchObject({
      node: "node1",
      from: podOf(world, 1).ip,
      evidence: { where: "nat POSTROUTING rule 1" },
    });
  });

  it("is absent where nothing translates", () => {
    const world = cluster("routes");
    expect(onlyWalk(world, flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 2))))).not.toHaveProperty(
      "sourceTranslated",
    );
  });
});
