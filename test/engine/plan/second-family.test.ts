import { describe, expect, test } from "vitest";
import type { PlanInput } from "../../../src/engine/plan/input.ts";
import { planFlows } from "../../../src/engine/plan-flows.ts";
import { cluster, nodeName } from "./plan-input.ts";

const podIpv6 = (index: number): string => `fd00:10:244:${index}::200`;
const nodeIpv6 = (index: number): string => `fd00:100::${index + 1}`;

/** The same cluster with a second address for Nodes and probe Pods. */
function dualStack(count: number): PlanInput {
  const single = cluster({ nodes: count });
  const probes = [...single.probePods].map(
    ([name, pod], index) => [name, { ...pod, ips: [...pod.ips, podIpv6(index)] }] as const,
  );
  const nodes = single.nodes.map((node, index) => ({ ...node, internalIPs: [...node.internalIPs, nodeIpv6(index)] }));
  return { ...single, nodes, probePods: new Map(probes) };
}

describe("where Pods have addresses of both families", () => {
  const flows = planFlows(dualStack(3)).filter(({ id }) => id.endsWith(" IPv6"));

  test("each Node's way to its own Pods is tried in the second one too", () => {
    const toPods = flows.filter(({ purpose }) => purpose === "node-to-pod");
    expect(toPods.map(({ from, to }) => `${from.ip} ${to.ip}`)).toEqual(
      [0, 1, 2].map((index) => `${nodeIpv6(index)} ${podIpv6(index)}`),
    );
  });

  test("every pair of three Nodes is tried both ways, over ICMP and TCP, from and to addresses of that family", () => {
    const between = flows.filter(({ purpose }) => purpose === "pod-to-pod");
    expect(between.every(({ from, to }) => from.ip.includes(":") && to.ip.includes(":"))).toBe(true);
    for (const protocol of ["icmp", "tcp"]) {
      const pairs = between.filter((flow) => flow.protocol === protocol).map(({ from, to }) => `${from.ip} ${to.ip}`);
      expect(new Set(pairs).size).toBe(6);
    }
  });

  test("nothing of the first family is lost: ids tell the two apart", () => {
    const ids = new Set(planFlows(dualStack(3)).map(({ id }) => id));
    expect(planFlows(cluster({ nodes: 3 })).every(({ id }) => ids.has(id))).toBe(true);
  });

  test("a single Node sends to its own Pod, and to no other", () => {
    const alone = planFlows(dualStack(1)).filter(({ id }) => id.endsWith(" IPv6"));
    expect(alone.map(({ purpose }) => purpose)).toEqual(["node-to-pod"]);
  });
});

test("where Pods have one family, no flow is added", () => {
  const flows = planFlows(cluster({ nodes: 2 }));
  expect(flows.filter(({ id }) => / IPv[46]$/.test(id))).toEqual([]);
  expect(flows.some(({ from }) => from.kind === "Node" && from.name === nodeName(0))).toBe(true);
});
