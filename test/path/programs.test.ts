import { describe, expect, it } from "vitest";
import { across } from "./stop-of.ts";
import { cluster, linkOf, nodeOf, onlyWalk, podOf } from "./world-builder.ts";

describe("programs attached to devices", () => {
  it("are noted where the packet passes them, and decide nothing", () => {
    const world = cluster("routes");
    const device = podOf(world, 2).hostLink.name;
    nodeOf(world, 2).qdiscs = [
      { device, kind: "clsact" },
      { device: linkOf(nodeOf(world, 2), "eth0").name, kind: "fq_codel" },
    ];
    const walk = onlyWalk(world, across(world));
    expect(walk.verdict).toBe("passes");
    expect(walk.programs).toEqual([{ node: "node2", device, qdisc: "clsact" }]);
  });

  it("are not mentioned where there are none", () => {
    const world = cluster("routes");
    expect(onlyWalk(world, across(world))).not.toHaveProperty("programs");
  });
});
