import { describe, expect, it } from "vitest";
import { baseIptables, kubeProxyNft } from "./base-rules.ts";
import type { Cluster } from "./drafts.ts";
import { stopOf } from "./stop-of.ts";
import { cluster, flow, nodeOf, onlyWalk, podEnd, podOf, serviceEnd, sliceOf } from "./world-builder.ts";

describe("Services", () => {
  const toService = (world: Cluster) => flow(podEnd(podOf(world, 1, 1)), serviceEnd, { port: 80 });
  const ips = ["10.244.1.2", "10.244.2.2"];

  it("raise no-endpoint if none is ready", () => {
    const found = stopOf(
      "routes",
      (world) => {
        world.slices = [sliceOf([podOf(world, 1)], false)];
        for (const node of world.nodes) node.iptables = baseIptables([]);
      },
      toService,
    );
    expect(found.stop).toEqual({ kind: "no-endpoint", service: "shop/web" });
  });
  it("raise no-service-rule if kube-proxy's iptables rules lack it", () => {
    const found = stopOf(
      "routes",
      (world) => {
        world.slices = [sliceOf([podOf(world, 2)])];
        nodeOf(world, 1).iptables = baseIptables(ips).replace(/^-A KUBE-SERVICES -d 10.96.0.50.*$/m, "");
      },
      toService,
    );
    expect(found.stop).toEqual({
      kind: "no-service-rule",
      node: "node1",
      service: "shop/web",
      address: "10.96.0.50",
      port: 80,
    });
    expect(found.evidence[0]).toMatchObject({ source: "node/node1/iptables-nft", where: "nat KUBE-SERVICES" });
  });
  it("raise no-service-rule if kube-proxy's nftables map lacks it", () => {
    const found = stopOf(
      "routes",
      (world) => {
        world.slices = [sliceOf([podOf(world, 2)])];
        Object.assign(nodeOf(world, 1), { iptables: "", nft: kubeProxyNft(ips, false) });
      },
      toService,
    );
    expect(found.stop).toMatchObject({ kind: "no-service-rule", node: "node1" });
    expect(found.evidence[0]).toMatchObject({ source: "node/node1/nft", where: "ip kube-proxy map service-ips" });
  });
  it("are unknown where no rules of kube-proxy are at all", () => {
    const found = stopOf(
      "routes",
      (world) => {
        world.slices = [sliceOf([podOf(world, 2)])];
        nodeOf(world, 1).iptables = "";
      },
      toService,
    );
    expect(found.verdict).toBe("unknown");
    expect(found.why).toContain("eBPF");
  });
  it("follow the Node's rules where the API has moved on", () => {
    const world = cluster("routes");
    nodeOf(world, 1).iptables = baseIptables(["10.244.2.77"]);
    const one = onlyWalk(world, toService(world));
    expect(one).toMatchObject({
      verdict: "stopped",
      destination: "10.244.2.77",
      stop: { kind: "stale-service-rule", node: "node1" },
    });
  });
  it("raise reply-untranslated on one bridge if bridged packets pass by the rules", () => {
    const same = (value: string) => (world: Cluster) => {
      world.slices = [sliceOf([podOf(world, 1)])];
      for (const node of world.nodes) node.iptables = baseIptables(["10.244.1.2"]);
      nodeOf(world, 1).sysctls.set("net.bridge.bridge-nf-call-iptables", value);
    };
    const found = stopOf("routes", same("0"), toService);
    expect(found.stop).toMatchObject({
      kind: "reply-untranslated",
      pod: "shop/other-1",
      address: "10.244.1.2",
      expected: "10.96.0.50",
    });
    expect(stopOf("routes", same("1"), toService).verdict).toBe("passes");
  });
  it("raise hairpin-disabled for a Pod that reaches itself through its Service", () => {
    const itself = (world: Cluster) => flow(podEnd(podOf(world, 1)), serviceEnd, { port: 80 });
    const hairpin = (on: boolean) => (world: Cluster) => {
      world.slices = [sliceOf([podOf(world, 1)])];
      for (const node of world.nodes) node.iptables = baseIptables(["10.244.1.2"]);
      podOf(world, 1).hostLink.bridgePort = { state: "forwarding", hairpin: on };
    };
    expect(stopOf("routes", hairpin(false), itself).stop).toMatchObject({
      kind: "hairpin-disabled",
      pod: "shop/web-1",
      device: "veth0",
    });
    expect(stopOf("routes", hairpin(true), itself).verdict).toBe("passes");
  });
});
