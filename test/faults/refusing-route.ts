import type { Fault } from "./fault.ts";
import { cannotReachWeb, podCidr, waitUntilHealthy } from "./workload.ts";

/** node2 has, in place of its route to the Pods of node3, one that refuses them (ip-route(8)). */
export function refusingRoute(type: "blackhole" | "prohibit" | "unreachable", story: string): Fault {
  return {
    name: `route-${type}`,
    story,
    lab: {},
    inject: async (lab) => {
      await lab.node("node2", ["ip", "route", "replace", type, await podCidr(lab, "node3")]);
    },
    prove: (lab) => cannotReachWeb(lab, ["node2", "node3"], ["node3", "node2"]),
    expect: { id: "route-refusing-pod-traffic", kind: "Node", name: "node2", severity: "error" },
    heal: async (lab) => {
      const range = await podCidr(lab, "node3");
      const gateway = range.replace(/\/.*$/, "");
      await lab.node("node2", ["ip", "route", "replace", range, "via", gateway, "dev", "flannel.1", "onlink"]);
      await waitUntilHealthy(lab);
    },
  };
}
