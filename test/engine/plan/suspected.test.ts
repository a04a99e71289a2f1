import { describe, expect, test } from "vitest";
import { planFlows } from "../../../src/engine/plan-flows.ts";
import { cluster, nodeIp, nodeName, pod, podIp } from "./plan-input.ts";

describe("hostPorts", () => {
  test("each is asked by one other Node", () => {
    const whole = cluster({ nodes: 3 });
    const ports = [{ container: "web", name: "", port: 80, hostPort: 8081, protocol: "TCP" as const }];
    const server = pod("shop", "server", nodeName(1), podIp(1, 99), { ports });
    const flows = planFlows({ ...whole, pods: [...whole.pods, server] });
    const asked = flows.filter(({ purpose }) => purpose === "host-port");
    expect(asked.map(({ from, to, port }) => ({ from: from.kind === "Node" && from.name, to: to.ip, port }))).toEqual([
      { from: nodeName(2), to: nodeIp(1), port: 8081 },
    ]);
  });

  test("are not asked where there is no other Node", () => {
    const whole = cluster({ nodes: 1 });
    const ports = [{ container: "web", name: "", port: 80, hostPort: 8081, protocol: "TCP" as const }];
    const server = pod("shop", "server", nodeName(0), podIp(0, 99), { ports });
    expect(planFlows({ ...whole, pods: [server] }).filter(({ purpose }) => purpose === "host-port")).toEqual([]);
  });
});

describe("real Pods", () => {
  test("one of each Node asks the probe Pod of its own and of the next Node", () => {
    const flows = planFlows(cluster({ nodes: 3, podsPerNode: 2 }));
    const asked = flows.filter(
      ({ purpose, from, protocol }) =>
        purpose === "pod-to-pod" &&
        protocol === "tcp" &&
        from.kind === "Pod" &&
        !from.namespace.startsWith("netdoctor-"),
    );
    const pairs = asked.map(({ from, to }) => [from, to].map((end) => (end.kind === "Pod" ? end.node : "")).join(" "));
    const names = [0, 1, 2].map(nodeName);
    expect(pairs.toSorted()).toEqual(
      names.flatMap((name, index) => [`${name} ${name}`, `${name} ${names[(index + 1) % 3] ?? ""}`]).toSorted(),
    );
  });
});
