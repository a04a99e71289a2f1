import { describe, expect, test } from "vitest";
import { unexplained } from "../../src/diagnose/unexplained.ts";
import type { AttachedPrograms, FlowEnd, FlowResult, Walk } from "../../src/model/flow.ts";
import { known, mapLearned } from "../../src/model/learned.ts";

const pod = (name: string, node: string): FlowEnd => ({
  kind: "Pod",
  namespace: "shop",
  name,
  node,
  ip: "10.244.1.7",
  hostNetwork: false,
});

function lost(id: string, programs: readonly AttachedPrograms[]): FlowResult {
  const walk: Walk = {
    verdict: "passes",
    direction: "forward",
    destination: "10.244.1.7",
    hops: [],
    stop: null,
    evidence: [],
    unknown: null,
    ...(programs.length === 0 ? {} : { programs }),
  };
  const result = { outcome: "timeout" as const, sent: 3, succeeded: 0, medianMs: null, clientSeen: null };
  return {
    flow: {
      id,
      purpose: "pod-to-pod",
      from: pod("cart", "node1"),
      to: pod("web", "node2"),
      protocol: "tcp",
      port: 8080,
      packetBytes: null,
      dns: null,
    },
    predicted: [walk],
    observed: known({ ...result, largestBytes: null, answers: [], detail: "" }),
  };
}
const on = (device: string): AttachedPrograms => ({ node: "node2", device, qdisc: "clsact" });

function arrived(id: string, programs: readonly AttachedPrograms[]): FlowResult {
  const result = lost(id, programs);
  return { ...result, observed: mapLearned(result.observed, (seen) => ({ ...seen, outcome: "ok" as const })) };
}

function suspectsOf(...flows: readonly FlowResult[]): readonly string[] {
  const failing = flows.filter(({ observed }) => observed.known && observed.value.outcome !== "ok");
  const [finding] = unexplained(flows, new Set(failing.map(({ flow }) => flow.id)), new Set());
  const suspects = finding?.params.suspects;
  return Array.isArray(suspects) ? suspects : [];
}

describe("the suspects of failures that nothing explains", () => {
  test("begin with the programs that most of the flows pass", () => {
    expect(suspectsOf(lost("a", [on("veth1"), on("eth0")]), lost("b", [on("veth1")]))[0]).toBe(
      "the programs attached by tc to `veth1` of Node node2 (clsact)",
    );
  });

  test("leave out programs that only some of them pass, and those that a packet came through", () => {
    expect(suspectsOf(lost("a", [on("veth1")]), lost("b", [on("veth2")])).join()).not.toContain("attached by tc");
    expect(suspectsOf(lost("a", [on("veth1")]), arrived("b", [on("veth1")])).join()).not.toContain("attached by tc");
  });
});
