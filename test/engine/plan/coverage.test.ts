import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { planFlows } from "../../../src/engine/plan-flows.ts";
import type { Flow, FlowEnd, FlowPurpose } from "../../../src/model/flow.ts";
import { cluster, nodeIp, nodeName, service } from "./plan-input.ts";

const nodeOf = (end: FlowEnd): string => (end.kind === "Pod" ? end.node : end.kind === "Node" ? end.name : "");
const of = (flows: readonly Flow[], purpose: FlowPurpose) => flows.filter((flow) => flow.purpose === purpose);
const names = (count: number) => Array.from({ length: count }, (_, index) => nodeName(index)).sort();
const distinct = (values: readonly string[]) => [...new Set(values)].filter((value) => value !== "").sort();

describe("every Node is covered", () => {
  test.each([1, 2, 3, 4, 7, 12])("as source and as target among %i", (count) => {
    const flows = planFlows(cluster({ nodes: count }));
    const purposes: readonly FlowPurpose[] = ["node-to-pod", "pod-to-node", "pod-to-pod"];
    for (const purpose of purposes) {
      expect(distinct(of(flows, purpose).map(({ from }) => nodeOf(from)))).toEqual(names(count));
      expect(distinct(of(flows, purpose).map(({ to }) => nodeOf(to)))).toEqual(names(count));
    }
    for (const purpose of ["dns", "api-server", "hairpin"] as const) {
      expect(distinct(of(flows, purpose).map(({ from }) => nodeOf(from)))).toEqual(names(count));
    }
    const between = of(flows, "path-mtu").filter(({ from, to }) => nodeOf(from) !== nodeOf(to));
    expect(distinct(between.map(({ from }) => nodeOf(from)))).toEqual(count === 1 ? [] : names(count));
    expect(distinct(between.map(({ to }) => nodeOf(to)))).toEqual(count === 1 ? [] : names(count));
  });

  test("with three Nodes every pair is tried both ways, over ICMP, TCP and UDP and at full size", () => {
    const flows = planFlows(cluster({ nodes: 3 }));
    const pairs = (wanted: (flow: Flow) => boolean) =>
      distinct(
        flows
          .filter((flow) => wanted(flow) && nodeOf(flow.from) !== nodeOf(flow.to))
          .map(({ from, to }) => `${nodeOf(from)} ${nodeOf(to)}`),
      );
    const every = names(3).flatMap((from) => names(3).flatMap((to) => (from === to ? [] : [`${from} ${to}`])));
    for (const protocol of ["icmp", "tcp", "udp"]) {
      expect(pairs((flow) => flow.purpose === "pod-to-pod" && flow.protocol === protocol)).toEqual(every);
    }
    expect(pairs(({ purpose, packetBytes }) => purpose === "path-mtu" && packetBytes === 1450)).toEqual(every);
  });

  test("a Node without a probe Pod still sends to its own Pods and is reached from the others", () => {
    const whole = cluster({ nodes: 3 });
    const probePods = new Map([...whole.probePods].filter(([name]) => name !== nodeName(1)));
    const flows = planFlows({ ...whole, probePods });
    expect(of(flows, "node-to-pod").map(({ from }) => nodeOf(from))).toContain(nodeName(1));
    expect(of(flows, "pod-to-node").map(({ to }) => nodeOf(to))).toContain(nodeName(1));
    expect(flows.filter(({ from }) => from.kind === "Pod" && from.node === nodeName(1))).toEqual([]);
  });

  test("a Node that was not read sends nothing", () => {
    const whole = cluster({ nodes: 2 });
    const nodeStates = new Map([...whole.nodeStates].filter(([name]) => name !== nodeName(0)));
    const sent = planFlows({ ...whole, nodeStates }).filter(({ from }) => from.kind === "Node");
    expect(distinct(sent.map(({ from }) => nodeOf(from)))).toEqual([nodeName(1)]);
  });
});

describe("the number of flows", () => {
  test("grows with the Nodes, not with their square", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 0, max: 4 }), (nodes, podsPerNode) => {
        const open = service("shop", "open", "10.96.1.1", {
          type: "NodePort",
          ports: [{ name: "", port: 80, protocol: "TCP", targetPort: 80, nodePort: 30080 }],
        });
        const flows = planFlows(cluster({ nodes, podsPerNode, services: [open] }));
        expect(flows.length).toBeLessThanOrEqual(45 * nodes);
        expect(flows.length).toBeGreaterThanOrEqual(8 * nodes);
      }),
      { numRuns: 15 },
    );
  });

  test("has none without a Node, and none from Pods without a probe Pod but those of the Nodes", () => {
    expect(planFlows(cluster({ nodes: 0 }))).toEqual([]);
    const flows = planFlows({ ...cluster({ nodes: 2 }), probePods: new Map() });
    expect(distinct(flows.map(({ purpose }) => purpose))).toEqual(["node-to-pod"]);
  });

  test("to one Node's Pods is bounded", () => {
    const flows = planFlows(cluster({ nodes: 1, podsPerNode: 400 }));
    expect(of(flows, "node-to-pod")).toHaveLength(250);
  });
});

describe("a flow's id", () => {
  const ids = (flows: readonly Flow[]) => flows.map(({ id }) => id);

  test("is the same in the next run of the same cluster, and names no run", () => {
    const first = ids(planFlows(cluster({ nodes: 5, run: "netdoctor-bcdfg" })));
    const second = ids(planFlows(cluster({ nodes: 5, run: "netdoctor-x9z42" })));
    expect(second).toEqual(first);
    expect(first.filter((id) => /netdoctor-/.test(id))).toEqual([]);
  });

  test("belongs to one flow only", () => {
    const all = ids(planFlows(cluster({ nodes: 7 })));
    expect(new Set(all).size).toBe(all.length);
  });

  test("does not depend on the order in which the API lists objects", () => {
    const input = cluster({ nodes: 4 });
    const turned = { ...input, probePods: new Map([...input.probePods].reverse()) };
    expect(ids(planFlows(turned)).sort()).toEqual(ids(planFlows(input)).sort());
  });
});

describe("egress", () => {
  const egress = (flows: readonly Flow[]) => of(flows, "egress").map(({ to, port }) => `${to.ip} ${port}`);

  test("goes to the DNS servers and the gateway that the Nodes already use", () => {
    expect(distinct(egress(planFlows(cluster({ nodes: 2 }))))).toEqual(["192.0.2.53 53", "192.168.0.1 null"]);
  });

  test("leaves out servers that a Pod cannot reach as its Node does", () => {
    const nameservers = ["127.0.0.53", "::1", "169.254.20.10", "fe80::1"];
    expect(distinct(egress(planFlows(cluster({ nodes: 2, nameservers }))))).toEqual(["192.168.0.1 null"]);
  });

  test("goes to what the user named, and to nothing else then", () => {
    const targets = [
      { ip: "192.0.2.1", port: 443 },
      { ip: "2001:db8::1", port: 80 },
    ];
    const flows = planFlows({ ...cluster({ nodes: 3 }), egress: targets });
    expect(distinct(egress(flows))).toEqual(["192.0.2.1 443", "2001:db8::1 80"]);
    expect(distinct(of(flows, "egress").map(({ from }) => nodeOf(from)))).toEqual(names(3));
  });

  test("is nowhere when it is off, even to what was named", () => {
    const off = { ...cluster({ nodes: 3 }), egress: [{ ip: "192.0.2.1", port: 443 }], egressOff: true };
    expect(of(planFlows(off), "egress")).toEqual([]);
    const inside = new Set(["192.0.2.1", "192.0.2.53", "192.168.0.1"]);
    expect(planFlows(off).filter(({ to }) => inside.has(to.ip) && to.ip !== nodeIp(1))).toEqual([]);
  });
});
