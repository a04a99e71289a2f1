import { describe, expect, it } from "vitest";
import { type Cluster, fdb, permanent } from "./drafts.ts";
import { stopOf } from "./stop-of.ts";
import { linkOf, nodeOf, podOf } from "./world-builder.ts";

describe("neighbours and tunnels", () => {
  it("raise neighbour-wrong for a permanent entry with another MAC", () => {
    const wrong = (world: Cluster) => {
      podOf(world, 1).neighbours.push(permanent("10.244.1.1", "eth0", "02:00:00:00:00:99"));
    };
    expect(stopOf("routes", wrong).stop).toMatchObject({
      kind: "neighbour-wrong",
      node: "node1",
      pod: "shop/web-1",
      device: "eth0",
      address: "10.244.1.1",
      has: "02:00:00:00:00:99",
      expected: "02:00:00:00:02:01",
    });
    const right = (world: Cluster) => {
      podOf(world, 1).neighbours.push(permanent("10.244.1.1", "eth0", "02:00:00:00:02:01"));
    };
    expect(stopOf("routes", right).verdict).toBe("passes");
  });
  it("only note a failed entry", () => {
    const failed = { address: "10.244.1.1", device: "eth0", mac: null, state: ["FAILED"] };
    const found = stopOf("routes", (world) => podOf(world, 1).neighbours.push(failed));
    expect(found.verdict).toBe("passes");
    expect(found.evidence).toContainEqual(expect.objectContaining({ value: "no lladdr FAILED" }));
  });
  it("raise tunnel-peer-missing for a wrong or missing neighbour of the tunnel device", () => {
    const wrong = stopOf("vxlan", (world) => {
      nodeOf(world, 1).neighbours = [permanent("10.244.2.0", "flannel.1", "02:00:00:00:00:99")];
    });
    const stop = { kind: "tunnel-peer-missing", node: "node1", device: "flannel.1", peer: "node2", what: "neighbour" };
    expect(wrong.stop).toEqual({ ...stop, has: "02:00:00:00:00:99", expected: "02:00:00:00:03:02" });
    const missing = stopOf("vxlan", (world) => {
      nodeOf(world, 1).neighbours = [];
    });
    expect(missing.stop).toEqual({ ...stop, has: "", expected: "02:00:00:00:03:02" });
  });
  it("raise tunnel-peer-missing for a wrong or missing forwarding entry", () => {
    const stop = { kind: "tunnel-peer-missing", node: "node1", device: "flannel.1", peer: "node2", what: "fdb" };
    const wrong = stopOf("vxlan", (world) => {
      nodeOf(world, 1).fdb = [fdb("02:00:00:00:03:02", "192.168.0.99")];
    });
    expect(wrong.stop).toEqual({ ...stop, has: "192.168.0.99", expected: "192.168.0.12" });
    const missing = stopOf("vxlan", (world) => {
      nodeOf(world, 1).fdb = [];
    });
    expect(missing.stop).toEqual({ ...stop, has: "", expected: "192.168.0.12" });
  });
  it("are unknown where the tunnel learns its peers", () => {
    const found = stopOf("vxlan", (world) => {
      nodeOf(world, 1).fdb = [];
      const flannel = linkOf(nodeOf(world, 1), "flannel.1");
      if (flannel.vxlan !== null) flannel.vxlan = { ...flannel.vxlan, learning: true };
    });
    expect(found.verdict).toBe("unknown");
  });
  it("take the device of the outer packet's family where a dual-stack Node has two of one identifier and port", () => {
    const found = stopOf("vxlan", (world) => {
      for (const node of world.nodes) {
        const own = linkOf(node, "flannel.1");
        const vxlan = own.vxlan === null ? null : { ...own.vxlan, local: `fd00:100::${node.name.slice(-1)}` };
        const other = { ...own, index: 90, name: "flannel-v6.1", mac: "02:00:00:00:09:09", vxlan, addresses: [] };
        node.links.splice(1, 0, other);
      }
    });
    expect(found).toMatchObject({ verdict: "passes", why: null });
  });
  it("raise tunnel-peer-missing if the other Node's device has another port", () => {
    const found = stopOf("vxlan", (world) => {
      const flannel = linkOf(nodeOf(world, 2), "flannel.1");
      if (flannel.vxlan !== null) flannel.vxlan = { ...flannel.vxlan, port: 4789 };
    });
    expect(found.stop).toMatchObject({
      kind: "tunnel-peer-missing",
      node: "node2",
      what: "device",
      expected: "VXLAN 1 port 8472",
    });
  });
});
