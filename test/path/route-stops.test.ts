import { describe, expect, it } from "vitest";
import { type Cluster, route, rule } from "./drafts.ts";
import { across, stopOf } from "./stop-of.ts";
import { dropRoute, flow, nodeEnd, nodeOf, podEnd, podOf } from "./world-builder.ts";

describe("forwarding-disabled", () => {
  it("is raised by ip_forward 0 and by the device's own switch", () => {
    const name = "net.ipv4.ip_forward";
    const found = stopOf("routes", (world) => nodeOf(world, 1).sysctls.set(name, "0"));
    expect(found.stop).toEqual({ kind: "forwarding-disabled", node: "node1", sysctl: name });
    const own = "net.ipv4.conf.cni0.forwarding";
    expect(stopOf("routes", (world) => nodeOf(world, 1).sysctls.set(own, "0")).stop).toMatchObject({ sysctl: own });
  });
  it("does not touch what the Node itself sends", () => {
    const found = stopOf(
      "routes",
      (world) => nodeOf(world, 1).sysctls.set("net.ipv4.ip_forward", "0"),
      (world) => flow(nodeEnd(nodeOf(world, 1)), podEnd(podOf(world, 2))),
    );
    expect(found.verdict).toBe("passes");
  });
  it("is unknown where it was not read", () => {
    const found = stopOf("routes", (world) => nodeOf(world, 1).sysctls.delete("net.ipv4.ip_forward"));
    expect(found.verdict).toBe("unknown");
  });
});

describe("routes", () => {
  it("raise no-route in a Pod without a default route", () => {
    const found = stopOf("routes", (world) => dropRoute(podOf(world, 1), "0.0.0.0/0"));
    expect(found.stop).toEqual({ kind: "no-route", node: "node1", pod: "shop/web-1", destination: "10.244.2.2" });
  });
  it("raise wrong-route for a default route over the Pod's own loopback device", () => {
    const found = stopOf("vxlan", (world) => {
      const pod = podOf(world, 1);
      pod.routes = [...pod.routes.filter(({ table }) => table === "local"), route("0.0.0.0/0", { device: "lo" })];
    });
    expect(found).toMatchObject({
      verdict: "stopped",
      stop: { kind: "wrong-route", pod: "shop/web-1", route: "default dev lo", expected: "eth0" },
    });
  });
  it("raise route-refuses for a blackhole", () => {
    const found = stopOf("routes", (world) => {
      nodeOf(world, 1).routes.push(route("10.244.2.2/32", { type: "blackhole" }));
    });
    expect(found.stop).toMatchObject({ kind: "route-refuses", node: "node1", type: "blackhole" });
  });
  it("raise wrong-route if the other Node's range falls to the default route, where others have a route", () => {
    const found = stopOf("routes", (world) => dropRoute(nodeOf(world, 1), "10.244.2.0/24"));
    expect(found.stop).toMatchObject({ kind: "wrong-route", node: "node1", route: "default via 192.168.0.1 dev eth0" });
    expect(found.stop).toMatchObject({ expected: "Node node2 (192.168.0.12, 10.244.2.0/24)" });
  });
  it("are unknown where no Node has one: the network may know the way", () => {
    const found = stopOf("no-pod-routes", () => undefined);
    expect(found.verdict).toBe("unknown");
    expect(found.why).toContain("default via 192.168.0.1");
  });
  it("pass by way of a third Node that knows the way", () => {
    const found = stopOf(
      "routes",
      (world) => {
        dropRoute(nodeOf(world, 1), "10.244.2.0/24");
        nodeOf(world, 1).routes.push(route("10.244.2.0/24", { gateway: "192.168.0.13", device: "eth0" }));
      },
      across,
      3,
    );
    expect(found.verdict).toBe("passes");
  });
  it("raise wrong-route for a loop between two Nodes", () => {
    const found = stopOf(
      "routes",
      (world) => {
        for (const [number, other] of [
          [1, 3],
          [3, 1],
        ] as const) {
          dropRoute(nodeOf(world, number), "10.244.2.0/24");
          nodeOf(world, number).routes.push(route("10.244.2.0/24", { gateway: `192.168.0.1${other}`, device: "eth0" }));
        }
      },
      across,
      3,
    );
    expect(found.stop).toMatchObject({ kind: "wrong-route", node: "node1" });
  });
  it("raise wrong-route if the Node's own bridge swallows the other's range", () => {
    const found = stopOf("routes", (world) => {
      dropRoute(nodeOf(world, 1), "10.244.2.0/24");
      nodeOf(world, 1).routes.push(route("10.244.0.0/16", { device: "cni0" }));
    });
    expect(found.stop).toMatchObject({ kind: "wrong-route", node: "node1", route: "10.244.0.0/16 dev cni0" });
  });
  it("obey policy rules, and are unknown where a rule's selector is", () => {
    const misled = (unmodelled: readonly string[]) => (world: Cluster) => {
      nodeOf(world, 1).rules.push(rule(100, { source: "10.244.1.0/24", table: "7", unmodelled }));
      nodeOf(world, 1).routes.push(route("0.0.0.0/0", { table: "7", type: "prohibit" }));
    };
    expect(stopOf("routes", misled([])).stop).toMatchObject({ kind: "route-refuses", type: "prohibit" });
    expect(stopOf("routes", misled(["uidrange 0-0"])).verdict).toBe("unknown");
  });
});
