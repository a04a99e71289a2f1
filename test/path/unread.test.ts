import { describe, expect, it } from "vitest";
import { unknown } from "../../src/model/learned.ts";
import { stopOf } from "./stop-of.ts";
import { cluster, flow, nodeOf, onlyWalk, podEnd, podOf, walk } from "./world-builder.ts";

const OUTSIDE = { kind: "IP", ip: "198.51.100.10" } as const;

describe("what cannot be read", () => {
  it("makes a walk unknown with the reason", () => {
    const failed = unknown("failed", "exit code 1");
    expect(
      stopOf("routes", (world) => {
        nodeOf(world, 1).unreadable = { iptables: failed };
      }).why,
    ).toContain("iptables rules of Node node1");
    expect(
      stopOf("routes", (world) => {
        nodeOf(world, 1).unreadable = { routes: failed };
      }).why,
    ).toContain("routes of Node node1");
    expect(
      stopOf("routes", (world) => {
        nodeOf(world, 1).unreadable = { netns: failed };
      }).why,
    ).toContain("network namespace of Pod shop/web-1");
    expect(
      stopOf("routes", (world) => {
        world.unread.add("node2");
      }).why,
    ).toContain("no answer in 10 s");
  });
  it("does not hide a stop that is certain either way", () => {
    const found = stopOf("routes", (world) => {
      nodeOf(world, 1).unreadable = { iptables: unknown("failed", "exit code 1") };
      podOf(world, 2).sockets = [];
    });
    expect(found.stop?.kind).toBe("not-listening");
  });
  it("never throws for addresses that are none", () => {
    const world = cluster("routes");
    const [one] = walk(world, flow(podEnd(podOf(world, 1)), { kind: "IP", ip: "not an address" }));
    expect(one?.verdict).toBe("unknown");
    expect(onlyWalk(world, flow(OUTSIDE, { kind: "IP", ip: "203.0.113.1" })).verdict).toBe("unknown");
  });
});
