import { describe, expect, it } from "vitest";
import { type Cluster, link, route, socket } from "./drafts.ts";
import { stopOf } from "./stop-of.ts";
import { dropRoute, linkOf, nodeOf, podOf } from "./world-builder.ts";

describe("receivers", () => {
  it("raise address-missing if the Pod has lost its address", () => {
    const found = stopOf("routes", (world) => {
      linkOf(podOf(world, 2), "eth0").addresses = [];
    });
    expect(found.stop).toMatchObject({
      kind: "address-missing",
      node: "node2",
      pod: "shop/web-2",
      address: "10.244.2.2",
    });
  });
  it("raise address-missing if the bridge has lost the Pods' gateway", () => {
    const found = stopOf("routes", (world) => {
      linkOf(nodeOf(world, 1), "cni0").addresses = [];
    });
    expect(found.stop).toMatchObject({ kind: "address-missing", node: "node1", pod: null, address: "10.244.1.1" });
  });
  it("raise not-listening with the addresses on which the port is bound", () => {
    const bound = (address: string) => (world: Cluster) => {
      podOf(world, 2).sockets = [socket(address, 8080)];
    };
    expect(stopOf("routes", bound("127.0.0.1")).stop).toMatchObject({
      kind: "not-listening",
      pod: "shop/web-2",
      listensOn: ["127.0.0.1"],
    });
    expect(stopOf("routes", bound("10.244.2.2")).verdict).toBe("passes");
    expect(stopOf("routes", bound("::")).verdict).toBe("passes");
  });
  it("raise reverse-path-filtered by a strict filter and another way back", () => {
    const strict = (value: string) => (world: Cluster) => {
      nodeOf(world, 2).sysctls.set("net.ipv4.conf.eth0.rp_filter", value);
      nodeOf(world, 2).links.push(link({ index: 31, name: "eth1", addresses: [] }));
      dropRoute(nodeOf(world, 2), "10.244.1.0/24");
      nodeOf(world, 2).routes.push(route("10.244.1.0/24", { device: "eth1", gateway: "172.16.0.1" }));
    };
    expect(stopOf("routes", strict("1")).stop).toMatchObject({
      kind: "reverse-path-filtered",
      node: "node2",
      device: "eth0",
      source: "10.244.1.2",
    });
    expect(stopOf("routes", strict("2")).stop?.kind).not.toBe("reverse-path-filtered");
  });
});
