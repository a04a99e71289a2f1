import { describe, expect, it } from "vitest";
import { type Cluster, link, takeDown } from "./drafts.ts";
import { stopOf } from "./stop-of.ts";
import { dropRoute, flow, linkOf, nodeOf, podEnd, podOf } from "./world-builder.ts";

describe("devices", () => {
  it("raise link-down for a bridge, and for the device that took its routes away with it", () => {
    expect(stopOf("routes", (world) => takeDown(linkOf(nodeOf(world, 1), "cni0"))).stop).toMatchObject({
      kind: "link-down",
      node: "node1",
      pod: null,
      device: "cni0",
    });
    const far = stopOf("routes", (world) => {
      takeDown(linkOf(nodeOf(world, 2), "cni0"));
      dropRoute(nodeOf(world, 2), "10.244.2.0/24");
    });
    expect(far.stop).toMatchObject({ kind: "link-down", node: "node2", device: "cni0" });
  });
  it("raise link-down for the end of a veth pair that was taken down", () => {
    const found = stopOf("routes", (world) => {
      takeDown(podOf(world, 2).hostLink);
      linkOf(podOf(world, 2), "eth0").operState = "LOWERLAYERDOWN";
    });
    expect(found.stop).toMatchObject({ kind: "link-down", node: "node2", pod: null, device: "veth0" });
  });
  it("raise link-down for a tunnel device whose routes are gone", () => {
    const found = stopOf("vxlan", (world) => {
      takeDown(linkOf(nodeOf(world, 1), "flannel.1"));
      dropRoute(nodeOf(world, 1), "10.244.2.0/24");
    });
    expect(found.stop).toMatchObject({ kind: "link-down", node: "node1", device: "flannel.1" });
  });
  it("raise detached-from-bridge on the way out and on the way in", () => {
    const detach = (number: number) => (world: Cluster) => {
      Object.assign(podOf(world, number).hostLink, { master: null, bridgePort: null });
    };
    const stop = { kind: "detached-from-bridge", device: "veth0", bridge: "cni0", master: null };
    expect(stopOf("routes", detach(1)).stop).toEqual({ ...stop, node: "node1", pod: "shop/web-1" });
    expect(stopOf("routes", detach(2)).stop).toEqual({ ...stop, node: "node2", pod: "shop/web-2" });
  });
  it("raise nothing for unbridged veths whose Pods have host routes", () => {
    expect(stopOf("host-routes", () => undefined).verdict).toBe("passes");
  });
  it("raise packet-too-big where a device on the way is smaller", () => {
    const big = (world: Cluster) =>
      flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 2)), { protocol: "icmp", port: null, packetBytes: 1450 });
    const found = stopOf(
      "vxlan",
      (world) => {
        linkOf(nodeOf(world, 1), "flannel.1").mtuBytes = 1400;
      },
      big,
    );
    expect(found.stop).toEqual({
      kind: "packet-too-big",
      node: "node1",
      device: "flannel.1",
      mtuBytes: 1400,
      packetBytes: 1450,
    });
    const small = stopOf("vxlan", (world) => {
      linkOf(nodeOf(world, 1), "flannel.1").mtuBytes = 1400;
    });
    expect(small.verdict).toBe("passes");
  });
  it("are in doubt where the outer packet would be fragmented", () => {
    const big = (world: Cluster) =>
      flow(podEnd(podOf(world, 1)), podEnd(podOf(world, 2)), { protocol: "icmp", port: null, packetBytes: 1450 });
    const found = stopOf(
      "vxlan",
      (world) => {
        linkOf(nodeOf(world, 1), "eth0").mtuBytes = 1480;
      },
      big,
    );
    expect(found.verdict).toBe("unknown");
    expect(found.why).toContain("fragments");
  });
  it("are unknown behind a master that is no bridge", () => {
    const found = stopOf("routes", (world) => {
      nodeOf(world, 1).links.push(link({ index: 30, name: "ovs-system", kind: "openvswitch" }));
      Object.assign(podOf(world, 1).hostLink, { master: "ovs-system", bridgePort: null });
    });
    expect(found.verdict).toBe("unknown");
    expect(found.why).toContain("openvswitch");
  });
});
